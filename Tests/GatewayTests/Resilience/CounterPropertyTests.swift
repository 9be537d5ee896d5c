import FleetModel
import FleetRouting
import Gateway
import NIOCore
import SeededCases
import Synchronization
import Testing

/// Random requests at random replicas with every policy on: whatever happens to an attempt, what it took is given back.
@Suite("Counters: properties", .timeLimit(.minutes(5)))
struct CounterPropertyTests {
    private static let events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let scripts: [[ScriptedUpstream.Step]] = [
        [.send(ScriptedUpstream.ok("fine"))], [.send(ScriptedUpstream.ok("fine"))], [.send(ScriptedUpstream.ok("fine"))],
        [.send(ScriptedUpstream.response(500, "no"))], [.send(ScriptedUpstream.response(503, "no"))],
        [.send(ScriptedUpstream.response(429, "no"))], [.reset], [.close], [],
        [.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), .reset], [.send(events), .reset],
        [.send(events + "2\r\n:\n\r\n"), .close], [.send(events + "2\r\n:\n\r\n0\r\n\r\n")], [.send("nonsense\r\n\r\n")],
    ]

    private static func upstream(_ seed: UInt64) async throws -> ScriptedUpstream {
        let random = Mutex(SeededGenerator(seed: seed))
        return try await ScriptedUpstream { _ in random.withLock { $0.pick(scripts) } }
    }

    private static let resilience = WorkloadResilience(
        outlierDetection: OutlierDetection(maxEjectionShare: 0.5, successRate: .init(), latency: .init()),
        circuitBreakers: CircuitBreakers(maxConnections: 12, maxPendingRequests: 6, maxRequests: 10, maxRetries: 4),
        fallback: [Fallback(workload: "phi")])
    private static let patience = RouteResilience(
        totalTimeoutMilliseconds: 1_500,
        retries: RetryPolicy(
            retryOn: RetryPolicy.Condition.allCases, perTryTimeoutMilliseconds: 250, budget: .init(minRetryConcurrency: 2)),
        hedging: Hedging(delayMilliseconds: 5, percentile: 0.95), keepAliveMilliseconds: 60)

    private static func request(_ random: inout SeededGenerator) -> String {
        switch random.below(6) {
        case 0: TestFleet.post(extra: ",\"stream\":true")
        case 1: TestFleet.post()
        case 2: TestFleet.post(path: "/v1/files")
        case 3: "GET /fixed/state HTTP/1.1\r\nHost: a\r\n\r\n"
        default: TestFleet.post(path: "/v1/embeddings")
        }
    }

    @Test("every path ends what it began", arguments: [1, 2, 3, 4] as [UInt64])
    func nothingLeaks(seed: UInt64) async throws {
        let near = try await Self.upstream(seed &* 3)
        let far = try await Self.upstream(seed &* 5)
        let phi = try await Self.upstream(seed &* 7)
        let accounts = Mutex<[WorkloadAccount]>([])
        try await TestFleet.with(
            [
                .init(plane: "near", address: near.address), .init(plane: "far", address: far.address),
                .init(plane: "near", workload: "phi", address: phi.address),
            ],
            firstByteMilliseconds: 400,
            adjust: .init { snapshot in
                snapshot.workloads[0].resilience = Self.resilience
                for index in snapshot.routes.indices { snapshot.routes[index].resilience = Self.patience }
            }
        ) { fleet in
            var random = SeededGenerator(seed: seed)
            for _ in 0..<4 {
                var staying: [RawClient] = []
                for _ in 0..<16 {
                    let client = try await fleet.client()
                    try await client.send(Self.request(&random))
                    if random.isOne(in: 4) { try await client.close() } else { staying.append(client) }
                }
                for client in staying {
                    _ = try await client.transcript.wait("an answer or the end") { content in
                        content.isClosed || content.text.hasSuffix("0\r\n\r\n")
                            || !RawResponse.all(in: content.text).isEmpty
                                && !content.text.contains("chunked")
                    }
                    try await client.close()
                }
            }
            // Clients that left are noticed by the loop in its own time.
            while try await fleet.counters().requestsInFlight > 0 { await Task.yield() }
            #expect(try await fleet.statistics().inFlight == 0, "seed \(seed)")
            for workload in ["chat", "phi"] as [WorkloadName] {
                let account = try #require(fleet.account(workload))
                accounts.withLock { $0.append(account) }
                let counts = [account.active.value, account.retries.value, account.pending.value]
                #expect(counts == [0, 0, 0], "seed \(seed), \(workload)")
                #expect(
                    account.planes.allSatisfy { $0.requests.value == 0 && $0.retries.value == 0 }, "seed \(seed), \(workload)")
            }
        }
        // The gateway stopped: no connection is left either.
        for account in accounts.withLock({ $0 }) {
            #expect(account.planes.allSatisfy { $0.connections.value == 0 }, "seed \(seed)")
        }
    }
}
