import FleetModel
import NIOCore
import NIOPosix

/// A client that says exactly the bytes it is told to.
struct RawClient: Sendable {
    let transcript = Transcript()
    let channel: any Channel

    /// - Parameter receiveBuffer: bytes the system takes for it while it does not read; the system's choice where it is nil.
    init(_ address: ListenAddress, receiveBuffer: Int? = nil) async throws {
        let transcript = transcript
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        channel =
            try await bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(TranscriptHandler(transcript))
                }
            }
            .connect(host: address.host, port: address.port).get()
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }
    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }
    /// Closes, unless the gateway did already.
    func close() async throws { try? await channel.close() }

    /// Waits until so many responses with a length arrived.
    func responses(_ count: Int) async throws -> [RawResponse] {
        let content = try await transcript.wait("\(count) responses") { RawResponse.all(in: $0.text).count >= count }
        return RawResponse.all(in: content.text)
    }

    func response() async throws -> RawResponse { try await responses(1)[0] }
}

/// A response as it stood on the wire, cut by its content-length.
struct RawResponse: Sendable {
    var status: Int
    var head: String
    var body: String

    func header(_ name: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name { return String(parts[1].drop { $0 == " " }) }
        }
        return nil
    }

    /// Every complete response with a content-length (or without a body) at the front of a text.
    static func all(in text: String) -> [RawResponse] {
        var rest = Array(text.utf8)
        var responses: [RawResponse] = []
        while let response = take(&rest) { responses.append(response) }
        return responses
    }

    private static func take(_ bytes: inout [UInt8]) -> RawResponse? {
        guard let end = headEnd(bytes) else { return nil }
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        var response = RawResponse(status: Int(head.dropFirst(9).prefix(3)) ?? 0, head: head, body: "")
        let length = response.header("content-length").flatMap { Int($0) } ?? 0
        guard bytes.count >= end + length else { return nil }
        response.body = String(decoding: bytes[end..<end + length], as: UTF8.self)
        bytes.removeFirst(end + length)
        return response
    }

    static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 3..<bytes.count where bytes[index] == 10 && bytes[index - 2] == 10 && bytes[index - 1] == 13 {
            return index + 1
        }
        return nil
    }
}
