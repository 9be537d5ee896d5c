import CommandLineInterface
import FleetTransport
import Glibc

/// Keeps a second `up` off a state folder. The kernel lets go of the lock when the process ends, however it does.
final class StateLock: Sendable {
    private let descriptor: Int32

    init(_ folder: StateFolder) throws {
        try PrivateFile.makeFolder(folder.root)
        let path = "\(folder.root)/up.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(.invalid, "cannot open \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? PrivateFile.readSecret(path)).flatMap { $0 }.map { " (process \($0))" } ?? ""
            close(descriptor)
            throw CommandFailure(
                .conflict,
                "another `tradewind up`\(holder) runs on \(folder.root); stop it, or take another folder with --state DIR")
        }
        ftruncate(descriptor, 0)
        let text = "\(getpid())\n"
        _ = text.utf8CString.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count - 1) }
    }

    deinit { close(descriptor) }
}
