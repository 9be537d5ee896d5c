import Glibc
import Synchronization

/// The parent's end of the socket to one shim.
final class ShimConnection: Sendable {
    struct Failure: Error { let message: String }

    private struct State {
        var isOpen = true
        var lines = LineSplitter(limit: 2 * ShimReport.messageLimit)
        var program: Int32?
        var last: ProcessEvent?
    }

    private let descriptor: Int32
    private let shim: pid_t
    private let report: @Sendable (ProcessEvent) -> Void
    private let state = Mutex(State())

    private init(descriptor: Int32, shim: pid_t, report: @escaping @Sendable (ProcessEvent) -> Void) {
        (self.descriptor, self.shim, self.report) = (descriptor, shim, report)
    }

    static func start(
        _ specification: ProcessSpecification, shim: String, report: @escaping @Sendable (ProcessEvent) -> Void
    ) throws(Failure) -> ShimConnection {
        if let problem = specification.problem {
            throw Failure(message: "cannot run \(specification.program): \(problem)")
        }
        // A socket instead of two pipes: writing to it can be told not to raise SIGPIPE, and both ends close at once.
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Failure(message: "cannot make a socket: \(SystemCall.lastErrorText)")
        }
        // Above the standard descriptors, also in a process that was started with some of them closed.
        let own = fcntl(ends[0], F_DUPFD_CLOEXEC, 10)
        let other = fcntl(ends[1], F_DUPFD_CLOEXEC, 10)
        for end in ends { close(end) }
        defer { if other >= 0 { close(other) } }
        guard own >= 0, other >= 0 else {
            if own >= 0 { close(own) }
            throw Failure(message: "cannot make a socket: \(SystemCall.lastErrorText)")
        }
        let spawn = Spawn(
            executable: shim, arguments: ["tradewind"] + specification.shimArguments,
            environment: specification.environmentLines, place: .newSession,
            standard: (input: other, output: other, error: nil))
        do throws(Spawn.Failure) {
            let connection = ShimConnection(descriptor: own, shim: try spawn.run(), report: report)
            connection.listen()
            return connection
        } catch {
            close(own)
            throw Failure(message: "cannot start the supervisor \(shim): \(error.cause)")
        }
    }

    func send(_ command: ShimCommand) {
        state.withLock { state in
            guard state.isOpen else { return }
            // Never blocks: the shim reads its orders at once, and a full buffer means that it has plenty of them.
            _ = command.line.utf8CString.withUnsafeBytes { bytes in
                Glibc.send(descriptor, bytes.baseAddress, bytes.count - 1, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
        }
    }

    /// Lets the shim see that nobody wants the program any more.
    func end() {
        state.withLock { if $0.isOpen { shutdown(descriptor, Int32(SHUT_WR)) } }
    }

    private func listen() {
        // The watch holds the connection until the shim is gone.
        ShimWatch.shared.add(descriptor) {
            if self.readLines() { return true }
            self.finish()
            return false
        }
    }

    /// Reads what there is; false at the end.
    private func readLines() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        guard count > 0 else { return false }
        let started = state.withLock { state -> ProcessEvent? in
            var started: ProcessEvent?
            for case let event? in state.lines.read(buffer[..<count]).map({ ShimReport(line: $0)?.event }) {
                if case .started(let pid) = event {
                    state.program = pid
                    started = event
                } else {
                    state.last = event
                }
            }
            return started
        }
        if let started { report(started) }
        return true
    }

    /// The shim has closed its end, which only its death does: takes its status and tells the last event.
    private func finish() {
        let (program, last) = state.withLock { state in
            state.isOpen = false
            close(descriptor)
            return (state.program, state.last)
        }
        let status = SystemCall.reap(shim)
        if let last { return report(last) }
        // The shim was killed. The kernel kills the program with it; the rest of its group is ours to kill.
        guard let program else {
            return report(.failed("the supervisor ended before the program ran (\(status?.description ?? "status unknown"))"))
        }
        Glibc.kill(-program, SIGKILL)
        report(.exited(.signal(SIGKILL)))
    }
}
