import ControlPlane
import FleetControl
import FleetModel
import FleetTransport
import Hummingbird
import Testing

@Suite("Rollouts over the control plane")
struct RolloutTests {
    /// A plane that runs what it was told at once, and a gateway that sends requests by weight.
    private struct Script {
        var fixture: ControlPlaneFixture
        var sequence: UInt64 = 0
        var outcomes: [UInt64: RevisionOutcome] = [:]
        var failing: Set<UInt64> = []
        /// Replicas that ended by themselves.
        var ended: Set<UInt64> = []
        /// What the plane acts on until it is told anew: a control plane that starts tells it nothing before it was heard.
        var last: PlaneAssignment?

        func assignment() async throws -> PlaneAssignment {
            try await fixture.document(PlaneAssignment.self, .plane("toronto"))
        }

        func weights() async throws -> [RevisionWeight]? {
            try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto")).workloads[0].revisionWeights
        }

        /// Generation and replicas of every version that the plane is to run.
        func counts() async throws -> [UInt64: Int] {
            let entries = try await assignment().workloads.map { ($0.generation, $0.placements.reduce(0) { $0 + $1.count }) }
            return Dictionary(entries, uniquingKeysWith: +).filter { $0.value > 0 }
        }

        mutating func rounds(_ count: Int) async throws {
            for _ in 0..<count {
                sequence += 1
                let assignment = try #require(await (try? assignment()) ?? last)
                last = assignment
                let replicas = assignment.workloads.flatMap { workload in
                    workload.placements.flatMap { placement in
                        (0..<placement.count).map { number in
                            ReplicaReport(
                                id: ReplicaID(
                                    plane: "toronto", workload: workload.name,
                                    incarnation: workload.generation * 100 + UInt64(number)), pool: placement.pool,
                                accelerator: placement.accelerator, address: "127.64.0.1:\(20_000 + number)", state: .ready,
                                stateAgeMilliseconds: 60_000, generation: workload.generation)
                        }
                    }
                }
                try await post(
                    "planes/toronto", .plane("toronto"),
                    PlaneReport(
                        plane: "toronto", planeStart: 1, sequence: sequence, assignment: assignment.version,
                        feedAddress: "127.0.0.1:7001", replicas: replicas.filter { !ended.contains($0.id.incarnation) }))
                for version in try await weights() ?? [] {
                    var outcome = outcomes[version.generation] ?? RevisionOutcome(generation: version.generation)
                    let requests = UInt64(100 * (version.weight ?? 0.5))
                    outcome.requests += requests
                    if failing.contains(version.generation) { outcome.failures += requests / 2 }
                    outcomes[version.generation] = outcome
                }
                try await post(
                    "gateways/door-toronto", .gateway("door-toronto"),
                    GatewayReport(
                        gateway: "door-toronto", snapshot: nil, address: "127.0.0.1:8000", isReady: true,
                        roundTripMilliseconds: [:], requests: [:], pid: 1,
                        revisions: ["chat": outcomes.values.sorted { $0.generation < $1.generation }]))
                fixture.clock.advance(by: .seconds(1))
                try await fixture.assembly.reconciler.pass()
            }
        }

        private func post(_ path: String, _ scope: TokenScope, _ report: some Encodable) async throws {
            let body = String(decoding: try FleetJSON.encode(report), as: UTF8.self)
            let answer = try await fixture.send(
                .post, "/internal/v1/\(path)/report", body, token: try fixture.token(scope))
            #expect(answer.status < 300, "\(answer.body)")
        }

        func command(_ command: String) async throws -> ControlPlaneFixture.Answer {
            try await fixture.send(.post, "/api/v1alpha1/workloads/chat/rollout", #"{"command":"\#(command)"}"#)
        }

        func rollout() async throws -> JSONValue {
            try await fixture.send(.get, "/api/v1alpha1/workloads/chat/rollout").json
        }

        func reasons() async throws -> [String] {
            try await fixture.send(.get, "/api/v1alpha1/events?for=workloads/chat").json["items"].elements.compactMap {
                $0["reason"].text
            }
        }
    }

    private static func chat(_ revision: String) -> String {
        SampleFleet.workload(
            "chat", minReplicas: 2,
            data: """
                  rollout:
                    strategy: canary
                    steps: [{ weight: 50%, pause: 5s }]
                    analysis: { minRequests: 100, interval: 1s }
                """
        ).replacingOccurrences("engine: {", "artifact: { revision: \(revision) }\n    engine: {")
    }

