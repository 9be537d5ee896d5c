import FleetModel
import Gateway
import NIOCore
import Testing

/// The rest of h2spec's cases (generic, http2, hpack) beside ``StreamConformanceTests``, by sections of RFC 9113 and RFC 7541.
@Suite("HTTP/2 and HPACK section by section", .timeLimit(.minutes(2)))
struct StreamSpecificationTests {
    typealias Frame = RawFrames.Frame
    typealias Case = StreamConformanceTests.Case
    private static let (protocolError, flowControlError, streamClosed, frameSizeError, compressionError):
        (
            UInt32, UInt32, UInt32, UInt32, UInt32
        ) = (1, 3, 5, 6, 9)
    private static let (acknowledged, padded, prioritized): (UInt8, UInt8, UInt8) = (1, 8, 32)

    // MARK: Header blocks

    private static let request = RawFrames.block(RawFrames.requestFields)
    /// `x-test` as a literal without indexing, ready for its value.
    private static let testField: [UInt8] = [0, 6] + Array("x-test".utf8)
    /// `test` in Huffman code: 20 bits.
    private static let huffmanTest: [UInt8] = [0x49, 0x50, 0x9F]

    private static func head(_ extra: [UInt8], before: [UInt8] = [], stream: UInt32 = 1) -> Frame {
        Frame(type: Frame.headers, flags: Frame.endHeaders | Frame.endStream, stream: stream, payload: before + request + extra)
    }

    private static func begin(_ payload: [UInt8], stream: UInt32 = 1, flags: UInt8 = Frame.endStream) -> Frame {
        Frame(type: Frame.headers, flags: flags, stream: stream, payload: payload)
    }

    private static func goOn(_ payload: [UInt8], stream: UInt32 = 1, ends: Bool = true) -> Frame {
        Frame(type: Frame.continuation, flags: ends ? Frame.endHeaders : 0, stream: stream, payload: payload)
    }

    private static func setting(_ identifier: UInt8, _ value: UInt32) -> [UInt8] { [0, identifier] + Frame.four(value) }
    private static func settings(_ entries: [UInt8]) -> Frame { Frame(type: Frame.settings, payload: entries) }

    private static func posting(_ stream: UInt32 = 1) -> Frame {
        RawFrames.headers(
            [
                (":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/v1/x"),
                ("content-type", "application/json"),
            ], stream: stream, ends: false)
    }

    // MARK: What is allowed

    static let allowed: [Case] = [
        Case(
            "generic 2: PRIORITY on an idle stream",
            [Frame(type: Frame.priority, stream: 1, payload: [0, 0, 0, 0, 9]), head([])]),
        Case(
            "generic 2: WINDOW_UPDATE and PRIORITY on a half-closed stream",
            [
                head([]), Frame(type: Frame.window, stream: 1, payload: [0, 0, 0, 1]),
                Frame(type: Frame.priority, stream: 1, payload: [0, 0, 0, 0, 9]),
            ]),
        Case(
            "6.2: HEADERS with padding and a priority",
            [begin([2, 0, 0, 0, 0, 15] + request + [0, 0], flags: Frame.endStream | Frame.endHeaders | padded | prioritized)]),
        Case(
            "6.1: DATA with padding",
            [posting(), Frame(type: Frame.data, flags: Frame.endStream | padded, stream: 1, payload: [2, 123, 125, 0, 0])]),
        Case(
            "4.2: DATA of 16,384 bytes",
            [
                posting(),
                Frame(type: Frame.data, flags: Frame.endStream, stream: 1, payload: Array(repeating: 120, count: 16_384)),
            ]),
        Case("4.1: a frame of an unknown type", [Frame(type: 0xFF, payload: Array(repeating: 0, count: 8)), head([])]),
        Case("4.1: flags that are not defined", [Frame(type: Frame.settings, flags: 0xFE), head([])]),
        Case("4.1: the reserved bit", [head([]).on(1 << 31 | 1)]),
        Case("6.5.2: a setting that is not known", [settings(setting(0xFF, 1)), head([])]),
        Case(
            "6.7: PING that acknowledges nothing",
            [Frame(type: Frame.ping, flags: acknowledged, payload: [0, 0, 0, 0, 0, 0, 0, 0]), head([])]),
        Case("6.10: CONTINUATION", [begin(Array(request.prefix(9))), goOn(Array(request.dropFirst(9)))]),
        Case(
            "6.10: CONTINUATION twice",
            [
                begin(Array(request.prefix(9))), goOn(Array(request[9..<20]), ends: false), goOn(Array(request.dropFirst(20))),
            ]),
        Case(
            "8.1: trailers",
            [posting(), RawFrames.data("{}", ends: false), RawFrames.headers([("x-digest", "1")])]),
        Case("7541 6.1: an indexed field", [begin([0x82, 0x86, 0x84, 1, 1, 97], flags: Frame.endStream | Frame.endHeaders)]),
        Case("7541 6.2.1: indexing, a name of the table", [head([0x7A, 4] + Array("test".utf8))]),
        Case("7541 6.2.1: indexing, a new name", [head([0x40, 6] + Array("x-test".utf8) + [4] + Array("test".utf8))]),
        Case("7541 6.2.2: no indexing, in Huffman code", [head(testField + [0x83] + huffmanTest)]),
        Case("7541 6.2.3: never indexed", [head([0x10, 6] + Array("x-test".utf8) + [4] + Array("test".utf8))]),
        Case("7541 6.3: a table size", [head([], before: [0x20])]),
        Case("7541 6.3: a table size twice", [head([], before: [0x20, 0x3F, 0xE1, 0x1F])]),
    ]

