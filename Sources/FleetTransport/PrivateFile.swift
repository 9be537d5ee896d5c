#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// The members named `read` and `write` below would hide the system calls.
private let systemRead = read
private let systemWrite = write

/// Files only their owner may read, replaced whole or not at all.
package enum PrivateFile {
    /// An operation on a path that the system refused.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let operation: String
        package let path: String
        package let cause: String

        package var description: String { "cannot \(operation) \(path): \(cause)" }
    }

    /// Writes the bytes so that a reader sees the old content or the new, never a part, and so that they survive power loss
    /// once this returns: a temporary file beside it (mode 0600) is synced and renamed, then the folder is synced.
    /// Missing folders are made with mode 0700.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        let folder = self.folder(of: path)
        try makeFolder(folder)
        var template = Array("\(path).\(String(repeating: "X", count: 6))".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure("create a temporary file for", path) }
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            defer { close(descriptor) }
            try writeAll(bytes, to: descriptor, path: temporary)
            guard fsync(descriptor) == 0 else { throw failure("sync", temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let problem = failure("replace", path)
            unlink(temporary)
            throw problem
        }
        let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folderDescriptor >= 0 else { throw failure("open", folder) }
        defer { close(folderDescriptor) }
        guard fsync(folderDescriptor) == 0 else { throw failure("sync", folder) }
    }

    /// Reads a whole file. Nil where there is none; throws where it is larger than `limit` bytes or cannot be read.
    package static func read(_ path: String, limit: Int = 16 << 20) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("open", path)
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = systemRead(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("read", path)
            }
            if count == 0 { return content }
            content.append(contentsOf: chunk[..<count])
            guard content.count <= limit else {
                throw Failure(operation: "read", path: path, cause: "it is larger than \(limit) bytes")
            }
        }
    }

    /// Removes a file; one that is not there is as good as removed.
    package static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Reads a token or key file: its text without surrounding white space. Nil where there is none or it is empty.
    package static func readSecret(_ path: String) throws -> String? {
        guard let bytes = try read(path, limit: 64 << 10) else { return nil }
        var text = Substring(decoding: bytes, as: UTF8.self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text.isEmpty ? nil : String(text)
    }

    /// Makes a folder and its missing parents, mode 0700.
    package static func makeFolder(_ path: String) throws {
        var existing = stat()
        if stat(path, &existing) == 0 { return }
        let parent = folder(of: path)
        if parent != path { try makeFolder(parent) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("create folder", path) }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
        var offset = 0
        while offset < bytes.count {
            let written = bytes[offset...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                throw failure("write", path)
            }
            offset += written
        }
    }

    static func failure(_ operation: String, _ path: String) -> Failure {
        Failure(operation: operation, path: path, cause: String(cString: strerror(errno)))
    }
}
