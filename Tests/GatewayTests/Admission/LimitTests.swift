import FleetModel
import FleetTransport
import Gateway
import Testing

@Suite("Limits", .timeLimit(.minutes(5)))
struct LimitTests {
    static let header = "Authorization: Bearer sk-tw-one\r\n"

    static func withTenant(
        _ limits: Tenant.Limits, price: Tenant.Price? = nil, workloads: [TenantTerms.Workload] = [],
        script: @escaping ScriptedUpstream.Script, _ body: @Sendable (TestFleet, ScriptedUpstream) async throws -> Void
    ) async throws {
        let upstream = try await ScriptedUpstream(script)
        let tenant = TenantTerms(name: "acme", keys: [digest("sk-tw-one")], limits: limits, price: price, workloads: workloads)
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], tenants: [tenant]) {
            try await body($0, upstream)
        }
    }

    private static let silent: ScriptedUpstream.Script = { _ in [] }
    private static func sending(_ text: String) -> ScriptedUpstream.Script { { _ in [.send(text)] } }

    private static func used(_ prompt: Int, _ answer: Int) -> String {
        ScriptedUpstream.ok("{\"usage\":{\"prompt_tokens\":\(prompt),\"completion_tokens\":\(answer)}}")
    }

    @Test("refuses what is beyond the rate with 429, and tells both what is left and when to come back")
    func requests() async throws {
        try await Self.withTenant(.init(requestsPerMinute: 2), script: Self.sending(Self.used(1, 1))) { fleet, upstream in
            let first = try await fleet.ask(TestFleet.post(headers: Self.header))
            #expect(first.header("x-ratelimit-limit-requests") == "2" && first.header("x-ratelimit-remaining-requests") == "1")
            #expect(first.header("x-ratelimit-limit-tokens") == nil)
            #expect(try await fleet.ask(TestFleet.post(headers: Self.header)).status == 200)
            let third = try await fleet.ask(TestFleet.post(headers: Self.header))
            #expect(third.status == 429 && third.body.contains("\"code\":\"rate_limit_exceeded\""))
            let seconds = try #require(third.header("retry-after").flatMap { Int($0) })
            #expect((1...30).contains(seconds))
            #expect(third.header("x-ratelimit-remaining-requests") == "0")
            #expect(try #require(third.header("x-ratelimit-reset-requests")).hasSuffix("s"))
            #expect(upstream.requests.count == 2)
        }
    }

    /// A budget of 1,000 tokens: it does not refill, so that what is left of it is exact.
    private static let thousandTokens = (
        limits: Tenant.Limits(budgetPerDay: USD(billionths: 1_000)),
        price: Tenant.Price(input: .init(billionthsPerToken: 1), output: .init(billionthsPerToken: 1))
    )

    /// A body of 33 bytes, which count as 9 tokens.
    static func request(tokens: Int) -> String {
        TestFleet.post(headers: header, extra: ",\"max_tokens\":\(tokens < 100 ? " " : "")\(tokens - 9)")
    }

    @Test("reserves what a request may use and settles with what it used")
    func settles() async throws {
        let (limits, price) = Self.thousandTokens
        try await Self.withTenant(limits, price: price, script: Self.sending(Self.used(40, 60))) { fleet, upstream in
            let first = try await fleet.ask(Self.request(tokens: 909))
            #expect(first.status == 200)
            #expect(try await fleet.ask(Self.request(tokens: 901)).status == 429)
            #expect(try await fleet.ask(Self.request(tokens: 900)).status == 200)
            #expect(try await fleet.ask(Self.request(tokens: 801)).status == 429)
            #expect(try await fleet.ask(Self.request(tokens: 800)).status == 200)
            #expect(upstream.requests.count == 3)
        }
    }

    @Test("a request that asks no model for an answer takes no tokens, and refusals are counted by their reason")
    func plain() async throws {
        let (limits, price) = Self.thousandTokens
        try await Self.withTenant(limits, price: price, script: Self.sending(ScriptedUpstream.ok("plain"))) { fleet, _ in
            for _ in 0..<3 {
                let response = try await fleet.ask("GET /fixed/x HTTP/1.1\r\nHost: a\r\n\(Self.header)\r\n")
                #expect(response.status == 200)
            }
            #expect(try await fleet.ask(Self.request(tokens: 1_001)).status == 429)
            #expect(try await fleet.ask("GET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n").status == 401)
            let page = MetricsPage.render(
                counters: try await fleet.counters(), routers: [], facts: ControlFacts(), now: .origin)
            #expect(page.contains("tradewind_gateway_refusals_total{reason=\"insufficient_quota\"} 1\n"))
            #expect(page.contains("tradewind_gateway_refusals_total{reason=\"invalid_api_key\"} 1\n"))
        }
    }

    @Test("tells a request that can never pass so")
    func tooLarge() async throws {
        try await Self.withTenant(.init(tokensPerMinute: 500), script: Self.silent) { fleet, _ in
            let response = try await fleet.ask(Self.request(tokens: 501))
            #expect(response.status == 429 && response.header("retry-after") == nil)
            #expect(response.header("x-should-retry") == "false")
            #expect(response.header("x-ratelimit-limit-tokens") == "500")
        }
    }

    @Test("settles a stream with its last count, or by its events where it has none", arguments: [true, false])
    func streams(hasUsage: Bool) async throws {
        let events = (0..<5).map { "data: {\"choices\":[{\"delta\":{\"content\":\"\($0) \\\"usage\\\":{9}\"}}]}\n\n" }
        let usage = hasUsage ? "data: {\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":80}}\n\n" : ""
        let stream = events.joined() + usage + "data: [DONE]\n\n"
        // Cut in the middle of words, as networks do.
        var chunks = ""
        var rest = Substring(stream)
        while !rest.isEmpty {
            let chunk = rest.prefix(7)
            chunks += "\(String(chunk.utf8.count, radix: 16))\r\n\(chunk)\r\n"
            rest = rest.dropFirst(7)
        }
        let answer =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n"
        let (limits, price) = Self.thousandTokens
        try await Self.withTenant(limits, price: price, script: Self.sending(answer)) { fleet, _ in
            let client = try await fleet.client()
            try await client.send(Self.request(tokens: 909))
            _ = try await client.transcript.wait("the stream's end") { $0.text.hasSuffix("0\r\n\r\n") }
            // 20 + 80 used, or 9 estimated and 5 events.
            let left = hasUsage ? 900 : 986
            #expect(try await fleet.ask(Self.request(tokens: left + 1)).status == 429)
            let next = try await fleet.client()
            try await next.send(Self.request(tokens: left))
            _ = try await next.transcript.wait("the next stream's end") { $0.text.hasSuffix("0\r\n\r\n") }
            try await client.close()
            try await next.close()
        }
    }

    @Test("gives everything back where no replica answered")
    func refund() async throws {
        let limits = Tenant.Limits(requestsPerMinute: 3, tokensPerMinute: 2_000, concurrentRequests: 1)
        try await Self.withTenant(limits, script: Self.sending(ScriptedUpstream.response(500, "no"))) { fleet, _ in
            for _ in 0..<5 {
                let response = try await fleet.ask(TestFleet.post(headers: Self.header))
                #expect(response.status == 500)
            }
        }
    }

    @Test("lets so many requests run at a time, and a client that leaves makes room")
    func concurrency() async throws {
        try await Self.withTenant(.init(concurrentRequests: 1), script: Self.silent) { fleet, upstream in
            let first = try await fleet.client()
            try await first.send(TestFleet.post(headers: Self.header))
            try await upstream.waitForRequests(1)
            let refused = try await fleet.ask(TestFleet.post(headers: Self.header))
            #expect(refused.status == 429 && refused.header("retry-after") == "1")
            try await first.close()
            try await upstream.waitForClosures(1)
            let third = try await fleet.client()
            try await third.send(TestFleet.post(headers: Self.header))
            try await upstream.waitForRequests(2)
            try await third.close()
        }
    }

    @Test("stops at a budget and says so in OpenAI's words")
    func budget() async throws {
        let limits = Tenant.Limits(budgetPerDay: USD(billionths: 2_000_000))
        let price = Tenant.Price(input: .init(billionthsPerToken: 1_000), output: .init(billionthsPerToken: 1_000))
        try await Self.withTenant(limits, price: price, script: Self.sending(Self.used(500, 500))) { fleet, upstream in
            let request = TestFleet.post(headers: Self.header, extra: ",\"max_tokens\":900")
            #expect(try await fleet.ask(request).status == 200)
            #expect(try await fleet.ask(request).status == 200)
            let third = try await fleet.ask(request)
            #expect(third.status == 429 && third.body.contains("\"type\":\"insufficient_quota\""))
            #expect(third.header("x-should-retry") == "false")
            #expect(upstream.requests.count == 2)
        }
    }

    @Test("a limit on one workload holds beside the tenant's and leaves the tenant's untouched where it refuses")
    func workload() async throws {
        let part = TenantTerms.Workload(workload: "chat", limits: .init(requestsPerMinute: 1), price: nil)
        try await Self.withTenant(.init(requestsPerMinute: 3), workloads: [part], script: Self.sending(Self.used(1, 1))) {
            fleet, _ in
            #expect(try await fleet.ask(TestFleet.post(headers: Self.header)).status == 200)
            for _ in 0..<4 {
                let refused = try await fleet.ask(TestFleet.post(headers: Self.header))
                #expect(refused.status == 429 && refused.body.contains("on this workload"))
                #expect(refused.header("x-ratelimit-remaining-requests") == "2")
            }
        }
    }
}
