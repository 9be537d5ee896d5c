import Glibc

/// Ends whatever a program left behind. The shim is a subreaper: when a process of the tree ends, its children become the
/// shim's, however far they had moved away (`setsid`, double fork), so that killing direct children until there are none
/// empties the tree.
enum Descendants {
    /// A process that the kernel cannot end (stuck in a device) is given up on after this long.
    static let sweepLimit: Int64 = 5_000_000_000

    /// Kills and reaps until no child is left.
    static func sweep() {
        let deadline = SystemCall.monotonicNanoseconds() + sweepLimit
        while SystemCall.monotonicNanoseconds() < deadline {
            for child in children() { kill(child, SIGKILL) }
            var status: Int32 = 0
            let reaped = waitpid(-1, &status, WNOHANG)
            if reaped < 0, errno == ECHILD { return }
            if reaped == 0 { poll(nil, 0, 2) }
        }
    }

    /// The processes whose parent is this one, from `/proc` (proc_pid_stat(5): `pid (name) state ppid …`).
    static func children() -> [pid_t] {
        let own = getpid()
        return parents().filter { $0.parent == own }.map(\.pid)
    }

    /// Every process of the machine and its parent, as `/proc` lists them.
    static func parents() -> [(pid: pid_t, parent: pid_t)] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [(pid_t, pid_t)] = []
        while let entry = readdir(folder) {
            guard let pid = pid_t(SystemCall.directoryEntryName(entry)), let parent = parent(of: pid) else { continue }
            found.append((pid, parent))
        }
        return found
    }

    private static func parent(of pid: pid_t) -> pid_t? {
        let descriptor = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = read(descriptor, &buffer, buffer.count)
        // A name may hold anything, so the fields are counted from its last parenthesis.
        guard count > 0, let end = buffer[..<count].lastIndex(of: 41) else { return nil }
        let fields = buffer[(end + 1)..<count].split(separator: 32)
        return fields.count > 1 ? pid_t(String(decoding: fields[1], as: UTF8.self)) : nil
    }
}
