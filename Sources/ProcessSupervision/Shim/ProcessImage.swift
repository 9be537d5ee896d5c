import Glibc

/// The second stage of a start: the process that is about to become the program. `posix_spawn` cannot ask for a signal at the
/// parent's death, so the shim starts its own executable once more, which asks for it and then becomes the program.
enum ProcessImage {
    /// The pipe on which a failure is told; it closes by itself when the program starts.
    static let statusDescriptor: Int32 = 3

    /// `SHIM-PID DIRECTORY PROGRAM ARGS…`; returns only where the program could not be run.
    static func become(_ arguments: ArraySlice<String>) -> Int32 {
        var rest = arguments
        guard let parent = rest.popFirst().flatMap({ pid_t($0) }), let directory = rest.popFirst(), let program = rest.first
        else {
            return fail(ShimArguments.usage)
        }
        SystemCall.control(.setParentDeathSignal, UInt(SIGKILL))
        // The shim may have died before the request above: then nobody would ever deliver the signal.
        guard getppid() == parent else { return 1 }
        guard directory.isEmpty || chdir(directory) == 0 else {
            return fail("cannot enter \(directory): \(SystemCall.lastErrorText)")
        }
        SystemCall.closeInherited(except: statusDescriptor)
        _ = fcntl(statusDescriptor, F_SETFD, FD_CLOEXEC)
        withCStrings(Array(rest)) { _ = execvp(program, $0) }
        return fail("cannot run \(program): \(SystemCall.lastErrorText)")
    }

    private static func fail(_ message: String) -> Int32 {
        SystemCall.writeAll(message, to: statusDescriptor)
        return 127
    }
}
