import FleetModel
import FleetTransport
import Foundation
import Gateway
import Testing

/// Anthropic's Messages API through the whole data path.
@Suite("Anthropic's API", .timeLimit(.minutes(2)))
struct AnthropicSurfaceTests {
    static let body = """
        {"max_tokens":64,"messages":[{"role":"user","content":"hi"}],"model":"chat","system":"be brief",\
        "tools":[{"name":"t","input_schema":{"type":"object","properties":{"usage":{"type":"object"}}}}],"stream":true}
        """

    static func post(_ body: String = body, path: String = "/v1/messages", headers: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\ncontent-type: application/json\r\nx-api-key: sk-tw-one\r\n\(headers)"
            + "content-length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    static func event(_ type: String, _ fields: String = "") -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\"\(fields)}\n\n"
    }

    /// What a message of 30 tokens sends, its prompt 25 tokens plus 100 read from a cache and 10 written to it.
    static let events =
        event(
            "message_start",
            ",\"message\":{\"id\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":25,\"cache_read_input_tokens\":100,"
                + "\"cache_creation_input_tokens\":10,\"output_tokens\":1}}") + event("ping")
        + event("content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
        + event("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"\\\"usage\\\":{9\"}")
        + event("content_block_stop", ",\"index\":0")
        + event("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":30}")
        + event("message_stop")

    static func stream(_ text: String, cut: Int = 11) -> String {
        var chunks = ""
        var rest = Substring(text)
        while !rest.isEmpty {
            let piece = rest.prefix(cut)
            chunks += "\(String(piece.utf8.count, radix: 16))\r\n\(piece)\r\n"
            rest = rest.dropFirst(cut)
        }
        return
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n"
    }

    @Test("a request goes by its model, its body and Anthropic's own fields unchanged, its key kept back")
    func passes() async throws {
        let upstream = try await ScriptedUpstream.answering("{\"type\":\"message\"}")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            for path in ["/v1/messages", "/v1/messages/count_tokens"] {
                let response = try await fleet.ask(
                    Self.post(path: path, headers: "anthropic-version: 2023-06-01\r\nanthropic-beta: a-1,b-2\r\n"))
                #expect(response.status == 200 && response.body == "{\"type\":\"message\"}")
            }
        }
        for request in upstream.requests {
            #expect(request.body.elementsEqual(Self.body.utf8))
            #expect(request.text.contains("anthropic-version: 2023-06-01\r\nanthropic-beta: a-1,b-2\r\n"))
            #expect(!request.text.contains("sk-tw-one"))
        }
        #expect(upstream.requests.count == 2)
    }

    @Test("events arrive as they were sent")
    func streams() async throws {
        let upstream = try await ScriptedUpstream { _ in [.send(Self.stream(Self.events))] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(Self.post())
            let text = try await client.transcript.wait("the end") { $0.text.hasSuffix("0\r\n\r\n") }.text
            #expect(text.hasSuffix(Self.stream(Self.events).components(after: "\r\n\r\n")))
            try await client.close()
        }
    }

    @Test(
        "a stream settles with its last count, and the cache's tokens count as the prompt's",
        arguments: [("/v1/messages", events, 165), ("/v1/responses", responseEvents, 119)])
    func settles(path: String, events: String, used: Int) async throws {
        let price = Tenant.Price(input: .init(billionthsPerToken: 1), output: .init(billionthsPerToken: 1))
        let script: ScriptedUpstream.Script = { _ in [.send(Self.stream(events))] }
        try await LimitTests.withTenant(.init(budgetPerDay: USD(billionths: 1_000)), price: price, script: script) { fleet, _ in
            let client = try await fleet.client()
            try await client.send(Self.post(path: path))
            _ = try await client.transcript.wait("the end") { $0.text.hasSuffix("0\r\n\r\n") }
            #expect(try await fleet.ask(LimitTests.request(tokens: 1_000 - used + 1)).status == 429)
            let next = try await fleet.client()
            try await next.send(LimitTests.request(tokens: 1_000 - used))
            _ = try await next.transcript.wait("the next one") { $0.text.hasSuffix("0\r\n\r\n") }
            try await client.close()
            try await next.close()
        }
    }

