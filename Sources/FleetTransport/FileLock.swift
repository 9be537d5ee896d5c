#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Keeps a second process out of something, by a lock on a file, for as long as the value or its process lives: the system
/// frees it however the process ends. The file holds the number of the process that took it last.
package final class FileLock: Sendable {
    /// Another process has it.
    package struct Taken: Error, Equatable, CustomStringConvertible {
        package let path: String
        /// The number of that process, where it wrote one.
        package let holder: Int32?

        package init(path: String, holder: Int32?) { (self.path, self.holder) = (path, holder) }

        package var description: String { "another process\(holder.map { " (\($0))" } ?? "") holds \(path)" }
    }

    private let descriptor: Int32

    /// Takes the lock; missing folders are made with mode 0700, the file with mode 0600. Throws ``Taken`` where another process
    /// has it and ``PrivateFile/Failure`` where the file cannot be opened.
    package init(path: String) throws {
        try PrivateFile.makeFolder(PrivateFile.folder(of: path))
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PrivateFile.failure("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Taken(path: path, holder: (try? PrivateFile.readSecret(path)).flatMap { $0 }.flatMap { Int32($0) })
        }
        self.descriptor = descriptor
        // Only told to people: a lock whose holder cannot be written is held all the same.
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        _ = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    deinit { close(descriptor) }
}
