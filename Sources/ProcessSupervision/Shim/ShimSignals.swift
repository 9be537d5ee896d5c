import Glibc

/// The writing end of the pipe that signal handlers write to. One per process, as signal handlers are.
nonisolated(unsafe) private var wakeDescriptor: Int32 = -1

/// Turns signals into bytes on a pipe, so that one `poll` waits for everything (D. J. Bernstein's self-pipe).
struct ShimSignals {
    let descriptor: Int32

    /// Requests to stop that come as signals instead of lines.
    static let stopping: [Int32] = [SIGTERM, SIGINT, SIGHUP]

    init?() {
        guard let (reading, writing) = SystemCall.makePipe() else { return nil }
        SystemCall.setNonBlocking(reading)
        SystemCall.setNonBlocking(writing)
        (descriptor, wakeDescriptor) = (reading, writing)
        for number in [SIGCHLD] + Self.stopping { Self.handle(number) }
        signal(SIGPIPE, SIG_IGN)
    }

    /// The signals that came since the last call, oldest first.
    func take() -> [Int32] {
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &buffer, buffer.count)
        return count > 0 ? buffer[..<count].map { Int32($0) } : []
    }

    private static func handle(_ number: Int32) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            let error = errno
            var byte = UInt8(truncatingIfNeeded: number)
            write(wakeDescriptor, &byte, 1)
            errno = error
        }
        action.sa_flags = Int32(SA_RESTART)
        sigaction(number, &action, nil)
    }
}
