import FleetModel
import FleetRouting
import FleetTransport
import Gateway
import NIOCore
import Synchronization
import Testing

@Suite("Requests for a workload at zero", .timeLimit(.minutes(5)))
struct ColdStartTests {
    /// `chat` wakes on demand; its admission is otherwise as every workload's.
    private static func waking(
        _ admission: WorkloadAdmission = .standard, fallback: [Fallback] = [], countsTokens: Bool = false
    ) -> TestFleet.Adjustment {
        TestFleet.Adjustment { snapshot in
            snapshot.workloads[0].wakesOnDemand = true
            snapshot.workloads[0].placedPlanes = []
            snapshot.workloads[0].admission = admission
            snapshot.workloads[0].countsTokens = countsTokens
            if !fallback.isEmpty { snapshot.workloads[0].resilience = WorkloadResilience(fallback: fallback) }
        }
    }

    @Test("wait without any queue declared, are told of at once, and go to the first replica")
    func released() async throws {
        let upstream = try await ScriptedUpstream.answering("served")
        try await TestFleet.with([], adjust: Self.waking()) { fleet in
            let told = Tally()
            fleet.plane.workers[0].tellDemand { told.add() }
            let clients = [try await fleet.client(), try await fleet.client()]
            try await clients[0].send(TestFleet.post())
            await told.reached(1)
            try await clients[1].send(TestFleet.post())
            // Answered behind it on the same loop: both are in line.
            #expect(try await fleet.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            let waiting = try await fleet.traffic().demand["chat"]
            #expect(waiting?.queued == 2 && waiting?.arrived == 2 && waiting?.inFlight == 0 && waiting?.missed == 0)
            #expect(waiting.map { $0.oldestQueuedMilliseconds > 0 } == true)
            try await fleet.report([.init(plane: "near", address: upstream.address)])
            for client in clients {
                #expect(try await client.response().status == 200)
                try await client.close()
            }
            let served = try await fleet.traffic().demand["chat"]
            #expect(served?.queued == 0 && served?.succeeded == 2 && served?.arrived == 2 && served?.firstBytes == 2)
        }
    }

    @Test("that waited the cold start's time out are told so, not the time of the queue")
    func timeout() async throws {
        let admission = WorkloadAdmission(queueTimeoutMilliseconds: 1, coldStartTimeoutMilliseconds: 300)
        try await TestFleet.with([], adjust: Self.waking(admission)) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == 503 && response.header("retry-after") == "10")
            #expect(response.body.contains("\"code\":\"cold_start_timeout\"") && response.body.contains("workload chat"))
        }
    }

    @Test("are refused at once where no wait is allowed, and count all the same")
    func noWait() async throws {
        try await TestFleet.with([], adjust: Self.waking(WorkloadAdmission(coldStartTimeoutMilliseconds: 0))) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == 503 && response.body.contains("\"code\":\"no_replica\""))
            let demand = try await fleet.traffic().demand["chat"]
            #expect(demand?.missed == 1 && demand?.refused == 1 && demand?.queued == 0)
        }
    }

    @Test("are refused beyond the queue's bound")
    func full() async throws {
        let upstream = try await ScriptedUpstream.answering("served")
        try await TestFleet.with([], adjust: Self.waking(WorkloadAdmission(queuedRequests: 1))) { fleet in
            let first = try await fleet.client()
            try await first.send(TestFleet.post())
            var refused = try await fleet.ask(TestFleet.post())
            #expect(refused.status == 503 && refused.body.contains("\"code\":\"queue_full\""))
            refused = try await fleet.ask(TestFleet.post())
            #expect(refused.status == 503)
            try await fleet.report([.init(plane: "near", address: upstream.address)])
            #expect(try await first.response().status == 200)
            try await first.close()
        }
    }

    @Test("are answered by a fallback that has replicas, told of, and counted as missed")
    func fallback() async throws {
        let phi = try await ScriptedUpstream.answering("from phi")
        let chain = Self.waking(fallback: [Fallback(workload: "phi")])
        try await TestFleet.with([.init(plane: "near", workload: "phi", address: phi.address)], adjust: chain) { fleet in
            let told = Tally()
            fleet.plane.workers[0].tellDemand { told.add() }
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.body == "from phi" && response.header("x-tradewind-fallback") == "phi")
            await told.reached(1)
            let demand = try await fleet.traffic().demand
            #expect(demand["chat"]?.missed == 1 && demand["chat"]?.arrived == 1 && demand["chat"]?.succeeded == 0)
            // Whoever answers has the load.
            #expect(demand["phi"]?.arrived == 1 && demand["phi"]?.succeeded == 1 && demand["phi"]?.missed == 0)
        }
    }

    @Test("wait where the fallback has no replica either, and go to whichever comes first")
    func fallbackAtZero() async throws {
        let chat = try await ScriptedUpstream.answering("from chat")
        try await TestFleet.with([], adjust: Self.waking(fallback: [Fallback(workload: "phi")])) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post())
            try await fleet.report([.init(plane: "far", address: chat.address)])
            #expect(try await client.response().body == "from chat")
            try await client.close()
        }
    }

    @Test("leave the line with their client")
    func left() async throws {
        try await TestFleet.with([], adjust: Self.waking()) { fleet in
            let told = Tally()
            fleet.plane.workers[0].tellDemand { told.add() }
            let client = try await fleet.client()
            try await client.send(TestFleet.post())
            await told.reached(1)
            try await client.close()
            var queued = 1
            while queued > 0 { queued = try await fleet.traffic().demand["chat"]?.queued ?? 0 }
        }
    }

    @Test("of one that nothing wakes are refused as before")
    func notWaking() async throws {
        try await TestFleet.with([]) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == 503 && response.body.contains("\"code\":\"no_replica\""))
        }
    }

    @Test("answers are read for tokens where the number of replicas follows them, and only there")
    func tokens() async throws {
        let usage = "{\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18}}"
        let upstream = try await ScriptedUpstream.answering(usage)
        for isCounted in [true, false] {
            try await TestFleet.with(
                [.init(plane: "near", address: upstream.address)], adjust: Self.waking(countsTokens: isCounted)
            ) { fleet in
                #expect(try await fleet.ask(TestFleet.post()).status == 200)
                let demand = try await fleet.traffic().demand["chat"]
                #expect(demand?.promptTokens == (isCounted ? 11 : 0) && demand?.completionTokens == (isCounted ? 7 : 0))
            }
        }
    }
}

extension TestFleet {
    /// What the control plane would be told now.
    func traffic() async throws -> TrafficReport {
        let told = try await plane.workers[0].submit { ($0.counters, $0.demand()) }.get()
        guard let directory = table?.directory else { return TrafficReport() }
        return TrafficReport(told.0, now: told.1, directory: directory)
    }
}
