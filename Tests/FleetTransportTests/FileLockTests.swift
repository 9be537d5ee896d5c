import FleetTransport
import Foundation
import Testing

@Suite("FileLock")
struct FileLockTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "tradewind-file-lock-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test("who comes second is told who holds it, and gets it once it is let go of")
    func held() throws {
        try withFolder { folder in
            let path = "\(folder)/state/serve.lock"
            do {
                let first = try FileLock(path: path)
                let own = ProcessInfo.processInfo.processIdentifier
                #expect(throws: FileLock.Taken(path: path, holder: own)) { try FileLock(path: path) }
                withExtendedLifetime(first) {}
            }
            #expect(throws: Never.self) { try FileLock(path: path) }
        }
    }

    @Test("the file and its folder are the owner's alone")
    func modes() throws {
        try withFolder { folder in
            let path = "\(folder)/lock"
            let lock = try FileLock(path: path)
            for (path, mode) in [(path, 0o600), (folder, 0o700)] {
                #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == mode)
            }
            withExtendedLifetime(lock) {}
        }
    }

    @Test("a path that cannot be opened is an error of its own, with the cause")
    func unusable() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/lock", withIntermediateDirectories: true)
            let failure = #expect(throws: PrivateFile.Failure.self) { try FileLock(path: "\(folder)/lock") }
            #expect(failure?.path == "\(folder)/lock")
        }
    }
}
