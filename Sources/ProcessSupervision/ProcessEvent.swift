/// How a process ended.
package enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)

    package var isSuccess: Bool { self == .code(0) }

    package var description: String {
        switch self {
        case .code(let code): "exit status \(code)"
        case .signal(let signal): "signal \(signal)"
        }
    }

    /// From a status of `waitpid` for a process that has ended (POSIX `WIFEXITED`, `WEXITSTATUS`, `WTERMSIG`).
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .code((waitStatus >> 8) & 0xff) : .signal(signal)
    }
}

/// What happened to a supervised process. Every process has exactly one last event, `exited` or `failed`; by then nothing of
/// it is left running.
package enum ProcessEvent: Sendable, Equatable {
    /// The program runs; its process id is also the id of its process group.
    case started(pid: Int32)
    case exited(ExitStatus)
    /// The program never ran, for this reason.
    case failed(String)

    package var isLast: Bool {
        if case .started = self { false } else { true }
    }
}