    /// OpenAI's `response.completed`: 100 tokens of prompt, of which 90 came from a cache, and 19 of answer.
    static let responseEvents =
        event("response.created", ",\"response\":{\"usage\":null}")
        + event("response.output_text.delta", ",\"delta\":\"a\",\"logprobs\":[]")
        + event(
            "response.completed",
            ",\"response\":{\"output\":[],\"usage\":{\"input_tokens\":100,\"input_tokens_details\":{\"cached_tokens\":90},"
                + "\"output_tokens\":19,\"output_tokens_details\":{\"reasoning_tokens\":5},\"total_tokens\":119}}")

    /// Status and type of an error in Anthropic's shape.
    private static func refusal(_ fleet: TestFleet, _ request: String) async throws -> String {
        let response = try await fleet.ask(request)
        let kind = response.body.components(after: "{\"type\":\"error\",\"error\":{\"type\":\"").prefix { $0 != "\"" }
        return "\(response.status) \(kind)"
    }

    @Test("errors have Anthropic's shape on its paths, and wherever its clients ask")
    func errors() async throws {
        let upstream = try await ScriptedUpstream.answering("x")
        let tenants = [TenantTerms(name: "acme", keys: [digest("sk-tw-one")], limits: Tenant.Limits(requestsPerMinute: 1))]
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], tenants: tenants) { fleet async throws in
            #expect(
                try await Self.refusal(fleet, Self.post().replacing("sk-tw-one", with: "sk-tw-no")) == "401 authentication_error")
            let models = "GET /v1/models HTTP/1.1\r\nHost: a\r\n"
            #expect(try await Self.refusal(fleet, models + "anthropic-version: 2023-06-01\r\n\r\n") == "401 authentication_error")
            #expect(try await fleet.ask(models + "\r\n").body.hasPrefix("{\"error\":{\"message\""))
            #expect(try await Self.refusal(fleet, Self.post("{\"model\":\"nobody\"}")) == "404 not_found_error")
            #expect(try await Self.refusal(fleet, Self.post("{\"model\":\"walled\"}")) == "403 permission_error")
            #expect(try await Self.refusal(fleet, Self.post("{}")) == "400 invalid_request_error")
            #expect(try await fleet.ask(Self.post()).status == 200)
            #expect(try await Self.refusal(fleet, Self.post()) == "429 rate_limit_error")
        }
    }

    @Test("while a stream waits, its client gets pings, and a failure as Anthropic's error event")
    func keepAlive() async throws {
        let upstream = try await ScriptedUpstream { _ in [] }
        let adjust = TestFleet.Adjustment { snapshot in
            for index in snapshot.routes.indices {
                snapshot.routes[index].resilience = RouteResilience(keepAliveMilliseconds: 50)
            }
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], maxAttempts: 1, adjust: adjust) { fleet in
            let client = try await fleet.client()
            try await client.send(Self.post())
            _ = try await client.transcript.wait("two pings") {
                $0.text.components(separatedBy: "24\r\nevent: ping\ndata: {\"type\": \"ping\"}\n\n\r\n").count > 2
            }
            try await upstream.send("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
            let text = try await client.transcript.wait("the end") { $0.text.hasSuffix("0\r\n\r\n") }.text
            #expect(
                text.contains(
                    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":"
                        + "\"the replica answered 400\"}}\n\n"))
            try await client.close()
        }
    }

    @Test("conversations with the same system prompt stay together, although it stands behind their messages")
    func affinity() async throws {
        var replicas: [TestFleet.Replica] = []
        for number in 1...4 {
            let upstream = try await ScriptedUpstream.answering("\(number)")
            replicas.append(.init(plane: "near", incarnation: UInt64(number), address: upstream.address))
        }
        let rules = BalancingRules(policy: .roundRobin, affinity: .prefix)
        try await TestFleet.with(replicas, balancing: rules) { fleet in
            let system = String(repeating: "You are a harbour pilot. ", count: 60)
            var served: Set<String> = []
            for number in 0..<12 {
                let body =
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"\(number)\"}],\"model\":\"chat\",\"system\":\"\(system)\"}"
                served.insert(try await fleet.ask(Self.post(body)).body)
            }
            #expect(served.count == 1)
        }
    }
}

extension String {
    /// What follows the first occurrence of a text; empty where there is none.
    fileprivate func components(after separator: String) -> String {
        range(of: separator).map { String(self[$0.upperBound...]) } ?? ""
    }
}
