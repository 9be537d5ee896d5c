import FleetDocuments
import FleetModel
import Foundation
import Testing

@Suite("Time zones")
struct TimeZoneTests {
    /// A file of version 2 without transitions of its own, as slim files of zones with a lasting rule nearly are.
    private func file(offset: Int32, footer: String) -> [UInt8] {
        func number(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        func header(types: Int32, characters: Int32) -> [UInt8] {
            Array("TZif2".utf8) + Array(repeating: 0, count: 15) + number(0) + number(0) + number(0) + number(0) + number(types)
                + number(characters)
        }
        let type = number(offset) + [0, 0] + Array("XXX\0".utf8)
        return header(types: 1, characters: 4) + type + header(types: 1, characters: 4) + type + Array("\n\(footer)\n".utf8)
    }

    private func zone(_ bytes: [UInt8]) throws -> TimeZoneOffsets? {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zones-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(bytes).write(to: folder.appending(path: "Test"))
        return TimeZoneDatabase(folder: folder.path).zone("Test")
    }

    @Test("the rule of a footer is carried out")
    func footer() throws {
        let berlin = try #require(try zone(file(offset: 3_600, footer: "CET-1CEST,M3.5.0,M10.5.0/3")))
        #expect(berlin.transitions.contains(.init(at: 1_774_746_000, offset: 7_200)))
        #expect(berlin.transitions.contains(.init(at: 1_792_890_000, offset: 3_600)))
        #expect(berlin.offset(at: 1_780_000_000) == 7_200)
        // New York 2026: 8 March 07:00 UTC to 1 November 06:00 UTC.
        let newYork = try #require(try zone(file(offset: -18_000, footer: "EST5EDT,M3.2.0,M11.1.0")))
        #expect(newYork.transitions.contains(.init(at: 1_772_953_200, offset: -14_400)))
        #expect(newYork.transitions.contains(.init(at: 1_793_512_800, offset: -18_000)))
        let kolkata = try #require(try zone(file(offset: 19_800, footer: "IST-5:30")))
        #expect(kolkata == TimeZoneOffsets(name: "Test", firstOffset: 19_800))
        let nuuk = try #require(try zone(file(offset: -7_200, footer: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0")))
        // 28 March 2026 23:00 by -2 h is 29 March 01:00 UTC.
        #expect(nuuk.transitions.contains(.init(at: 1_774_746_000, offset: -3_600)))
    }

    @Test("files that are none, or broken, are no zones")
    func broken() throws {
        let whole = file(offset: 3_600, footer: "CET-1CEST,M3.5.0,M10.5.0/3")
        for length in 0..<(whole.count - 30) { #expect(try zone(Array(whole.prefix(length))) == nil, "\(length)") }
        #expect(try zone(file(offset: 3_600, footer: "CET-1CEST,M13.5.0,M10.5.0/3")) == nil)
        #expect(try zone(file(offset: 3_600, footer: "C")) == nil)
        #expect(try zone(Array("TZif2".utf8) + Array(repeating: 255, count: 200)) == nil)
    }

    @Test("names never lead out of the folder")
    func names() {
        for name in ["", "/etc/passwd", "../zoneinfo/UTC", "Europe/../UTC", "Europe//Berlin", ".hidden", "a\0b", "tzdata.zi"] {
            #expect(TimeZoneDatabase.system.zone(name) == nil, "\(name)")
        }
        #expect(TimeZoneDatabase.system.zone("UTC") == .utc)
    }

    @Test(
        "the machine's zones agree with Foundation's",
        .enabled(if: FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Berlin")),
        arguments: ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Tokyo"])
    func system(_ name: String) throws {
        let ours = try #require(TimeZoneDatabase.system.zone(name))
        let theirs = try #require(TimeZone(identifier: name))
        // 2026 to 2036, every seven hours.
        for seconds in stride(from: 1_767_225_600, to: 2_082_758_400, by: 25_200) {
            let date = Date(timeIntervalSince1970: Double(seconds))
            #expect(ours.offset(at: Int64(seconds)) == theirs.secondsFromGMT(for: date), "\(name) \(seconds)")
        }
    }
}