    @Test("what the protocol allows is answered", arguments: allowed)
    func answers(_ good: Case) async throws {
        try await TestFleet.with([]) { fleet in
            let client = try await RawFrames(fleet.address)
            try await client.send(good.frames)
            let answer = try await client.first("a head or an end") {
                ($0.type == Frame.headers || $0.type == Frame.reset) && $0.stream == 1 || $0.type == Frame.goAway
            }
            #expect(answer?.type == Frame.headers, "\(String(describing: answer))")
            try await client.client.close()
        }
    }

    @Test("6.7: PING is answered with its own bytes, 6.5.3: SETTINGS is acknowledged, first of all comes the server's")
    func acknowledgements() async throws {
        try await TestFleet.with([]) { fleet in
            let client = try await RawFrames(fleet.address)
            try await client.send([Frame(type: Frame.ping, payload: [1, 2, 3, 4, 5, 6, 7, 8])])
            let pong = try await client.first("an answer") { $0.type == Frame.ping }
            #expect(pong == Frame(type: Frame.ping, flags: Self.acknowledged, payload: [1, 2, 3, 4, 5, 6, 7, 8]))
            let told = RawFrames.frames(in: client.client.transcript.content.bytes).filter { $0.type == Frame.settings }
            #expect(told.map(\.flags) == [0, Self.acknowledged])
            try await client.client.close()
        }
    }

