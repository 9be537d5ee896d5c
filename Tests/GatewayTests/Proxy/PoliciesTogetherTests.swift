import FleetModel
import FleetTransport
import Gateway
import Testing

@Suite("Balancing, resilience and admission together", .timeLimit(.minutes(5)))
struct PoliciesTogetherTests {
    private static let header = "Authorization: Bearer sk-tw-one\r\n"

    /// A budget of 1,000 tokens: it does not refill, so that what is left of it is exact.
    private static let thousandTokens = TenantTerms(
        name: "acme", keys: [digest("sk-tw-one")], limits: Tenant.Limits(budgetPerDay: USD(billionths: 1_000)),
        price: Tenant.Price(input: .init(billionthsPerToken: 1), output: .init(billionthsPerToken: 1)))

    /// A body of 33 bytes, which count as 9 tokens.
    private static func request(path: String = "/v1/chat/completions", tokens: Int) -> String {
        TestFleet.post(path: path, headers: header, extra: ",\"max_tokens\":\(tokens < 100 ? " " : "")\(tokens - 9)")
    }

    private static func used(_ prompt: Int, _ answer: Int) -> String {
        ScriptedUpstream.ok("{\"usage\":{\"prompt_tokens\":\(prompt),\"completion_tokens\":\(answer)}}")
    }

    private static let fallsBackToPhi = WorkloadResilience(fallback: [Fallback(workload: "phi")])

