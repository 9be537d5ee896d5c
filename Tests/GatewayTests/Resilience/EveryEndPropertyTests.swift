import FleetModel
import Gateway
import SeededCases
import Testing

/// Every way a request can end, in any order, where there is room for one request at a time in everything that counts: whatever
/// one leaves behind refuses the next.
@Suite("Ends of requests: properties", .timeLimit(.minutes(5)))
struct EveryEndPropertyTests {
    private enum End: String, CaseIterable {
        case fine, failure, unavailable, limited, reset, closed, half, nonsense, cutStream, wholeStream
        case leavesBefore, leavesAmid, unknownModel, tooLarge, badChunk, badKey, upgrade, oldVersion, noBody
    }

    // SHA-256 of "key".
    private static let digest = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"
    private static let events =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n:\n\r\n"

    private static func steps(_ end: End) -> [ScriptedUpstream.Step] {
        switch end {
        case .failure: [.send(ScriptedUpstream.response(500, "no"))]
        case .unavailable: [.send(ScriptedUpstream.response(503, "no"))]
        case .limited: [.send(ScriptedUpstream.response(429, "no"))]
        case .reset: [.reset]
        case .closed: [.close]
        case .half: [.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), .reset]
        case .nonsense: [.send("nonsense\r\n\r\n")]
        case .cutStream: [.send(events), .close]
        case .wholeStream: [.send(events + "0\r\n\r\n")]
        case .leavesBefore: []
        case .leavesAmid: [.send(events)]
        case .fine, .unknownModel, .tooLarge, .badChunk, .badKey, .upgrade, .oldVersion, .noBody:
            [.send(ScriptedUpstream.ok("fine"))]
        }
    }

    private static func request(_ end: End) -> String {
        let fields = "authorization: Bearer key\r\nx-end: \(end.rawValue)\r\n"
        return switch end {
        case .unknownModel: TestFleet.post("nobody", headers: fields)
        case .tooLarge: "POST /v1/completions HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: 999999999\r\n\r\n"
        case .badChunk: "POST /fixed/x HTTP/1.1\r\nHost: a\r\n\(fields)Transfer-Encoding: chunked\r\n\r\n2\r\nokZ"
        case .badKey: TestFleet.post(headers: "authorization: Bearer other\r\n")
        case .upgrade: "GET /fixed/x HTTP/1.1\r\nHost: a\r\n\(fields)Connection: upgrade\r\nUpgrade: h2c\r\n\r\n"
        case .oldVersion: "GET /fixed/x HTTP/1.0\r\nHost: a\r\n\(fields)\r\n"
        case .noBody: "HEAD /fixed/x HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
        case .cutStream, .wholeStream, .leavesAmid: TestFleet.post(headers: fields, extra: ",\"stream\":true")
        default: TestFleet.post(path: "/v1/embeddings", headers: fields)
        }
    }

    @Test("what one request took is there for the next", arguments: [1, 2, 3] as [UInt64])
    func nothingStays(seed: UInt64) async throws {
        let script: ScriptedUpstream.Script = { request in
            guard let mark = request.text.firstRange(of: "x-end: ") else { return [.send(ScriptedUpstream.ok("fine"))] }
            let name = request.text[mark.upperBound...].prefix { $0.isLetter }
            return Self.steps(End(rawValue: String(name)) ?? .fine)
        }
        let near = try await ScriptedUpstream(script)
        let far = try await ScriptedUpstream(script)
        let tenant = TenantTerms(name: "acme", keys: [Self.digest], limits: Tenant.Limits(concurrentRequests: 1))
        try await TestFleet.with(
            [
                .init(plane: "near", address: near.address), .init(plane: "far", address: far.address),
                .init(plane: "near", workload: "phi", address: far.address),
            ],
            maxAttempts: 3, firstByteMilliseconds: 30_000, tenants: [tenant],
            adjust: .init { snapshot in
                snapshot.workloads[0].resilience = WorkloadResilience(
                    circuitBreakers: CircuitBreakers(maxPendingRequests: 1, maxRequests: 1, maxRetries: 1),
                    fallback: [Fallback(workload: "phi")])
                snapshot.workloads[0].admission.queueTimeoutMilliseconds = 30_000
                for index in snapshot.routes.indices {
                    snapshot.routes[index].resilience = RouteResilience(
                        retries: RetryPolicy(retryOn: RetryPolicy.Condition.allCases, budget: .init(minRetryConcurrency: 1)),
                        hedging: Hedging(delayMilliseconds: 5))
                }
            }
        ) { fleet in
            var random = SeededGenerator(seed: seed)
            for _ in 0..<3 {
                for end in End.allCases.shuffled(using: &random) {
                    try await Self.run(end, fleet, near, far)
                    while try await fleet.counters().requestsInFlight > 0 { await Task.yield() }
                    let next = try await fleet.ask(TestFleet.post(headers: "authorization: Bearer key\r\n"))
                    #expect(next.status == 200, "seed \(seed), after \(end.rawValue): \(next.body)")
                }
            }
            try await fleet.expectNothingUnderWay("seed \(seed)")
        }
    }

    private static func run(_ end: End, _ fleet: TestFleet, _ near: ScriptedUpstream, _ far: ScriptedUpstream) async throws {
        let before = near.requests.count + far.requests.count
        let client = try await fleet.client()
        try await client.send(request(end))
        switch end {
        case .leavesBefore: while near.requests.count + far.requests.count == before { await Task.yield() }
        case .leavesAmid, .wholeStream: _ = try await client.transcript.wait("an event") { $0.text.contains(":\n") }
        default:
            _ = try await client.transcript.wait("an answer or the end of \(end.rawValue)") {
                $0.isClosed || $0.text.contains("\r\n\r\n")
            }
        }
        try await client.close()
    }
}