    struct Window: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var frames: [Frame]
    }

    /// Each leaves one byte of window for the answer.
    static let windows: [Window] = [
        Window(testDescription: "6.9.1: a window of 1", frames: [settings(setting(4, 1)), head([])]),
        Window(
            testDescription: "6.5.3: the last of two values counts",
            frames: [settings(setting(4, 100) + setting(4, 1)), head([])]),
        Window(
            testDescription: "6.9.2: a window that opens behind the request",
            frames: [settings(setting(4, 0)), head([]), settings(setting(4, 1))]),
        Window(
            testDescription: "6.9.2: a window that closes before the answer",
            frames: [
                settings(setting(4, 3)), posting(), settings(setting(4, 0)),
                Frame(type: Frame.window, stream: 1, payload: [0, 0, 0, 1]), RawFrames.data("{}", ends: true),
            ]),
    ]

    @Test("6.9: no byte more is sent than the window has", arguments: windows)
    func flowControl(_ window: Window) async throws {
        try await TestFleet.with([]) { fleet in
            let client = try await RawFrames(fleet.address)
            try await client.send(window.frames)
            let first = try await client.first("data") { $0.type == Frame.data }
            #expect(first?.payload.count == 1 && first?.flags == 0)
            try await client.send([Frame(type: Frame.window, stream: 1, payload: [0, 0, 255, 255])])
            let last = try await client.first("the rest") { $0.type == Frame.data && $0.flags & Frame.endStream != 0 }
            #expect(last != nil)
            try await client.client.close()
        }
    }

    // MARK: What breaks a stream or the connection

    private static func padding(_ count: UInt8, _ type: UInt8) -> Frame {
        Frame(type: type, flags: padded | Frame.endHeaders | Frame.endStream, stream: 1, payload: [count, 1, 2])
    }

    static let broken: [Case] = [
        Case(
            "4.2: HEADERS above 16,384 bytes", [begin(Array(repeating: 0x82, count: 16_385), flags: Frame.endHeaders)],
            frameSizeError),
        Case(
            "4.3: PRIORITY inside a header block",
            [begin(request), Frame(type: Frame.priority, stream: 1, payload: [0, 0, 0, 0, 9]), goOn([])], protocolError),
        Case("4.3: HEADERS of another stream inside a header block", [begin(request), head([], stream: 3)], protocolError),
        Case(
            "5.1: WINDOW_UPDATE on an idle stream", [Frame(type: Frame.window, stream: 1, payload: [0, 0, 0, 100])],
            protocolError,
            0),
        Case("5.1: CONTINUATION on a half-closed stream", [head([]), goOn(request)], protocolError, streamClosed),
        Case("5.1: DATA on a half-closed stream", [head([]), RawFrames.data("a", ends: true)], streamClosed),
        Case("5.1: HEADERS on a half-closed stream", [head([]), head([])], streamClosed, protocolError),
        Case(
            "5.1: DATA on a stream that was reset",
            [posting(), Frame(type: Frame.reset, stream: 1, payload: [0, 0, 0, 8]), RawFrames.data("a", ends: true)], streamClosed
        ),
        Case(
            "5.1: HEADERS on a stream that was reset",
            [posting(), Frame(type: Frame.reset, stream: 1, payload: [0, 0, 0, 8]), head([])], streamClosed, protocolError),
        Case(
            "5.3.1: HEADERS that depends on itself",
            [begin([0, 0, 0, 1, 9] + request, flags: Frame.endHeaders | Frame.endStream | prioritized)], protocolError),
        Case(
            "5.3.1: PRIORITY that depends on itself", [Frame(type: Frame.priority, stream: 1, payload: [0, 0, 0, 1, 9])],
            protocolError),
        Case(
            "5.5: an unknown frame inside a header block", [begin(request), Frame(type: 0xFF, stream: 1), goOn([])], protocolError
        ),
        Case("6.1: DATA with more padding than payload", [posting(), padding(9, Frame.data)], protocolError),
        Case("6.2: HEADERS with more padding than payload", [padding(9, Frame.headers)], protocolError),
        Case("6.2: HEADERS on stream 0", [head([], stream: 0)], protocolError),
        Case("6.3: PRIORITY on stream 0", [Frame(type: Frame.priority, payload: [0, 0, 0, 1, 9])], protocolError),
        Case("6.3: PRIORITY of 4 bytes", [Frame(type: Frame.priority, stream: 1, payload: [0, 0, 0, 9])], frameSizeError),
        Case("6.4: RST_STREAM on stream 0", [Frame(type: Frame.reset, payload: [0, 0, 0, 8])], protocolError),
        Case(
            "6.4: RST_STREAM of 3 bytes", [posting(), Frame(type: Frame.reset, stream: 1, payload: [0, 0, 8])], frameSizeError),
        Case(
            "6.5: SETTINGS that acknowledges with a payload",
            [Frame(type: Frame.settings, flags: acknowledged, payload: setting(4, 1))], frameSizeError),
        Case("6.5.2: ENABLE_PUSH of 2", [settings(setting(2, 2))], protocolError),
        Case("6.5.2: MAX_FRAME_SIZE below 16,384", [settings(setting(5, 16_383))], protocolError),
        Case("6.5.2: MAX_FRAME_SIZE above 2^24-1", [settings(setting(5, 1 << 24))], protocolError),
        Case(
            "6.8: GOAWAY on a stream", [Frame(type: Frame.goAway, stream: 1, payload: [0, 0, 0, 0, 0, 0, 0, 0])], protocolError),
        Case("6.9: the connection's window grows by nothing", [Frame(type: Frame.window, payload: [0, 0, 0, 0])], protocolError),
        Case("6.9: WINDOW_UPDATE of 3 bytes", [Frame(type: Frame.window, payload: [0, 0, 1])], frameSizeError),
        Case("6.10: CONTINUATION on stream 0", [begin(request), goOn([], stream: 0)], protocolError),
        Case(
            "6.10: CONTINUATION behind the end of a header block",
            [begin(Array(request.prefix(9))), goOn(Array(request.dropFirst(9))), goOn([])], protocolError, streamClosed),
        Case("6.10: DATA inside a header block", [begin(request, flags: 0), RawFrames.data("a", ends: true)], protocolError),
        Case("7541 2.3.3: an index beyond the tables", [head([0xC6])], compressionError),
        Case("7541 2.3.3: a name beyond the tables", [head([0x7F, 7, 1, 97])], compressionError),
        Case("7541 4.2: a table size behind a field", [head([0x20])], compressionError),
        Case("7541 5.2: Huffman padding above 7 bits", [head(testField + [0x84] + huffmanTest + [0xFF])], compressionError),
        Case("7541 5.2: Huffman padding of zeros", [head(testField + [0x83, 0x49, 0x50, 0x90])], compressionError),
        Case(
            "7541 5.2: the Huffman code's end", [head(testField + [0x87] + huffmanTest + [0xFF, 0xFF, 0xFF, 0xFF])],
            compressionError),
        Case("7541 6.1: the index 0", [head([0x80])], compressionError),
        Case("7541 6.3: a table above the size in force", [head([], before: [0x3F, 0xE2, 0x1F])], compressionError),
        Case(
            "6.9.1: a stream's window above 2^31-1",
            [posting(), Frame(type: Frame.window, stream: 1, payload: [127, 255, 255, 255])], flowControlError),
        Case(
            "6.9.2: a new size takes a stream's window above 2^31-1",
            [
                posting(), Frame(type: Frame.window, stream: 1, payload: [127, 0, 0, 0]), settings(setting(4, 0x7FFF_FFFF)),
            ], flowControlError),
        Case(
            "8.3: a pseudo field in trailers",
            [posting(), RawFrames.data("{}", ends: false), RawFrames.headers([(":method", "POST")])], protocolError),
        Case("8.3.1: :scheme twice", [RawFrames.headers([(":scheme", "http")] + RawFrames.requestFields)], protocolError),
        Case("8.3.1: :path twice", [RawFrames.headers([(":path", "/")] + RawFrames.requestFields)], protocolError),
    ]

    @Test(
        "what breaks a rule ends its stream or the connection with the error of the rule, and others are served",
        arguments: broken)
    func breaks(_ bad: Case) async throws {
        try await TestFleet.with([]) { fleet in
            let client = try await RawFrames(fleet.address)
            try await client.send(bad.frames)
            let codes = bad.codes
            let end = try await client.first("an end with \(codes)") {
                ($0.type == Frame.reset || $0.type == Frame.goAway) && codes.contains($0.code)
            }
            #expect(end != nil, "\(RawFrames.frames(in: client.client.transcript.content.bytes))")
            try await client.client.close()
            #expect(try await fleet.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            #expect(try await fleet.counters().requestsInFlight == 0)
        }
    }

    @Test("5.1: HEADERS on a half-closed stream end the connection behind the streams that are open")
    func streamClosed() async throws {
        let upstream = try await ScriptedUpstream { request in
            request.text.contains("/fixed/") ? [] : [.send(ScriptedUpstream.ok("late"))]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await RawFrames(fleet.address)
            // Stream 1 waits for its body; stream 3 has asked, and asks again.
            let fields = [
                (":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/v1/x"),
                ("content-type", "application/json"),
            ]
            let asking = RawFrames.headers(
                [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/fixed/x")], stream: 3)
            try await client.send([RawFrames.headers(fields, ends: false), asking, asking])
            let told = try await client.first("GOAWAY") { $0.type == Frame.goAway }
            #expect(told?.code == Self.streamClosed)
            try await client.send([RawFrames.data("{\"model\":\"chat\"}", ends: true)])
            let answer = try await client.first("the open stream's answer") { $0.type == Frame.data && $0.stream == 1 }
            #expect(answer?.payload == Array("late".utf8))
            _ = try await client.client.transcript.waitForClose()
        }
        try await upstream.stop()
    }
}
