#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What ends the process and what must not.
enum ProcessEnd {
    static func end(_ status: Int32) -> Never { exit(status) }

    /// A closed pipe becomes an error of one write, never the end of a process that serves others. Programs started by this one
    /// inherit it unless their start resets it.
    static func ignoreClosedPipes() { _ = signal(SIGPIPE, SIG_IGN) }
}
