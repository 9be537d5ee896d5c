import ControlPlane
import FleetControl
import FleetModel
import FleetTransport
import Foundation
import GRDB
import Hummingbird
import Testing

@Suite("The reconcile loop")
struct ReconcilerTests {
    private func report(
        _ sequence: UInt64, start: UInt64 = 1, state: ReplicaReport.State = .ready, assignment: SnapshotVersion? = nil,
        feed: String = "127.0.0.1:7001"
    ) -> PlaneReport {
        PlaneReport(
            plane: "toronto", planeStart: start, sequence: sequence, assignment: assignment, feedAddress: feed,
            replicas: [
                ReplicaReport(
                    id: ReplicaID(plane: "toronto", workload: "chat-phi", incarnation: 1), pool: "h100",
                    accelerator: "H100-80GB", address: "127.64.0.1:20000", state: state, pid: 77, stateAgeMilliseconds: 5)
            ])
    }

    private func condition(_ fixture: ControlPlaneFixture, _ path: String, _ type: String) async throws -> JSONValue? {
        try await fixture.send(.get, "/api/v1alpha1/\(path)").json["status"]["conditions"].elements.first {
            $0["type"].text == type
        }
    }

    private func sendReport(_ fixture: ControlPlaneFixture, _ report: PlaneReport) async throws -> Int {
        let body = String(decoding: try FleetJSON.encode(report), as: UTF8.self)
        return try await fixture.send(
            .post, "/internal/v1/planes/toronto/report", body, token: try fixture.token(.plane("toronto"))
        ).status
    }

