import Glibc

/// The few system calls supervision needs, where Swift's view of the C library is thin.
enum SystemCall {
    /// Options of `prctl` (Linux `include/uapi/linux/prctl.h`).
    enum ProcessOption: Int32 {
        case setParentDeathSignal = 1
        case setName = 15
        case setChildSubreaper = 36
    }

    /// `prctl` is variadic in C and therefore invisible to Swift; it is looked up by name. Its variable arguments are plain
    /// machine words, which Linux passes as it passes named ones. Returns false where the system refuses.
    @discardableResult
    static func control(_ option: ProcessOption, _ value: UInt) -> Bool {
        typealias Function = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        guard let symbol = dlsym(nil, "prctl") else { return false }
        return unsafeBitCast(symbol, to: Function.self)(option.rawValue, value, 0, 0, 0) == 0
    }

    /// Names this process in `ps` and `top` (15 bytes at most).
    static func setName(_ name: String) {
        name.withCString { _ = control(.setName, UInt(bitPattern: $0)) }
    }

    static var lastErrorText: String { String(cString: strerror(errno)) }

    /// Nanoseconds of the monotonic clock.
    static func monotonicNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Makes a pipe whose ends do not pass to programs started from here. Only for processes with one thread: another
    /// thread could start a program between the two calls.
    static func makePipe() -> (reading: Int32, writing: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    static func setNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// Writes everything, or as much as the other side takes before it goes away.
    static func writeAll(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Waits until the child has ended and takes its status; nil when it is no child of this process.
    static func reap(_ pid: pid_t) -> ExitStatus? {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return nil }
        }
        return ExitStatus(waitStatus: status)
    }

    /// Closes every descriptor above standard error except `kept`: whatever leaked in from the parent must not live on here.
    static func closeInherited(except kept: Int32? = nil) {
        guard let folder = opendir("/proc/self/fd") else { return }
        var open: [Int32] = []
        while let entry = readdir(folder) {
            if let number = Int32(directoryEntryName(entry)), number > 2, number != dirfd(folder), number != kept {
                open.append(number)
            }
        }
        closedir(folder)
        for descriptor in open { close(descriptor) }
    }

    static func directoryEntryName(_ entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
    }
}
