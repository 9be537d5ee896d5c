import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// What a gateway answered.
struct Answer: Sendable {
    let status: Int
    let headers: [String: String]
    let body: Data
    /// The body ended as HTTP says it must.
    let isComplete: Bool

    var plane: String { headers["x-tradewind-plane"] ?? "" }
    var text: String { String(decoding: body, as: UTF8.self) }

    func json() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: body) as? [String: Any] ?? [:]
    }
}

enum Client {
    /// One request. An answer that breaks off is an answer with `isComplete` false; no answer at all throws.
    static func send(
        _ method: String, port: Int, _ path: String, body: String? = nil, headers: [String: String] = [:], seconds: Int64 = 30
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .init(rawValue: method)
        request.headers.add(name: "content-type", value: "application/json")
        // Servers of one test come and go on one port: no connection of an earlier one is used again.
        request.headers.add(name: "connection", value: "close")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(seconds))
        var data = Data()
        var isComplete = true
        do {
            for try await chunk in response.body { data.append(contentsOf: chunk.readableBytesView) }
        } catch {
            isComplete = false
        }
        let found = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
        return Answer(status: Int(response.status.code), headers: found, body: data, isComplete: isComplete)
    }

    static func chat(_ model: String, port: Int, streamed: Bool = false) async throws -> Answer {
        try await send(
            "POST", port: port, "/v1/chat/completions",
            body:
                #"{"model":"\#(model)","stream":\#(streamed),"max_tokens":8,"messages":[{"role":"user","content":"Which way blows the wind?"}]}"#
        )
    }

    static func embedding(_ model: String, of texts: [String], port: Int) async throws
        -> (vectors: [[Double]], plane: String)
    {
        let input = String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
        let answer = try await send("POST", port: port, "/v1/embeddings", body: #"{"model":"\#(model)","input":\#(input)}"#)
        guard answer.status == 200, let data = try answer.json()["data"] as? [[String: Any]] else {
            throw Unexpected(what: "\(answer.status) \(answer.text)")
        }
        return (data.compactMap { $0["embedding"] as? [Double] }, answer.plane)
    }

    static func isReady(port: Int) async -> Bool {
        (try? await send("GET", port: port, "/readyz", seconds: 2))?.status == 200
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}