    @Test("the fence reaches the documents: PHI is assigned to Canada alone and excluded elsewhere, with the reason")
    func fence() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let snapshot = try await fixture.document(RoutingSnapshot.self, .gateway("door-singapore"))
        let phi = try #require(snapshot.workloads.first { $0.name == "chat-phi" })
        #expect(phi.allowedPlanes == ["toronto"])
        #expect(phi.excludedPlanes.map(\.plane) == ["singapore"])
        #expect(phi.placedPlanes == ["toronto"])
        let toronto = try await fixture.document(PlaneAssignment.self, .plane("toronto"))
        #expect(toronto.workloads.contains { $0.name == "chat-phi" })
        let singapore = try await fixture.document(PlaneAssignment.self, .plane("singapore"))
        #expect(!singapore.workloads.contains { $0.name == "chat-phi" })
    }

    @Test("a workload is read with the demand gateways see right now, and that is never kept")
    func demand() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        func demand() async throws -> JSONValue {
            try await fixture.send(.get, "/api/v1alpha1/workloads/chat-phi").json["status"]["demand"]
        }
        #expect(try await demand().isNull)
        let report = GatewayReport(
            gateway: "door-toronto", snapshot: nil, address: "127.0.0.1:8081", isReady: true, roundTripMilliseconds: [:],
            requests: [:], pid: 1, demand: ["chat-phi": WorkloadDemand(inFlight: 2, queued: 3, arrived: 5)])
        let sent = try await fixture.send(
            .post, "/internal/v1/gateways/door-toronto/report", String(decoding: try FleetJSON.encode(report), as: UTF8.self),
            token: try fixture.token(.gateway("door-toronto")))
        #expect(sent.status == 204)
        #expect(try await demand() == ["requestsPerSecond": 0, "queued": 3, "inFlight": 2])
        try await fixture.assembly.reconciler.pass()
        #expect(try await fixture.assembly.store.contents().resources.allSatisfy { $0.status?.contains("\"demand\"") != true })
    }

    @Test("a pass that finds nothing changed writes nothing and keeps every version")
    func idempotent() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let (contents, before) = (
            try await fixture.assembly.store.contents(),
            try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto"))
        )
        try await fixture.assembly.reconciler.pass()
        #expect(try await fixture.assembly.store.contents() == contents)
        #expect(try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto")) == before)
    }

    @Test("a change moves the versions of the documents it touches and of no other")
    func versions() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        func version(_ scope: TokenScope) async throws -> SnapshotVersion {
            if case .plane = scope { return try await fixture.document(PlaneAssignment.self, scope).version }
            return try await fixture.document(RoutingSnapshot.self, scope).version
        }
        let (gateway, plane) = (try await version(.gateway("door-toronto")), try await version(.plane("singapore")))
        // A tighter latency budget reaches gateways only: planes run the same.
        try await fixture.apply(
            SampleFleet.chatPHI.replacingOccurrences(
                "scaling:", "objective: { latencyBudget: 90ms, failoverLatencyBudget: 300ms }\n  scaling:"))
        #expect(try await version(.gateway("door-toronto")) > gateway)
        #expect(try await version(.plane("singapore")) == plane)
    }

    @Test("after a restart unchanged documents keep their version, changed ones get a greater one")
    func restart() async throws {
        let folder = ScratchFolder()
        var before: RoutingSnapshot
        do {
            let fixture = try await ControlPlaneFixture(folder: folder)
            try await fixture.apply(SampleFleet.whole)
            #expect(try await sendReport(fixture, report(1)) == 204)
            try await fixture.assembly.reconciler.pass()
            before = try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto"))
            try fixture.assembly.store.close()
        }
        let fixture = try await ControlPlaneFixture(folder: folder)
        try await fixture.assembly.reconciler.pass()
        let after = try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto"))
        #expect(after == before)
        #expect(after.planes.first { $0.name == "toronto" }?.feedAddress == "127.0.0.1:7001")
        try await fixture.apply(SampleFleet.workload("embeddings"))
        #expect(try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto")).version > before.version)
    }

    @Test("a report shows in conditions, replicas and the snapshot's feed address")
    func reports() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let assigned = try await fixture.document(PlaneAssignment.self, .plane("toronto")).version
        #expect(try await sendReport(fixture, report(1, assignment: assigned)) == 204)
        try await fixture.assembly.reconciler.pass()
        #expect(try await condition(fixture, "workloadplanes/toronto", "Connected")?["status"] == "True")
        #expect(try await condition(fixture, "workloads/chat-phi", "Available")?["status"] == "True")
        let snapshot = try await fixture.document(RoutingSnapshot.self, .gateway("door-singapore"))
        #expect(snapshot.planes.first { $0.name == "toronto" }?.feedAddress == "127.0.0.1:7001")
        fixture.clock.advance(by: .seconds(2))
        guard case .array(let items) = try await fixture.send(.get, "/api/v1alpha1/replicas").json["items"] else {
            Issue.record("no replicas")
            return
        }
        #expect(items.first?["metadata"]["name"] == "toronto/chat-phi/1")
        #expect(items.first?["spec"]["workload"] == "chat-phi")
        #expect(items.first?["status"]["address"] == "127.64.0.1:20000")
        #expect(items.first?["status"]["pid"] == 77)
        #expect(items.first?["status"]["ageMilliseconds"] == 2_005)
    }

    @Test("a plane silent for 15 s is lost, keeps its assignment, and comes back with its next report")
    func silence() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        #expect(try await sendReport(fixture, report(1)) == 204)
        try await fixture.assembly.reconciler.pass()
        let assignment = try await fixture.document(PlaneAssignment.self, .plane("toronto"))
        fixture.clock.advance(by: .seconds(15))
        fixture.assembly.reconciler.lookForSilence()
        try await fixture.assembly.reconciler.pass()
        let lost = try #require(try await condition(fixture, "workloadplanes/toronto", "Connected"))
        #expect(lost["status"] == "False")
        #expect(lost["lastTransitionTime"].text == fixture.clock.timestamp().description)
        #expect(try await condition(fixture, "workloads/chat-phi", "Available")?["status"] == "False")
        #expect(try await fixture.document(PlaneAssignment.self, .plane("toronto")) == assignment)
        let events = try await fixture.send(.get, "/api/v1alpha1/events?for=workloadplanes/toronto").body
        #expect(events.contains("ConnectionLost"))
        #expect(try await sendReport(fixture, report(2)) == 204)
        try await fixture.assembly.reconciler.pass()
        #expect(try await condition(fixture, "workloadplanes/toronto", "Connected")?["status"] == "True")
    }

    @Test("an older report is taken and changes nothing")
    func staleReport() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        for (start, sequence) in [(2, 5), (2, 4), (1, 99), (2, 5)] as [(UInt64, UInt64)] {
            let state: ReplicaReport.State = (start, sequence) == (2, 5) ? .ready : .gone
            #expect(try await sendReport(fixture, report(sequence, start: start, state: state)) == 204)
        }
        #expect(try await fixture.send(.get, "/api/v1alpha1/replicas").body.contains(#""state":"ready""#))
    }

    @Test(
        "reports that claim to be of another plane, or hold nonsense, are refused",
        arguments: [
            #"{"plane":"singapore"}"#, "[]", "{", #""text""#,
        ])
    func badReports(body: String) async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let token = try fixture.token(.plane("toronto"))
        #expect(try await fixture.send(.post, "/internal/v1/planes/toronto/report", body, token: token).status == 422)
        var foreign = report(1)
        foreign.replicas[0].id = ReplicaID(plane: "singapore", workload: "chat-phi", incarnation: 1)
        #expect(try await sendReport(fixture, foreign) == 422)
        #expect(try await sendReport(fixture, report(1, feed: "nowhere")) == 422)
        var misnamed = report(1)
        misnamed.plane = "singapore"
        #expect(try await sendReport(fixture, misnamed) == 422)
    }

    @Test("a replica's life shows as events on its workload, in order")
    func replicaEvents() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        var empty = report(1)
        empty.replicas = []
        #expect(try await sendReport(fixture, empty) == 204)
        for (sequence, state) in [(2, .starting), (3, .ready), (4, .backingOff), (5, .gone)] as [(UInt64, ReplicaReport.State)] {
            #expect(try await sendReport(fixture, report(sequence, state: state)) == 204)
        }
        try await fixture.assembly.reconciler.pass()
        let reasons = try await fixture.assembly.store.events(
            of: ResourceKey(kind: .workload, name: "chat-phi"), limit: 100
        ).map(\.event.reason)
        #expect(reasons == ["PlacementChanged", "ReplicaStarted", "ReplicaReady", "ReplicaFailed", "ReplicaGone"])
    }

    @Test("what cannot be placed is said in the condition and in an event")
    func unplaced() async throws {
        let fixture = try await ControlPlaneFixture()
        let impossible = SampleFleet.workload("chat").replacingOccurrences("H100-80GB:", "B200-192GB:")
        try await fixture.apply(SampleFleet.documents(SampleFleet.provider, SampleFleet.toronto, impossible))
        let placed = try #require(try await condition(fixture, "workloads/chat", "Placed"))
        #expect(placed["status"] == "False")
        #expect(placed["message"].text?.isEmpty == false)
        #expect(try await fixture.send(.get, "/api/v1alpha1/events?for=workloads/chat").body.contains("Unplaced"))
    }

    @Test(
        "a drained plane is told to keep what it serves until that is ready elsewhere, also by a control plane that just started")
    func drain() async throws {
        let folder = ScratchFolder()
        func serving(_ fixture: ControlPlaneFixture) async throws -> [WorkloadName] {
            try await fixture.document(PlaneAssignment.self, .plane("toronto")).workloads.map(\.name)
        }
        do {
            let fixture = try await ControlPlaneFixture(folder: folder)
            try await fixture.apply(SampleFleet.whole)
            #expect(try await sendReport(fixture, report(1)) == 204)
            #expect(
                try await fixture.send(.post, "/api/v1alpha1/workloadplanes/toronto/drain", #"{"drained":true}"#).status == 200)
            try await fixture.assembly.reconciler.pass()
            #expect(try await serving(fixture) == ["chat-phi"], "PHI has no other place, and chat is not running there")
            let drained = try #require(try await condition(fixture, "workloadplanes/toronto", "Drained"))
            #expect(drained["reason"] == "HandingOver")
            try fixture.assembly.store.close()
        }
        let fixture = try await ControlPlaneFixture(folder: folder)
        try await fixture.assembly.reconciler.pass()
        await #expect(throws: APIError.self, "nothing is said to a plane that has not said what it runs") {
            try await serving(fixture)
        }
        #expect(try await sendReport(fixture, report(1, start: 2)) == 204)
        try await fixture.assembly.reconciler.pass()
        #expect(try await serving(fixture) == ["chat-phi"])
        fixture.clock.advance(by: Handover.patience)
        #expect(try await sendReport(fixture, report(2, start: 2)) == 204)
        try await fixture.assembly.reconciler.pass()
        #expect(try await serving(fixture).isEmpty)
        #expect(try await condition(fixture, "workloadplanes/toronto", "Drained")?["status"] == "True")
    }

    @Test("a gateway that is deleted and declared again as it was is told its rules again")
    func declaredAgain() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let before = try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto"))
        #expect(try await fixture.send(.delete, "/api/v1alpha1/gateways/door-toronto").status == 200)
        try await fixture.assembly.reconciler.pass()
        try await fixture.apply(SampleFleet.gatewayToronto)
        #expect(try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto")) == before)
    }

    @Test("events and measured demand outlive a store that fails for a while")
    func failingStore() async throws {
        let fixture = try await ControlPlaneFixture()
        let loop = fixture.assembly.reconciler
        let elastic = SampleFleet.whole.replacingOccurrences(
            of: "maxReplicas: 4 }", with: "maxReplicas: 4, target: { queuedRequestsPerReplica: 2 } }")
        try await fixture.apply(elastic)
        let database = try DatabaseQueue(path: fixture.folder.state.database)
        func rename(_ from: String, _ to: String) async throws {
            try await database.write { try $0.execute(sql: "ALTER TABLE \(from) RENAME TO \(to)") }
        }
        func connections() async throws -> Int {
            try await fixture.assembly.store.events(
                of: ResourceKey(kind: .workloadPlane, name: "toronto"), limit: 100
            ).count { $0.event.reason == "Connected" }
        }
        try await rename("events", "away")
        #expect(loop.receive(report(1)))
        await #expect(throws: (any Error).self) { try await loop.pass() }
        #expect(loop.receive(report(2)))
        await #expect(throws: (any Error).self) { try await loop.pass() }
        try await rename("away", "events")
        try await loop.pass()
        try await loop.pass()
        #expect(try await connections() == 1, "told, and told once")

        // Half an hour of a request a second: one quarter of an hour at least is whole.
        try await rename("demand_history", "away")
        for step in 0..<180 {
            fixture.clock.advance(by: .seconds(10))
            _ = loop.receive(report(UInt64(step + 3)))
            _ = loop.receive(
                GatewayReport(
                    gateway: "door-toronto", snapshot: nil, address: "127.0.0.1:8081", isReady: true,
                    roundTripMilliseconds: [:], requests: [:], pid: 1,
                    demand: ["chat-phi": WorkloadDemand(arrived: UInt64(10 * step))]))
            try? await loop.pass()
        }
        #expect(loop.passes.done < 150, "passes fail from the first slot on that cannot be stored")
        try await rename("away", "demand_history")
        try await loop.pass()
        let kept = try await fixture.assembly.store.demandHistory()
        #expect(kept.contains { $0.workload == "chat-phi" && abs($0.rate - 1) < 0.2 })
    }

    @Test("a report with numbers that cannot be is refused whole, with the part that has them")
    func impossibleReports() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        var busy = report(1)
        busy.replicas[0].running = .max
        var negative = report(1)
        negative.replicas[0].waiting = -1
        var gone = report(1)
        gone.history = [PoolHistory(pool: "h100", unavailable: .max)]
        var ages = report(1)
        ages.nodes = [NodeReport(pool: "h100", index: 0, state: .ready, stateAgeMilliseconds: 1e300)]
        for (report, part) in [(busy, "replicas[0]"), (negative, "replicas[0]"), (gone, "history[0]"), (ages, "nodes[0]")] {
            let answer = try await fixture.send(
                .post, "/internal/v1/planes/toronto/report", String(decoding: try FleetJSON.encode(report), as: UTF8.self),
                token: try fixture.token(.plane("toronto")))
            #expect(answer.status == 422 && answer.message.hasPrefix("\(part): "), "\(answer.message)")
        }
        #expect(try await sendReport(fixture, report(1)) == 204)
        func gateway(_ demand: WorkloadDemand, requests: UInt64 = 0) -> GatewayReport {
            GatewayReport(
                gateway: "door-toronto", snapshot: nil, address: "127.0.0.1:8081", isReady: true, roundTripMilliseconds: [:],
                requests: ["chat-phi": requests], pid: 1, demand: ["chat-phi": demand])
        }
        let reports = [
            (gateway(WorkloadDemand(promptTokens: .max)), "demand.chat-phi"),
            (gateway(WorkloadDemand(queued: -1)), "demand.chat-phi"),
            (gateway(WorkloadDemand(), requests: .max), "requests.chat-phi"),
        ]
        for (report, part) in reports {
            let answer = try await fixture.send(
                .post, "/internal/v1/gateways/door-toronto/report",
                String(decoding: try FleetJSON.encode(report), as: UTF8.self),
                token: try fixture.token(.gateway("door-toronto")))
            #expect(answer.status == 422 && answer.message.hasPrefix("\(part): "), "\(answer.message)")
        }
    }
}
