import FleetModel
import FleetRouting
import Gateway
import NIOCore
import Testing

@Suite("Timeouts, breakers and back-off", .timeLimit(.minutes(5)))
struct PatienceTests {
    private static func with(
        _ replicas: [TestFleet.Replica], maxAttempts: Int = 4, route: RouteResilience = .standard,
        workload: WorkloadResilience = .standard, _ body: @Sendable (TestFleet) async throws -> Void
    ) async throws {
        try await TestFleet.with(
            replicas, maxAttempts: maxAttempts, firstByteMilliseconds: 60_000,
            adjust: .init { snapshot in
                snapshot.workloads[0].resilience = workload
                for index in snapshot.routes.indices { snapshot.routes[index].resilience = route }
            }
        ) { fleet in
            try await body(fleet)
            #expect(try await fleet.statistics().inFlight == 0)
            let account = fleet.account("chat")
            #expect(account?.pending.value == 0 && account?.retries.value == 0)
            #expect(account?.planes.allSatisfy { $0.requests.value == 0 && $0.retries.value == 0 } == true)
        }
    }

    @Test("an attempt that takes longer than its time is tried elsewhere")
    func perTry() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        let far = try await ScriptedUpstream.answering("far")
        let route = RouteResilience(retries: RetryPolicy(perTryTimeoutMilliseconds: 1_500))
        try await Self.with(
            [.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)], route: route
        ) {
            let response = try await $0.ask(TestFleet.post())
            #expect(response.body == "far" && response.header("x-tradewind-reason") == "retry")
        }
    }

    @Test("the whole request ends at its time, whether it waits for an answer or for a replica")
    func total() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        let route = RouteResilience(totalTimeoutMilliseconds: 200)
        try await Self.with([.init(plane: "near", address: near.address)], route: route) { fleet in
            let answer1 = try await fleet.ask(TestFleet.post())
            #expect(answer1.status == 504)
            try await near.waitForClosures(1)
        }
        let gone = try await ScriptedUpstream.answering("gone")
        try await gone.stop()
        try await Self.with([.init(plane: "near", address: gone.address)], route: route) { fleet in
            let answer2 = try await fleet.ask(TestFleet.post())
            #expect(answer2.status == 504)
        }
    }

    @Test("a response that is still under way at the total's end is cut")
    func totalWhileStreaming() async throws {
        let events =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"
        let near = try await ScriptedUpstream { _ in [.send(events)] }
        try await Self.with(
            [.init(plane: "near", address: near.address)], route: RouteResilience(totalTimeoutMilliseconds: 3_000)
        ) {
            let client = try await $0.client()
            try await client.send(TestFleet.post(extra: ",\"stream\":true"))
            let content = try await client.transcript.waitForClose()
            #expect(content.text.contains("data: 1") && !content.text.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("a route tries again what it names, and nothing else")
    func retryOn() async throws {
        let far = try await ScriptedUpstream.answering("far")
        for (status, conditions, expected) in [
            (500, [.gatewayError], 500), (503, [.gatewayError], 200), (429, [.rateLimited], 200), (429, [.serverError], 429),
        ] as [(Int, [RetryPolicy.Condition], Int)] {
            let near = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(status, "no"))] }
            try await Self.with(
                [.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)],
                route: RouteResilience(retries: RetryPolicy(retryOn: conditions))
            ) {
                let answer = try await $0.ask(TestFleet.post())
                #expect(answer.status == expected)
            }
        }
        let closing = try await ScriptedUpstream { _ in [.reset] }
        try await Self.with(
            [.init(plane: "near", address: closing.address), .init(plane: "far", address: far.address)],
            route: RouteResilience(retries: RetryPolicy(retryOn: [.serverError]))
        ) {
            let answer = try await $0.ask(TestFleet.post())
            #expect(answer.status == 502)
        }
    }

    @Test("one request more than a breaker allows is refused, and let in once there is room")
    func maxRequests() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        let breakers = CircuitBreakers(maxRequests: 1)
        try await Self.with(
            [.init(plane: "near", address: near.address)], workload: WorkloadResilience(circuitBreakers: breakers)
        ) { fleet in
            let first = try await fleet.client()
            try await first.send(TestFleet.post())
            try await near.waitForRequests(1)
            let refused = try await fleet.ask(TestFleet.post())
            #expect(refused.status == 429 && refused.header("retry-after") == "1")
            try await near.send(ScriptedUpstream.ok("one"))
            #expect(try await first.response().body == "one")
            try await first.send(TestFleet.post())
            try await near.waitForRequests(2)
            try await near.send(ScriptedUpstream.ok("two"))
            #expect(try await first.responses(2)[1].body == "two")
            try await first.close()
        }
    }

    @Test("connections are counted until they are closed")
    func maxConnections() async throws {
        let near = try await ScriptedUpstream.answering("near")
        let breakers = CircuitBreakers(maxConnections: 1)
        try await Self.with(
            [.init(plane: "near", address: near.address)], workload: WorkloadResilience(circuitBreakers: breakers)
        ) { fleet in
            for _ in 0..<3 {
                let answer = try await fleet.ask(TestFleet.post())
                #expect(answer.status == 200)
            }
            #expect(near.connectionCount == 1)
            #expect(fleet.account("chat")?.planes.map(\.connections.value).reduce(0, +) == 1)
            try await near.closeConnections()
            try await near.waitForClosures(1)
            let answer3 = try await fleet.ask(TestFleet.post())
            #expect(answer3.status == 200)
            #expect(fleet.account("chat")?.planes.map(\.connections.value).reduce(0, +) == 1)
        }
    }

    @Test("nobody waits where nobody may")
    func maxPending() async throws {
        let gone = try await ScriptedUpstream.answering("gone")
        try await gone.stop()
        let breakers = CircuitBreakers(maxPendingRequests: 0)
        try await Self.with(
            [.init(plane: "near", address: gone.address)], workload: WorkloadResilience(circuitBreakers: breakers)
        ) {
            let answer = try await $0.ask(TestFleet.post())
            #expect(answer.status == 429)
        }
    }

    @Test("back-off is spread over 0 to base × (2ⁿ − 1), at most the longest")
    func backOff() {
        var plan = RetryPlan()
        let most = (0..<5).map { _ in
            plan.nextBackOff(base: .milliseconds(25), longest: .milliseconds(250), random: .max).milliseconds.rounded()
        }
        #expect(most == [25, 75, 175, 250, 250])
        #expect(plan.nextBackOff(base: .milliseconds(25), longest: .milliseconds(250), random: 0) == .zero)
        var half = RetryPlan()
        #expect(half.nextBackOff(base: .milliseconds(25), longest: .milliseconds(250), random: 1 << 63) == .microseconds(12_500))
    }
}
