import FleetModel
import FleetTransport
import NIOCore
import NIOHTTP1

/// The plane's feed: what it runs, told directly to gateways that prove themselves, each line signed for the one that asked.
struct FeedServer: Sendable {
    static let limits = HTTPListener.Limits(body: 0, connections: 2 * FeedHub.followerLimit)
    static let scheme = "Tradewind-HMAC "

    let plane: PlaneName
    let hub: FeedHub

    func serve(_ request: ServedRequest, _ response: ResponseStream) async throws {
        switch (request.head.method, request.head.uri) {
        case (.GET, "/healthz"): try await response.answer(.ok, body: "ok\n")
        case (.GET, "/feed"): try await feed(request.head.headers, response)
        default: try await response.refuse(.notFound, code: "not_found", message: "a plane serves GET /feed and GET /healthz")
        }
    }

    /// Proof of the right key over a nonce of the gateway's choice. Who replays one learns the report, which holds no secret.
    private func authenticate(_ headers: HTTPHeaders) -> (gateway: GatewayName, key: String, nonce: String)? {
        guard let name = headers.only("x-tradewind-gateway"), let nonce = headers.only("x-tradewind-nonce"),
            let proof = headers.only("authorization"), proof.hasPrefix(Self.scheme), ResourceNameRule.allows(name),
            nonce.utf8.count == FeedAuthentication.nonceLength,
            nonce.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        let gateway = GatewayName(name)
        guard let key = hub.key(of: gateway) else { return nil }
        let expected = FeedAuthentication.requestSignature(key: key, gateway: gateway, plane: plane, nonce: nonce)
        guard FeedAuthentication.matches(String(proof.dropFirst(Self.scheme.count)), expected) else { return nil }
        return (gateway, key, nonce)
    }

    private func feed(_ headers: HTTPHeaders, _ response: ResponseStream) async throws {
        guard let (gateway, key, nonce) = authenticate(headers) else {
            return try await response.refuse(.unauthorized, code: "unauthorized", message: "the feed is for the fleet's gateways")
        }
        guard let reports = try hub.follow(gateway, key: key) else {
            return try await response.refuse(
                .serviceUnavailable, code: "too_many_followers", message: "too many connections follow this feed", retryAfter: 1)
        }
        try await response.begin(.ok, headers: ["content-type": "application/x-ndjson", "cache-control": "no-store"])
        var sequence: UInt64 = 0
        for await payload in reports {
            let signature = FeedAuthentication.lineSignature(key: key, nonce: nonce, sequence: sequence, payload: payload)
            var line = ByteBuffer(string: signature + " ")
            line.writeBytes(payload)
            line.writeString("\n")
            try await response.write(line)
            sequence += 1
        }
        try Task.checkCancellation()
    }
}

extension HTTPHeaders {
    /// The value of a header that is there exactly once.
    fileprivate func only(_ name: String) -> String? {
        let values = self[name]
        return values.count == 1 ? values[0] : nil
    }
}
