import Glibc

/// A log file that never grows beyond its limit: when it would, it becomes `FILE.1` (replacing the older one) and starts anew.
/// What the disk refuses to take is dropped; a full disk must not stop the program.
package struct RotatingLog {
    private let path: String
    private let limit: Int
    private var descriptor: Int32
    private var size: Int

    package struct Failure: Error { package let cause: String }

    /// Continues an existing file. Missing folders are made with mode 0700, the file with 0600.
    package init(path: String, limit: Int) throws(Failure) {
        Self.makeFolders(for: path)
        let descriptor = Self.open(path)
        guard descriptor >= 0 else { throw Failure(cause: SystemCall.lastErrorText) }
        var status = stat()
        fstat(descriptor, &status)
        (self.path, self.limit, self.descriptor, size) = (path, limit, descriptor, Int(status.st_size))
    }

    package mutating func write(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if size >= limit { rotate() }
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(limit - size))
            let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            size += count
            rest = rest.dropFirst(count)
        }
    }

    package func close() { _ = Glibc.close(descriptor) }

    private mutating func rotate() {
        let isMoved = rename(path, path + ".1") == 0
        let next = Self.open(path)
        if isMoved, next >= 0 {
            _ = Glibc.close(descriptor)
            descriptor = next
        } else {
            // The folder is gone or closed to us: the file at hand is emptied instead, which keeps the bound.
            if next >= 0 { _ = Glibc.close(next) }
            ftruncate(descriptor, 0)
        }
        size = 0
    }

    private static func open(_ path: String) -> Int32 {
        Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    }

    private static func makeFolders(for path: String) {
        var folder = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
            folder += part + "/"
            if !part.isEmpty { mkdir(folder, 0o700) }
        }
    }
}
