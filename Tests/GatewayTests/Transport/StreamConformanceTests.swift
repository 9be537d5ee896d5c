import FleetModel
import Gateway
import NIOCore
import Testing

/// The cases of RFC 9113 that matter for a server, over raw frames: what h2spec asks for, and the floods it does not.
@Suite("HTTP/2 conformance", .timeLimit(.minutes(2)))
struct StreamConformanceTests {
    typealias Frame = RawFrames.Frame
    private static let (protocolError, flowControlError, streamClosed, frameSizeError): (UInt32, UInt32, UInt32, UInt32) =
        (1, 3, 5, 6)
    private static let (compressionError, calm): (UInt32, UInt32) = (9, 11)

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var frames: [Frame]
        var codes: [UInt32]

        init(_ name: String, _ frames: [Frame], _ codes: UInt32...) {
            (testDescription, self.frames, self.codes) = (name, frames, codes)
        }
    }

    private static func fields(_ changes: [(String, String)], without dropped: String = "") -> Frame {
        RawFrames.headers(RawFrames.requestFields.filter { $0.0 != dropped } + changes)
    }

    private static func post(_ length: String, _ data: [Frame]) -> [Frame] {
        let fields = [
            (":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/v1/x"), ("content-length", length),
        ]
        return [RawFrames.headers(fields, ends: false)] + data
    }

    static let malformed: [Case] = [
        Case("8.2.1: a field name in upper case", [fields([("X-Name", "1")])], protocolError),
        Case("8.2.1: a space in a field name", [fields([("x name", "1")])], protocolError),
        Case("8.2.1: a line end in a value", [fields([("x-a", "1\r\nhost: evil")])], protocolError),
        Case("8.2.1: NUL in a value", [fields([("x-a", "1\0")])], protocolError),
        Case("8.2.1: white space around a value", [fields([("x-a", " 1")])], protocolError),
        Case("8.2.2: connection", [fields([("connection", "close")])], protocolError),
        Case("8.2.2: transfer-encoding", [fields([("transfer-encoding", "chunked")])], protocolError),
        Case("8.2.2: upgrade", [fields([("upgrade", "websocket")])], protocolError),
        Case("8.2.2: te other than trailers", [fields([("te", "gzip")])], protocolError),
        Case("8.3: a pseudo field behind a field", [RawFrames.headers([("x-a", "1")] + RawFrames.requestFields)], protocolError),
        Case("8.3: an unknown pseudo field", [RawFrames.headers(RawFrames.requestFields + [(":test", "1")])], protocolError),
        Case(
            "8.3: a pseudo field of responses", [RawFrames.headers(RawFrames.requestFields + [(":status", "200")])], protocolError
        ),
        Case("8.3.1: no :method", [fields([], without: ":method")], protocolError),
        Case("8.3.1: no :scheme", [fields([], without: ":scheme")], protocolError),
        Case("8.3.1: no :path", [fields([], without: ":path")], protocolError),
        Case("8.3.1: an empty :path", [RawFrames.headers(replacing(":path", ""))], protocolError),
        Case("8.3.1: a :path with a space", [RawFrames.headers(replacing(":path", "/a HTTP/1.1"))], protocolError),
        Case("8.3.1: an absolute :path", [RawFrames.headers(replacing(":path", "http://evil/"))], protocolError),
        Case("8.3.1: :method twice", [RawFrames.headers([(":method", "GET")] + RawFrames.requestFields)], protocolError),
        Case("8.3.1: host and :authority differ", [fields([("host", "evil")])], protocolError),
        Case("8.1.1: less than content-length says", post("5", [RawFrames.data("abc", ends: true)]), protocolError),
        Case("8.1.1: more than content-length says", post("2", [RawFrames.data("abc", ends: true)]), protocolError),
        Case("8.1.1: no body and a content-length", [fields([("content-length", "1")])], protocolError),
        Case(
            "8.1: trailers that do not end the stream", post("3", [RawFrames.headers([("x-a", "1")], ends: false)]), protocolError
        ),
        Case(
            "6.9: a window that grows by nothing", post("3", [Frame(type: Frame.window, stream: 1, payload: [0, 0, 0, 0])]),
            protocolError),
    ]

    private static func replacing(_ name: String, _ value: String) -> [(String, String)] {
        RawFrames.requestFields.map { $0.0 == name ? (name, value) : $0 }
    }

    @Test("a malformed request resets its stream, and others go on", arguments: malformed)
    func streamErrors(_ bad: Case) async throws {
        try await TestFleet.with([]) { fleet in
            let client = try await RawFrames(fleet.address)
            try await client.send(bad.frames)
            let end = try await client.first("a reset") { ($0.type == Frame.reset && $0.stream == 1) || $0.type == Frame.goAway }
            #expect(end?.type == Frame.reset || end?.type == Frame.goAway)
            #expect(bad.codes.contains(end?.code ?? 0), "\(String(describing: end))")
            guard end?.type == Frame.reset else { return }
            try await client.send([RawFrames.headers(stream: 3)])
            let answer = try await client.first("an answer") { $0.type == Frame.data && $0.stream == 3 }
            #expect(answer?.payload == Array("ok\n".utf8))
            try await client.client.close()
        }
    }

    static let broken: [Case] = [
        Case("6.1: DATA on stream 0", [Frame(type: Frame.data, payload: [1])], protocolError),
        // nio-http2 tells this one by nothing but the end of the connection.
        Case("5.1: DATA on an idle stream", [RawFrames.data("a", ends: true)], protocolError, 0),
        Case("5.1.1: a stream with an even number", [RawFrames.headers(stream: 2)], protocolError),
        Case(
            "5.1.1: a number below the last", [RawFrames.headers(stream: 5), RawFrames.headers(stream: 3)], protocolError,
            streamClosed),
        Case(
            "4.2: a frame above 16,384 bytes", [Frame(type: Frame.data, stream: 1, payload: Array(repeating: 0, count: 16_385))],
            frameSizeError),
        Case(
            "4.3: a header block that does not decode",
            [Frame(type: Frame.headers, flags: 5, stream: 1, payload: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF])], compressionError),
        Case(
            "6.2: a frame inside a header block",
            [
                Frame(type: Frame.headers, flags: 1, stream: 1, payload: [0x82]),
                Frame(type: Frame.ping, payload: Array(repeating: 0, count: 8)),
            ], protocolError),
        Case(
            "6.4: RST_STREAM on an idle stream", [Frame(type: Frame.reset, stream: 1, payload: [0, 0, 0, 8])], protocolError,
            streamClosed),
        Case("6.5: SETTINGS of 5 bytes", [Frame(type: Frame.settings, payload: [0, 0, 0, 0, 0])], frameSizeError),
        Case("6.5: SETTINGS on a stream", [Frame(type: Frame.settings, stream: 1)], protocolError),
        Case(
            "6.5.2: a window above 2^31-1", [Frame(type: Frame.settings, payload: [0, 4, 255, 255, 255, 255])], flowControlError,
            protocolError),
        Case(
            "6.6: PUSH_PROMISE from a client", [Frame(type: Frame.push, flags: 4, stream: 1, payload: [0, 0, 0, 2, 0x82])],
            protocolError),
        Case("6.7: PING of 6 bytes", [Frame(type: Frame.ping, payload: Array(repeating: 0, count: 6))], frameSizeError),
        Case(
            "6.7: PING on a stream", [Frame(type: Frame.ping, stream: 1, payload: Array(repeating: 0, count: 8))], protocolError),
        Case(
            "6.9: the connection's window above 2^31-1", [Frame(type: Frame.window, payload: [127, 255, 255, 255])],
            flowControlError),
        Case(
            "6.10: CONTINUATION without HEADERS", [Frame(type: Frame.continuation, flags: 4, stream: 1, payload: [0x82])],
            protocolError),
    ]

    @Test("a broken connection ends with GOAWAY", arguments: broken)
    func connectionErrors(_ bad: Case) async throws {
        try await TestFleet.with([]) { fleet in
            let client = try await RawFrames(fleet.address)
            try await client.send(bad.frames)
            let end = try await client.first("GOAWAY") { $0.type == Frame.goAway }
            #expect(bad.codes.contains(end?.code ?? 0), "\(String(describing: end))")
            _ = try await client.client.transcript.waitForClose()
            #expect(try await fleet.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }
    }

    static let flooding: [Case] = [
        Case(
            "rapid reset (CVE-2023-44487)",
            (0..<400).flatMap { number in
                let stream = UInt32(number) * 2 + 1
                return [RawFrames.headers(stream: stream), Frame(type: Frame.reset, stream: stream, payload: [0, 0, 0, 8])]
            }, calm, protocolError),
        Case(
            "PING (CVE-2019-9512)", Array(repeating: Frame(type: Frame.ping, payload: Array(repeating: 0, count: 8)), count: 500),
            calm),
        Case("SETTINGS (CVE-2019-9515)", Array(repeating: Frame(type: Frame.settings), count: 500), calm),
        Case(
            "CONTINUATION (CVE-2024-27316)",
            [Frame(type: Frame.headers, stream: 1, payload: [0x82])]
                + Array(repeating: Frame(type: Frame.continuation, stream: 1, payload: [0, 1, 97, 1, 97]), count: 50), calm,
            protocolError),
        Case(
            "empty DATA (CVE-2019-9518)",
            [RawFrames.headers(replacing(":method", "POST"), ends: false)]
                + Array(repeating: RawFrames.data("", ends: false), count: 50), calm, protocolError),
        Case("requests in error (CVE-2025-8671)", (0..<400).map { fields([("X-A", "1")]).on(UInt32($0) * 2 + 1) }, calm),
    ]

    @Test("a flood ends the connection, and others are served", arguments: flooding)
    func floods(_ flood: Case) async throws {
        try await TestFleet.with([]) { fleet in
            let client = try await RawFrames(fleet.address)
            try? await client.send(flood.frames)
            let end = try await client.first("GOAWAY") { $0.type == Frame.goAway }
            if let end { #expect(flood.codes.contains(end.code), "\(end)") }
            _ = try await client.client.transcript.waitForClose()
            #expect(try await fleet.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            #expect(try await fleet.counters().requestsInFlight == 0)
        }
    }

    @Test("more streams at a time than are allowed are refused")
    func concurrency() async throws {
        let upstream = try await ScriptedUpstream { _ in [] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await RawFrames(fleet.address)
            for number in 0..<129 {
                try await client.send([
                    RawFrames.headers(Self.replacing(":method", "POST"), stream: UInt32(number) * 2 + 1, ends: false)
                ])
            }
            let end = try await client.first("a refusal") { $0.type == Frame.reset || $0.type == Frame.goAway }
            #expect(end != nil)
            try await client.client.close()
        }
        try await upstream.stop()
    }

    @Test("a head with too many fields gets 431, like in HTTP/1.1")
    func tooManyFields() async throws {
        try await TestFleet.with([]) { fleet in
            let client = try await StreamClient(fleet.address)
            let many = (0..<120).map { ("x-\($0)", "1") }
            let exchange = try await client.open(StreamClient.post(extra: many))
            _ = try await exchange.body()
            #expect(exchange.status == "431")
            try await client.close()
        }
    }
}

extension RawFrames.Frame {
    func on(_ stream: UInt32) -> Self {
        var frame = self
        frame.stream = stream
        return frame
    }
}
