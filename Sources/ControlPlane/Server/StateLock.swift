import FleetTransport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Keeps a second control plane out of a state folder, for as long as the process lives: the system frees the lock however it ends.
final class StateLock: Sendable {
    private let descriptor: Int32

    init(folder: StateFolder) throws {
        try PrivateFile.makeFolder(folder.root)
        let path = "\(folder.root)/serve.lock"
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ControlPlaneConfiguration.Problem.unusableFolder(path: path, cause: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw ControlPlaneConfiguration.Problem.alreadyServed(folder: folder.root)
        }
    }

    deinit { close(descriptor) }
}