    @Test("a session whose plane has its breaker open is served elsewhere")
    func sessionAtBreaker() async throws {
        let near = try await ScriptedUpstream { $0.number < 1 ? [.send(ScriptedUpstream.ok("near"))] : [] }
        let far = try await ScriptedUpstream.answering("far")
        try await TestFleet.with(
            [.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)],
            balancing: BalancingRules(affinity: .cookie),
            adjust: .init { snapshot in
                snapshot.workloads[0].resilience = WorkloadResilience(circuitBreakers: CircuitBreakers(maxRequests: 1))
            }
        ) { fleet in
            let first = try await fleet.ask(TestFleet.post())
            #expect(first.body == "near")
            let session = try #require(first.header("set-cookie")?.split(separator: ";").first)
            let post = TestFleet.post(headers: "Cookie: \(session)\r\n")
            let waiting = try await fleet.client()
            try await waiting.send(post)
            try await near.waitForRequests(2)
            let second = try await fleet.ask(post)
            #expect(second.body == "far")
            try await waiting.close()
        }
    }

    @Test("a hedge that wins settles the request by what it says it used")
    func hedgeSettles() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        let far = try await ScriptedUpstream { _ in [.send(Self.used(40, 60))] }
        try await TestFleet.with(
            [.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)],
            tenants: [Self.thousandTokens],
            adjust: .init { snapshot in
                for index in snapshot.routes.indices {
                    snapshot.routes[index].resilience = RouteResilience(hedging: Hedging(delayMilliseconds: 20))
                }
            }
        ) { fleet in
            let first = try await fleet.ask(Self.request(path: "/v1/embeddings", tokens: 909))
            #expect(first.status == 200 && first.header("x-tradewind-reason") == "hedge")
            let more = try await fleet.ask(Self.request(path: "/v1/embeddings", tokens: 901))
            let rest = try await fleet.ask(Self.request(path: "/v1/embeddings", tokens: 900))
            #expect(more.status == 429 && rest.status == 200)
        }
    }

    @Test("a fallback's answer is settled too, and leads to no model the tenant may not ask for", arguments: [true, false])
    func fallbackSettles(mayAskPhi: Bool) async throws {
        let chat = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(503, "from chat"))] }
        let phi = try await ScriptedUpstream { _ in [.send(Self.used(40, 60))] }
        var tenant = Self.thousandTokens
        tenant.models = mayAskPhi ? ["chat", "phi"] : ["chat"]
        try await TestFleet.with(
            [.init(plane: "near", address: chat.address), .init(plane: "near", workload: "phi", address: phi.address)],
            tenants: [tenant], adjust: .init { $0.workloads[0].resilience = Self.fallsBackToPhi }
        ) { fleet in
            let first = try await fleet.ask(Self.request(tokens: 909))
            #expect(first.status == (mayAskPhi ? 200 : 503))
            #expect(first.header("x-tradewind-fallback") == (mayAskPhi ? "phi" : nil))
            // What phi used is gone; what nobody answered was given back.
            let left = mayAskPhi ? 900 : 1_000
            let more = try await fleet.ask(Self.request(tokens: left + 1))
            let rest = try await fleet.ask(Self.request(tokens: left))
            #expect(more.status == 429 && rest.status == first.status)
        }
    }

    @Test("a request that fell back runs at the gate of the workload that serves it, and leaves no trace at its own")
    func gates() async throws {
        // One after the other, and more than a gate would let run: 32 at first, 0.8 more with each response.
        let chat = try await ScriptedUpstream { request in
            [.send(request.number < 200 ? ScriptedUpstream.response(429, "busy") : ScriptedUpstream.ok("from chat"))]
        }
        let phi = try await ScriptedUpstream.answering("from phi")
        try await TestFleet.with(
            [.init(plane: "near", address: chat.address), .init(plane: "near", workload: "phi", address: phi.address)],
            adjust: .init { snapshot in
                snapshot.workloads[0].resilience = Self.fallsBackToPhi
                for index in snapshot.workloads.indices {
                    snapshot.workloads[index].admission = WorkloadAdmission(concurrencyLimit: .gradient2)
                }
            }
        ) { fleet in
            for _ in 0..<200 {
                let busy = try await fleet.ask(TestFleet.post())
                #expect(busy.body == "from phi")
            }
            let last = try await fleet.ask(TestFleet.post())
            #expect(last.body == "from chat")
        }
    }

    @Test("a request falls back rather than wait in line")
    func fallbackBeforeQueue() async throws {
        let phi = try await ScriptedUpstream.answering("from phi")
        try await TestFleet.with(
            [.init(plane: "near", workload: "phi", address: phi.address)],
            adjust: .init { snapshot in
                snapshot.workloads[0].resilience = Self.fallsBackToPhi
                snapshot.workloads[0].admission = WorkloadAdmission(queueTimeoutMilliseconds: 60_000)
            }
        ) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.body == "from phi")
        }
    }

    @Test("a stream in line is kept alive by comments, and told when its time is over")
    func commentsInLine() async throws {
        let upstream = try await ScriptedUpstream { _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 10\r\n\r\ndata: hi\n\n")]
        }
        try await TestFleet.with(
            [],
            adjust: .init { snapshot in
                for index in snapshot.workloads.indices {
                    snapshot.workloads[index].admission = WorkloadAdmission(queueTimeoutMilliseconds: 3_000)
                }
                for index in snapshot.routes.indices {
                    snapshot.routes[index].resilience = RouteResilience(keepAliveMilliseconds: 50)
                }
            }
        ) { fleet in
            let served = try await fleet.client()
            try await served.send(TestFleet.post(extra: ",\"stream\":true"))
            _ = try await served.transcript.wait("a comment") { $0.text.contains(": keep-alive") }
            try await fleet.report([.init(plane: "near", address: upstream.address)])
            _ = try await served.transcript.wait("the event") { $0.text.contains("data: hi\n\n") }
            try await served.close()
            try await fleet.report([])
            let late = try await fleet.client()
            try await late.send(TestFleet.post(extra: ",\"stream\":true"))
            let text = try await late.transcript.wait("the end") { $0.text.hasSuffix("0\r\n\r\n") }.text
            #expect(text.contains("event: error\ndata: ") && text.contains("\"code\":\"queue_timeout\""))
            try await late.close()
        }
    }

    @Test("the time for the whole request ends the wait in line too")
    func totalInLine() async throws {
        try await TestFleet.with(
            [],
            adjust: .init { snapshot in
                for index in snapshot.workloads.indices {
                    snapshot.workloads[index].admission = WorkloadAdmission(queueTimeoutMilliseconds: 60_000)
                }
                for index in snapshot.routes.indices {
                    snapshot.routes[index].resilience = RouteResilience(totalTimeoutMilliseconds: 100)
                }
            }
        ) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == 504)
        }
    }
}
