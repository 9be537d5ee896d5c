import FleetModel
import NIOCore

/// An HTTP/2 client that says exactly the frames it is told to (RFC 9113 section 4).
struct RawFrames: Sendable {
    struct Frame: Equatable, Sendable {
        var type: UInt8
        var flags: UInt8 = 0
        var stream: UInt32 = 0
        var payload: [UInt8] = []

        static let (data, headers, priority, reset, settings, push): (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (
            0, 1, 2, 3, 4, 5
        )
        static let (ping, goAway, window, continuation): (UInt8, UInt8, UInt8, UInt8) = (6, 7, 8, 9)
        static let (endStream, endHeaders): (UInt8, UInt8) = (1, 4)

        var bytes: [UInt8] {
            let length = payload.count
            let id = Frame.four(stream)
            return [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags] + id + payload
        }

        static func four(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }

        /// The error code of a RST_STREAM or GOAWAY frame.
        var code: UInt32 {
            let bytes = type == Self.goAway ? payload.dropFirst(4).prefix(4) : payload.prefix(4)
            return bytes.reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    let client: RawClient

    init(_ address: ListenAddress) async throws {
        client = try await RawClient(address)
        try await send(bytes: Self.preface + Frame(type: Frame.settings).bytes)
    }

    func send(bytes: [UInt8]) async throws { try await client.channel.writeAndFlush(ByteBuffer(bytes: bytes)) }
    func send(_ frames: [Frame]) async throws { try await send(bytes: frames.flatMap(\.bytes)) }

    /// Fields as literals without indexing and without Huffman coding (RFC 7541 section 6.2.2), so that any byte can be said.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in [0] + string(name) + string(value) }
    }

    private static func string(_ text: String) -> [UInt8] {
        let count = text.utf8.count
        guard count >= 127 else { return [UInt8(count)] + Array(text.utf8) }
        var (bytes, rest) = ([UInt8(127)], count - 127)
        while rest >= 128 {
            bytes.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return bytes + [UInt8(rest)] + Array(text.utf8)
    }

    static let requestFields = [(":method", "GET"), (":scheme", "http"), (":authority", "gateway"), (":path", "/healthz")]

    static func headers(
        _ fields: [(String, String)] = requestFields, stream: UInt32 = 1, ends: Bool = true
    ) -> Frame {
        Frame(
            type: Frame.headers, flags: Frame.endHeaders | (ends ? Frame.endStream : 0), stream: stream, payload: block(fields))
    }

    static func data(_ text: String, stream: UInt32 = 1, ends: Bool) -> Frame {
        Frame(type: Frame.data, flags: ends ? Frame.endStream : 0, stream: stream, payload: Array(text.utf8))
    }

    static func frames(in bytes: [UInt8]) -> [Frame] {
        var (frames, rest) = ([Frame](), bytes[...])
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard rest.count >= 9 + length else { break }
            let stream = head[5...8].reduce(0) { $0 << 8 | UInt32($1) }
            frames.append(Frame(type: head[3], flags: head[4], stream: stream, payload: Array(rest.dropFirst(9).prefix(length))))
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }

    /// Waits for a frame, or the end of the connection.
    func first(_ what: String, _ isIt: @escaping @Sendable (Frame) -> Bool) async throws -> Frame? {
        let content = try await client.transcript.wait(what) { content in
            content.isClosed || Self.frames(in: content.bytes).contains(where: isIt)
        }
        return Self.frames(in: content.bytes).first(where: isIt)
    }
}
