import FleetTransport
import Foundation
import Testing

@Suite("PrivateFile")
struct PrivateFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "tradewind-private-file-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test("what is written is read back, from a file and folders only the owner may read")
    func roundTrip() throws {
        try withFolder { folder in
            let path = "\(folder)/a/b/secret"
            try PrivateFile.write([1, 2, 3], to: path)
            #expect(try PrivateFile.read(path) == [1, 2, 3])
            #expect(try mode(path) == 0o600)
            #expect(try mode("\(folder)/a") == 0o700)
        }
    }

    @Test("a rewrite replaces the whole content and leaves nothing else in the folder")
    func replaced() throws {
        try withFolder { folder in
            let path = "\(folder)/file"
            try PrivateFile.write(Array(repeating: 7, count: 200_000), to: path)
            try PrivateFile.write([9], to: path)
            #expect(try PrivateFile.read(path) == [9])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
        }
    }

    @Test("a missing file is nil, a too large one an error that says the limit")
    func limits() throws {
        try withFolder { folder in
            #expect(try PrivateFile.read("\(folder)/none") == nil)
            try PrivateFile.write(Array(repeating: 0, count: 11), to: "\(folder)/large")
            #expect(throws: PrivateFile.Failure.self) { try PrivateFile.read("\(folder)/large", limit: 10) }
            #expect(try PrivateFile.read("\(folder)/large", limit: 11)?.count == 11)
        }
    }

    @Test("a folder that cannot be made is an error that names it")
    func refused() throws {
        let failure = #expect(throws: PrivateFile.Failure.self) { try PrivateFile.write([1], to: "/dev/null/x/file") }
        #expect(failure?.path.hasPrefix("/dev/null") == true)
    }

    @Test("a secret is read without the white space around it")
    func secret() throws {
        try withFolder { folder in
            try PrivateFile.write(Array("  tw_abc \n".utf8), to: "\(folder)/token")
            #expect(try PrivateFile.readSecret("\(folder)/token") == "tw_abc")
            try PrivateFile.write(Array(" \n".utf8), to: "\(folder)/empty")
            #expect(try PrivateFile.readSecret("\(folder)/empty") == nil)
        }
    }
}
