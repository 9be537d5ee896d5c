import FleetTransport
import Gateway
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite("Saved snapshot")
struct SavedSnapshotTests {
    @Test("the age is known only while the clock did not go back")
    func age() {
        let saved = SavedSnapshot(snapshot: ControlFixture.snapshot(feed: nil), contactUnixSeconds: 1_000)
        #expect(saved.age(atUnixSeconds: 1_060) == .seconds(60))
        #expect(saved.age(atUnixSeconds: 999) == nil)
        #expect(SavedSnapshot(snapshot: saved.snapshot, contactUnixSeconds: nil).age(atUnixSeconds: 1_060) == nil)
    }

    @Test("is read back as written, by its owner only; a missing file is no error and a broken one is")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        #expect(try SavedSnapshot.load(from: folder.path) == nil)
        let saved = SavedSnapshot(snapshot: ControlFixture.snapshot(feed: nil), contactUnixSeconds: 1_000)
        try saved.save(to: folder.path)
        #expect(try SavedSnapshot.load(from: folder.path) == saved)
        var status = stat()
        #expect(stat(SavedSnapshot.path(in: folder.path), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        try PrivateFile.write(Array("{".utf8), to: SavedSnapshot.path(in: folder.path))
        #expect(throws: (any Error).self) { try SavedSnapshot.load(from: folder.path) }
    }
}

/// A folder of a test's own, removed with it.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/tradewind-gateway-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw PrivateFileProblem() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    struct PrivateFileProblem: Error {}

    deinit {
        unlink(SavedSnapshot.path(in: path))
        unlink("\(path)/spend.json")
        rmdir(path)
    }
}
