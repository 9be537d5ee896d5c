import CommandLineInterface
import FleetTransport
import FoundationEssentials

/// The machine's own files.
struct LocalFiles: FleetFileAccess {
    func names(inFolder path: String) throws -> [String]? {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else { return nil }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw CommandFailure(.invalid, "cannot list the folder \(path); is it readable?")
        }
    }

    func content(of path: String, limit: Int) throws -> [UInt8]? { try PrivateFile.read(path, limit: limit) }

    /// A file's content. Throws where there is none, or beyond the limit, in bytes.
    func existing(_ path: String, limit: Int) throws -> [UInt8] {
        do {
            if let bytes = try PrivateFile.read(path, limit: limit) { return bytes }
        } catch {
            throw CommandFailure(.invalid, "\(error)")
        }
        throw CommandFailure(.invalid, "there is no file \(path)")
    }

    /// Writes a file that anybody may read as far as the process's mask allows, whole or not at all.
    func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw CommandFailure(.invalid, "cannot write \(path); is its folder there and writable?")
        }
    }

    func standardInput(limit: Int) throws -> [UInt8] { try StandardStreams.readInput(limit: limit) }

    func absolute(_ path: String) -> String {
        let current = FileManager.default.currentDirectoryPath
        if path == "." || path == "./" { return current }
        return path.hasPrefix("/") ? path : "\(current)/\(path)"
    }
}