    private func script() async throws -> Script {
        var script = Script(fixture: try await ControlPlaneFixture())
        try await script.fixture.apply(
            SampleFleet.documents(SampleFleet.provider, SampleFleet.toronto, SampleFleet.gatewayToronto, Self.chat("v1")))
        try await script.rounds(5)
        #expect(try await script.counts() == [1: 2])
        return script
    }

    @Test("a canary that answers errors is rolled back with its figures, and stays so after a restart of the control plane")
    func rolledBack() async throws {
        var script = try await script()
        script.failing = [2]
        try await script.fixture.apply(Self.chat("v2"))
        try await script.rounds(2)
        #expect(try await script.counts() == [1: 1, 2: 1])
        let weights = try await script.weights()
        #expect(weights == [RevisionWeight(generation: 1, weight: 0.5), RevisionWeight(generation: 2, weight: 0.5)])
        #expect(try await script.rollout()["status"]["target"]["ready"].integer == 1)
        try await script.rounds(8)
        #expect(try await script.counts() == [1: 2])
        #expect(try await script.weights() == nil)
        #expect(
            try await script.reasons().filter { $0 == "RolledBack" || $0 == "RolloutStarted" } == [
                "RolloutStarted", "RolledBack",
            ])
        let conditions = try await script.fixture.send(.get, "/api/v1alpha1/workloads/chat").json["status"]["conditions"].elements
        let degraded = try #require(conditions.first { $0["type"].text == "Degraded" })
        #expect(degraded["message"].text?.hasPrefix("generation 1 serves in place of 2: 50% of") == true)

        script.fixture = try await ControlPlaneFixture(folder: script.fixture.folder, clock: script.fixture.clock)
        try await script.fixture.assembly.reconciler.pass()
        try await script.rounds(5)
        #expect(try await script.counts() == [1: 2])
        #expect(try await script.rollout()["phase"].text == "rolledBack")
        #expect(try await script.command("promote").status == 409)
        #expect(try await script.command("retry").status == 200)
        script.failing = []
        try await script.rounds(25)
        #expect(try await script.counts() == [2: 2])
        #expect(try await script.rollout()["stableGeneration"].integer == 2)

        #expect(try await script.command("undo").status == 200)
        try await script.rounds(25)
        #expect(try await script.counts() == [3: 2])
        #expect(try await script.assignment().workloads[0].generation == 3)
        let stored = try await script.fixture.send(.get, "/api/v1alpha1/workloads/chat").json
        #expect(stored["spec"]["replica"]["artifact"]["revision"].text == "v1")
        let audit = try await script.fixture.send(.get, "/api/v1alpha1/audit").json["items"].elements
        #expect(audit.contains { $0["verb"].text == "rollout" && $0["subject"].text == "Workload/chat/retry" })
    }

    @Test("a changed scaling starts no replica anew, and a command that cannot be followed says why")
    func noRollout() async throws {
        var script = try await script()
        try await script.fixture.apply(Self.chat("v1").replacingOccurrences("minReplicas: 2", "minReplicas: 3"))
        try await script.rounds(3)
        #expect(try await script.counts() == [1: 3])
        let answer = try await script.command("abort")
        #expect(answer.status == 409)
        #expect(answer.message == "no rollout is under way: generation 1 serves")
        #expect(try await script.command("jump").status == 422)
        #expect(try await script.fixture.send(.get, "/api/v1alpha1/gateways/door-toronto/rollout").status == 404)
        #expect(try await script.fixture.send(.get, "/api/v1alpha1/workloads/none/rollout").status == 404)
    }

    @Test("a drained replica is in its plane's assignment until it is gone, and in the audit log")
    func drainReplica() async throws {
        var script = try await script()
        let path = "/api/v1alpha1/replicas/toronto/chat/100/drain"
        #expect(try await script.fixture.send(.post, "/api/v1alpha1/replicas/toronto/chat/7/drain").status == 404)
        #expect(try await script.fixture.send(.post, path).status == 200)
        #expect(try await script.fixture.send(.post, path).status == 200, "asked for twice is asked for once")
        try await script.rounds(1)
        #expect(try await script.assignment().drainedReplicas == [100])
        script.ended = [100]
        try await script.rounds(2)
        #expect(try await script.assignment().drainedReplicas == nil)
        let audit = try await script.fixture.send(.get, "/api/v1alpha1/audit").json["items"].elements
        #expect(audit.filter { $0["subject"].text == "Replica/toronto/chat/100" }.map { $0["verb"].text } == ["drain"])
    }
}
