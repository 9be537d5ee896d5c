import FleetModel
import FleetRouting
import Gateway
import NIOCore
import Testing

@Suite("Hedging", .timeLimit(.minutes(5)))
struct HedgingTests {
    private static func with(
        _ near: ScriptedUpstream, _ far: ScriptedUpstream, hedging: Hedging = Hedging(delayMilliseconds: 20),
        budget: RetryPolicy.Budget? = nil, firstByteMilliseconds: Double = 5_000,
        _ body: @Sendable (TestFleet) async throws -> Void
    ) async throws {
        try await TestFleet.with(
            [.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)],
            firstByteMilliseconds: firstByteMilliseconds,
            adjust: .init { snapshot in
                for index in snapshot.routes.indices {
                    snapshot.routes[index].resilience = RouteResilience(
                        retries: RetryPolicy(budget: budget), hedging: hedging, keepAliveMilliseconds: 50)
                }
            }
        ) { fleet in
            try await body(fleet)
            #expect(try await fleet.statistics().inFlight == 0)
            let account = fleet.account("chat")
            #expect(account?.retries.value == 0 && account?.active.value == 0)
        }
    }

    @Test("a second attempt joins a slow first one, wins, and the first is cancelled")
    func wins() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        let far = try await ScriptedUpstream.answering("far")
        try await Self.with(near, far) { fleet in
            let response = try await fleet.ask(TestFleet.post(path: "/v1/embeddings"))
            #expect(response.body == "far" && response.header("x-tradewind-reason") == "hedge")
            #expect(response.header("x-tradewind-replica") == "far/chat/1")
            try await near.waitForClosures(1)
            #expect(try await fleet.counters().hedges == 1)
        }
        #expect(near.requests.count == 1 && far.requests.count == 1)
    }

    @Test("a percentile says when, once a hundred answers were seen")
    func percentile() async throws {
        let near = try await ScriptedUpstream { $0.number < 100 ? [.send(ScriptedUpstream.ok("near"))] : [] }
        let far = try await ScriptedUpstream.answering("far")
        try await Self.with(near, far, hedging: Hedging(percentile: 0.95), firstByteMilliseconds: 60_000) { fleet in
            let client = try await fleet.client()
            for number in 1...100 {
                try await client.send(TestFleet.post(path: "/v1/embeddings"))
                _ = try await client.responses(number)
            }
            #expect(try await fleet.counters().hedges == 0)
            try await client.send(TestFleet.post(path: "/v1/embeddings"))
            let last = try await client.responses(101)[100]
            #expect(last.body == "far" && last.header("x-tradewind-reason") == "hedge")
            try await client.close()
        }
    }

    @Test("the first attempt may still win, and then the second is cancelled")
    func loses() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        let far = try await ScriptedUpstream { _ in [] }
        try await Self.with(near, far) { fleet in
            let client = try await fleet.client()
            try await client.send("GET /fixed/state HTTP/1.1\r\nHost: a\r\n\r\n")
            try await far.waitForRequests(1)
            try await near.waitForRequests(1)
            try await near.send(ScriptedUpstream.ok("near"))
            #expect(try await client.response().body == "near")
            try await far.waitForClosures(1)
            try await client.close()
        }
    }

    @Test("one that fails leaves the other to answer")
    func fails() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        let far = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(500, "no"))] }
        try await Self.with(near, far) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post(path: "/v1/embeddings"))
            try await far.waitForClosures(1)
            try await near.waitForRequests(1)
            try await near.send(ScriptedUpstream.ok("near"))
            #expect(try await client.response().body == "near")
            try await client.close()
        }
        let breaking = try await ScriptedUpstream { _ in [] }
        let waiting = try await ScriptedUpstream { _ in [] }
        try await Self.with(breaking, waiting) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post(path: "/v1/embeddings"))
            try await waiting.waitForRequests(1)
            try await breaking.waitForRequests(1)
            try await breaking.resetConnections()
            try await waiting.send(ScriptedUpstream.ok("hedge"))
            #expect(try await client.response().body == "hedge")
            try await client.close()
        }
    }

    @Test("a client that leaves ends both")
    func cancelled() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        let far = try await ScriptedUpstream { _ in [] }
        try await Self.with(near, far) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post(path: "/v1/embeddings"))
            try await far.waitForRequests(1)
            try await near.waitForRequests(1)
            try await client.close()
            try await near.waitForClosures(1)
            try await far.waitForClosures(1)
        }
    }

    @Test("joins no long call, no stream, nothing that may not run twice")
    func neverThose() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        let far = try await ScriptedUpstream.answering("far")
        try await Self.with(near, far) { fleet in
            let clients = [
                TestFleet.post(), TestFleet.post(path: "/v1/embeddings", extra: ",\"stream\":true"),
                TestFleet.post(path: "/fixed/files"),
                "GET /fixed/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n",
            ]
            for (number, request) in clients.enumerated() {
                let client = try await fleet.client()
                try await client.send(request)
                try await near.waitForRequests(number + 1)
                // Longer than the delay by far: a hedgeable call sent now is hedged before these would be.
                let probe = try await fleet.ask(TestFleet.post(path: "/v1/embeddings"))
                #expect(probe.header("x-tradewind-reason") == "hedge" || probe.body == "far")
                try await client.close()
            }
            #expect(try await fleet.counters().hedges <= UInt64(clients.count))
        }
        #expect(far.requests.allSatisfy { $0.text.hasPrefix("POST /v1/embeddings") && !$0.text.contains("stream") })
    }

    @Test("joins nothing without a budget, and never outside the fence")
    func bounded() async throws {
        let near = try await ScriptedUpstream { request in
            request.text.contains("phi") ? [] : [.send(ScriptedUpstream.ok("near"))]
        }
        let far = try await ScriptedUpstream.answering("far")
        try await TestFleet.with(
            [.init(plane: "near", workload: "phi", address: near.address), .init(plane: "far", address: far.address)],
            firstByteMilliseconds: 400,
            adjust: .init { snapshot in
                snapshot.routes[1].resilience = RouteResilience(hedging: Hedging(delayMilliseconds: 10))
                snapshot.routes[1].maxAttempts = 1
            }
        ) { fleet in
            let answer1 = try await fleet.ask(TestFleet.post("phi", path: "/v1/embeddings"))
            #expect(answer1.status == 504)
            #expect(far.requests.isEmpty)
        }
        let slow = try await ScriptedUpstream { _ in [] }
        try await Self.with(
            slow, far, budget: .init(share: 0, minRetryConcurrency: 0), firstByteMilliseconds: 60_000
        ) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post(path: "/v1/embeddings"))
            try await slow.waitForRequests(1)
            // A stream that began later was told several times, each 50 ms: a second attempt would have been made by now.
            let stream = try await fleet.client()
            try await stream.send(TestFleet.post(extra: ",\"stream\":true"))
            _ = try await stream.transcript.wait("comments") { $0.text.split(separator: "keep-alive").count > 5 }
            #expect(far.requests.allSatisfy { !$0.text.contains("/v1/embeddings") })
            try await client.close()
            try await stream.close()
            try await slow.waitForClosures(2)
        }
    }
}
