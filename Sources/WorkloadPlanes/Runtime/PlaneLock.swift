import FleetTransport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Keeps a second process of the same plane out: two would give the same numbers and ports.
final class PlaneLock: Sendable {
    struct Taken: Error, CustomStringConvertible {
        let path: String
        var description: String { "another process runs this plane: \(path) is locked" }
    }

    private let descriptor: Int32

    init(path: String, folder: String) throws {
        try PrivateFile.makeFolder(folder)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            if descriptor >= 0 { close(descriptor) }
            throw Taken(path: path)
        }
    }

    deinit { close(descriptor) }
}
