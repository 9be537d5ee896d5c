import FleetModel
import FleetTransport
import Foundation
import Gateway
import Logging
import NIOCore
import SeededCases
import Testing

@Suite("Access log")
struct AccessLogTests {
    private static func scratch() -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tradewind-log-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path()
    }

    private static func read(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    @Test("a line is one JSON object with the documented fields")
    func line() async throws {
        let near = try await ScriptedUpstream.answering("near")
        try await RecordedFleet.with([.init(plane: "near", address: near.address)]) { fleet, records in
            _ = try await fleet.ask(TestFleet.post(headers: "x-request-id: abc\r\n"))
            let record = try #require(try await records().first)
            let bytes = AccessLogLine(record, gateway: "frankfurt", clock: .read()).bytes
            #expect(bytes.last == 10 && bytes.dropLast().allSatisfy { $0 != 10 })
            let line = try JSONValue(bytes: bytes)
            #expect(line["request_id"].text == "abc" && line["gateway"].text == "frankfurt")
            #expect(line["status"].integer == 200 && line["plane"].text == "near" && line["replica"].text == "near/chat/1")
            #expect(line["workload"].text == "chat" && line["model"].text == "chat" && line["route"].text == "openai")
            #expect(line["fence_allowed"].integer == 2 && line["fence_excluded"].integer == 0)
            #expect(line["candidates"].integer == 1 && line["attempt_count"].integer == 1)
            #expect(line["attempts"].elements.map { $0["outcome"].text } == ["answered"])
            #expect(line["trace_id"].text?.count == 32 && line["span_id"].text?.count == 16)
            let duration = try #require(line["duration_ms"].double)
            let firstByte = try #require(line["first_byte_ms"].double)
            #expect(firstByte > 0 && duration >= firstByte && duration < 60_000)
        }
    }

    @Test("hostile bytes stay inside their JSON string, whatever they are")
    func hostile() throws {
        for seed in 0..<caseCount(perMille: 200) {
            var random = SeededGenerator(seed: seed)
            let bytes = (0..<random.below(40)).map { _ -> UInt8 in
                random.isOne(in: 3)
                    ? random.pick([0, 9, 10, 13, 27, 34, 92, 127, 0x80, 0xC2, 0xE2, 0xED, 0xFF]) : UInt8(random.below(256))
            }
            var writer = JSONWriter()
            writer.object { writer in
                writer.key("path")
                writer.value(bytes)
                writer.key("after")
                writer.value(1)
            }
            #expect(writer.bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "seed \(seed)")
            let value = try JSONValue(bytes: writer.bytes)
            #expect(value["path"].text == String(decoding: bytes, as: UTF8.self) && value["after"].integer == 1, "seed \(seed)")
        }
    }

    @Test("characters that move a cursor or turn text around are escaped")
    func terminals() {
        var writer = JSONWriter()
        writer.value("a\u{1B}[2J\u{202E}\u{2028}\u{7F}\u{9B}é\u{FEFF}")
        #expect(RecordedFleet.text(writer.bytes) == #""a\u001b[2J\u202e\u2028\u007f\u009bé\ufeff""#)
    }

    @Test(
        "numbers are written shortly",
        arguments: [(0, "0"), (1_500, "1.5"), (123_456, "123.456"), (2_000_000, "2000"), (-5, "0")])
    func numbers(_ microseconds: Int, _ text: String) {
        var writer = JSONWriter()
        writer.milliseconds(.microseconds(microseconds))
        #expect(RecordedFleet.text(writer.bytes) == text)
    }

    @Test(
        "times are RFC 3339 in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
            (1_767_225_599_999_999_999, "2025-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func times(_ nanoseconds: Int64, _ text: String) {
        #expect(WallClock.text(unixNanoseconds: nanoseconds) == text)
    }

    @Test("a file that would grow beyond its size is set aside, and only so many are kept")
    func rotation() throws {
        let path = Self.scratch() + "/access.log"
        var file = LogFile(GatewayTelemetry.AccessLog(path: path, maxBytes: 10, maxFiles: 3))
        for text in ["one\n", "two\n", "three\n", "four\n", "five six seven\n", "end\n"] { try file.write(Array(text.utf8)) }
        #expect(Self.read(path) == "end\n" && Self.read(path + ".1") == "five six seven\n")
        #expect(Self.read(path + ".2") == "four\n")
        #expect(!FileManager.default.fileExists(atPath: path + ".3"))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("a file that was moved away is opened anew, so that logrotate needs no signal")
    func reopening() throws {
        let path = Self.scratch() + "/access.log"
        var file = LogFile(GatewayTelemetry.AccessLog(path: path))
        try file.write(Array("one\n".utf8))
        try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
        try file.write(Array("two\n".utf8))
        #expect(Self.read(path) == "two\n" && Self.read(path + ".old") == "one\n")
    }

    @Test("a path that cannot be opened is told, and no link is followed")
    func failures() throws {
        var missing = LogFile(GatewayTelemetry.AccessLog(path: Self.scratch() + "/none/access.log"))
        #expect(throws: LogFile.Failure.self) { try missing.write([10]) }
        let folder = Self.scratch()
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/target")
        var link = LogFile(GatewayTelemetry.AccessLog(path: folder + "/link"))
        #expect(throws: LogFile.Failure.self) { try link.write([10]) }
        #expect(!FileManager.default.fileExists(atPath: folder + "/target"))
    }

    @Test("the service writes what was recorded, follows what is declared, and counts what it cannot write")
    func service() async throws {
        let near = try await ScriptedUpstream.answering("near")
        let path = Self.scratch() + "/access.log"
        let queue = RecordQueue()
        try await RecordedFleet.with([.init(plane: "near", address: near.address)], queue: queue) { fleet, _ in
            let service = TelemetryService(
                gateway: "g", version: "1", overrides: TelemetryOverrides(), queue: queue,
                group: fleet.plane.workers[0].eventLoop,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            func ask() async throws {
                _ = try await fleet.ask(TestFleet.post())
                try await fleet.plane.workers[0].submit { $0.recorder?.flush() }.get()
            }
            try await ask()
            await service.drain(GatewayTelemetry(accessLog: .init(path: path)))
            try await ask()
            await service.drain(GatewayTelemetry(accessLog: .init(path: path + ".new")))
            try await ask()
            await service.drain(GatewayTelemetry(accessLog: .init(path: path + "/below")))
            try await ask()
            await service.drain(.none)
            #expect(Self.read(path).split(separator: "\n").count == 1)
            #expect(Self.read(path + ".new").split(separator: "\n").count == 1)
            #expect(service.statistics.accessLog.lines == 2 && service.statistics.accessLog.lost == 1)
            await service.stop()
        }
    }
}
