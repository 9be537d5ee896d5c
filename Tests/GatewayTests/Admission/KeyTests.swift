import FleetModel
import FleetTransport
import Gateway
import Testing

@Suite("API keys", .timeLimit(.minutes(5)))
struct KeyTests {
    static let key = "sk-tw-one"
    static let tenants = [
        TenantTerms(name: "acme", keys: [digest(key)]),
        TenantTerms(name: "narrow", models: ["phi"], keys: [digest("sk-tw-two")]),
    ]

    static func withGateway(_ body: @Sendable (TestFleet, ScriptedUpstream) async throws -> Void) async throws {
        let upstream = try await ScriptedUpstream.answering("served")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], tenants: tenants) {
            try await body($0, upstream)
        }
    }

    @Test(
        "takes a known key where each client's library puts it, and passes none on",
        arguments: [
            "Authorization: Bearer sk-tw-one\r\n", "authorization: bearer  sk-tw-one\r\n", "X-Api-Key: sk-tw-one\r\n",
            "api-key: sk-tw-one\r\n", "Authorization: Basic abc\r\nx-api-key: sk-tw-one\r\n",
        ])
    func known(_ header: String) async throws {
        try await Self.withGateway { fleet, upstream in
            let response = try await fleet.ask(TestFleet.post(headers: header))
            #expect(response.status == 200 && response.body == "served")
            #expect(!upstream.requests[0].text.contains("sk-tw-one"))
        }
    }

    @Test(
        "answers 401 in OpenAI's shape without a known key, and sends nothing on",
        arguments: [
            "", "Authorization: Bearer sk-tw-\r\n", "Authorization: Bearer \r\n", "Authorization: sk-tw-one\r\n",
            "Authorization: Bearer sk-tw-one2\r\n", "x-api-key: \(String(repeating: "a", count: 5_000))\r\n",
            "Authorization: Bearer sk-tw-no\r\nx-api-key: sk-tw-one\r\n",
        ])
    func unknown(_ header: String) async throws {
        try await Self.withGateway { fleet, upstream in
            let response = try await fleet.ask(TestFleet.post(headers: header))
            #expect(response.status == 401)
            #expect(response.header("www-authenticate") == "Bearer realm=\"tradewind\"")
            #expect(response.body.hasPrefix("{\"error\":{\"message\":\""))
            #expect(response.body.hasSuffix("\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"invalid_api_key\"}}"))
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test("answers in Anthropic's shape on its paths")
    func anthropic() async throws {
        try await Self.withGateway { fleet, _ in
            let response = try await fleet.ask(TestFleet.post(path: "/v1/messages"))
            #expect(response.status == 401)
            #expect(response.body.hasPrefix("{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\""))
        }
    }

    @Test("tells a tenant only of the models it may ask for, and finds no other")
    func models() async throws {
        try await Self.withGateway { fleet, upstream in
            let header = "Authorization: Bearer sk-tw-two\r\n"
            let list = try await fleet.ask("GET /v1/models HTTP/1.1\r\nHost: a\r\n\(header)\r\n")
            #expect(list.body.contains("\"phi\"") && !list.body.contains("\"chat\""))
            #expect(try await fleet.ask("GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n").status == 401)
            #expect(try await fleet.ask(TestFleet.post("chat", headers: header)).status == 404)
            #expect(try await fleet.ask("GET /fixed/x HTTP/1.1\r\nHost: a\r\n\(header)\r\n").status == 404)
            #expect(try await fleet.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            #expect(upstream.requests.isEmpty)
        }
    }
}
