import Glibc

/// The shim's loop: one `poll` over orders, signals and the program's output, until the program is gone.
struct ShimLoop {
    private let program: pid_t
    private let signals: ShimSignals
    private var log: RotatingLog
    private var machine: ShimMachine
    private var orders = LineSplitter(limit: 16)
    /// -1 once closed, which `poll` passes over.
    private var output: Int32
    private var input = STDIN_FILENO
    private var status: ExitStatus?
    private var chunk = [UInt8](repeating: 0, count: 64 << 10)

    /// Reads of output between two looks at the orders, so that a flood cannot keep the shim from stopping the program.
    private static let readsPerTurn = 16
    /// Reads after the program's end: a full pipe (1 MiB at most for ordinary users) and no more.
    private static let readsAtEnd = 32

    init(program: pid_t, output: Int32, signals: ShimSignals, log: RotatingLog, grace: Duration) {
        self.program = program
        self.output = output
        self.signals = signals
        self.log = log
        machine = ShimMachine(grace: grace)
    }

    /// Returns how the program ended, when nothing of it is left and its last output is in the log.
    mutating func run() -> ExitStatus {
        // A program that ended before the handlers were set is found by this first look.
        reap()
        while status == nil { turn() }
        kill(-program, SIGKILL)
        Descendants.sweep()
        readOutput(Self.readsAtEnd)
        log.close()
        return status ?? .code(0)
    }

    private mutating func turn() {
        var waited = [
            pollfd(fd: input, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
        ]
        poll(&waited, nfds_t(waited.count), timeout())
        if waited[2].revents != 0 { readOutput(Self.readsPerTurn) }
        if waited[0].revents != 0 { readOrders() }
        if waited[1].revents != 0 {
            let taken = signals.take()
            if taken.contains(where: { ShimSignals.stopping.contains($0) }) { handle(.stopRequested) }
            reap()
        }
        handle(.timePassed)
    }

    /// Milliseconds until the machine wants to be called, rounded up; -1 for no limit.
    private func timeout() -> Int32 {
        guard let deadline = machine.deadline else { return -1 }
        let left = max(0, deadline - SystemCall.monotonicNanoseconds())
        return Int32(clamping: (left + 999_999) / 1_000_000)
    }

    private mutating func handle(_ event: ShimMachine.Event) {
        for action in machine.handle(event, now: SystemCall.monotonicNanoseconds()) {
            switch action {
            case .terminate: kill(-program, SIGTERM)
            case .kill: kill(-program, SIGKILL)
            case .finish(let ended): status = ended
            }
        }
    }

    private mutating func readOrders() {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = read(input, &buffer, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        guard count > 0 else {
            input = -1
            return handle(.parentGone)
        }
        for line in orders.read(buffer[..<count]) {
            switch ShimCommand(rawValue: line) {
            case .stop: handle(.stopRequested)
            case .kill: handle(.killRequested)
            case nil: break
            }
        }
    }

    /// Takes the program's end, and that of orphans that became the shim's children.
    private mutating func reap() {
        var waitStatus: Int32 = 0
        while true {
            let pid = waitpid(-1, &waitStatus, WNOHANG)
            if pid < 0, errno == EINTR { continue }
            guard pid > 0 else { return }
            if pid == program { handle(.programEnded(ExitStatus(waitStatus: waitStatus))) }
        }
    }

    private mutating func readOutput(_ reads: Int) {
        guard output >= 0 else { return }
        for _ in 0..<reads {
            let count = read(output, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else {
                close(output)
                output = -1
                return
            }
            chunk.withUnsafeBytes { log.write(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
