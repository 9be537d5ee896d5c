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

    func standardInput(limit: Int) throws -> [UInt8] { try StandardStreams.readInput(limit: limit) }

    func absolute(_ path: String) -> String {
        let current = FileManager.default.currentDirectoryPath
        if path == "." || path == "./" { return current }
        return path.hasPrefix("/") ? path : "\(current)/\(path)"
    }
}
