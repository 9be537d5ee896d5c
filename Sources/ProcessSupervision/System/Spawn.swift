import Glibc

/// Starting a program with `posix_spawn`: signals as a fresh program expects them, and only the named descriptors.
struct Spawn {
    enum Place {
        /// A session of its own, out of reach of the terminal's Ctrl-C.
        case newSession
        /// A process group of its own.
        case newGroup
    }

    /// glibc's `POSIX_SPAWN_SETSID` (spawn.h), which Swift sees only with GNU extensions.
    private static let setSession: Int32 = 0x80

    var executable: String
    var arguments: [String]
    /// `NAME=value` lines.
    var environment: [String]
    var place: Place
    /// What becomes of standard input, output and error (0, 1, 2); nil is `/dev/null`.
    var standard: (input: Int32?, output: Int32?, error: Int32?)
    /// A descriptor to hand down besides, under the number 3. Descriptors passed in must be above 3.
    var third: Int32?

    struct Failure: Error { let cause: String }

    func run() throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        guard posix_spawn_file_actions_init(&actions) == 0 else { throw Failure(cause: "out of memory") }
        defer { posix_spawn_file_actions_destroy(&actions) }
        guard posix_spawnattr_init(&attributes) == 0 else { throw Failure(cause: "out of memory") }
        defer { posix_spawnattr_destroy(&attributes) }

        for (target, source) in [(Int32(0), standard.input), (1, standard.output), (2, standard.error)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            }
        }
        if let third { posix_spawn_file_actions_adddup2(&actions, third, 3) }

        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let placing = place == .newSession ? Self.setSession : Int32(POSIX_SPAWN_SETPGROUP)
        posix_spawnattr_setflags(&attributes, Int16(placing | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)))

        var pid: pid_t = 0
        let error = withCStrings(arguments) { arguments in
            withCStrings(environment) { posix_spawn(&pid, executable, &actions, &attributes, arguments, $0) }
        }
        guard error == 0 else { throw Failure(cause: String(cString: strerror(error))) }
        return pid
    }
}

/// Lends the texts as the NULL-ended array of C strings that `exec` and its kin take.
func withCStrings<Result>(_ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the array holds at least its end") }
        return body(base)
    }
}
