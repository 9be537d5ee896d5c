import ControlPlane
import FleetModel
import FleetTransport
import Foundation
import Hummingbird
import SeededCases
import Testing

@Suite("Metrics of the control plane")
struct DecisionMetricsTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")

    /// Two places of two providers: one with nodes that come and go and a budget, the other owned.
    private static let fleet = """
        apiVersion: tradewind.dev/v1alpha1
        kind: Provider
        metadata: { name: cloud }
        spec: { kind: hyperscaler }
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: WorkloadPlane
        metadata: { name: lima }
        spec:
          provider: cloud
          region: west
          location: { latitude: -12.05, longitude: -77.04, country: PE }
          driver: { local: {} }
          pools:
            - { name: spot, accelerator: H100-80GB, acceleratorsPerNode: 4, tier: spot, maxNodes: 4, price: 4 USD/h, provisioning: { launchTime: 60s } }
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: Budget
        metadata: { name: cap }
        spec: { ceiling: 9 USD/h, workloads: [chat] }
        """

    private static func declared(revision: String? = nil) -> String {
        SampleFleet.documents(
            SampleFleet.provider, SampleFleet.toronto, SampleFleet.gatewayToronto, fleet,
            SampleFleet.workload("chat")
                .replacingOccurrences(
                    of: "maxReplicas: 4 }",
                    with: "maxReplicas: 4, target: { queuedRequestsPerReplica: 2, kvCacheUse: 80% } }"
                        + "\n  rollout: { strategy: canary, steps: [{ weight: 25%, pause: 1h }] }"
                )
                .replacingOccurrences(
                    of: "  replica:\n", with: "  replica:\n" + (revision.map { "    artifact: { revision: \($0) }\n" } ?? ""))
        )
    }

    private func toronto(_ sequence: UInt64, waiting: Int, kvCacheUse: Double?) -> PlaneReport {
        PlaneReport(
            plane: "toronto", planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:7001",
            replicas: [
                ReplicaReport(
                    id: ReplicaID(plane: "toronto", workload: "chat", incarnation: 1), pool: "h100", accelerator: "H100-80GB",
                    address: "127.64.0.1:20000", state: .ready, running: 1, waiting: waiting, kvCacheUse: kvCacheUse,
                    stateAgeMilliseconds: 90_000, generation: 1)
            ])
    }

    private func lima(_ sequence: UInt64) -> PlaneReport {
        PlaneReport(
            plane: "lima", planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:7002", replicas: [],
            nodes: [
                NodeReport(pool: "spot", index: 0, state: .ready), NodeReport(pool: "spot", index: 1, state: .launching),
                NodeReport(pool: "spot", index: 2, state: .launching),
            ], history: [PoolHistory(pool: "spot", launched: 5, refused: 2, reclaimed: 1, released: 1)])
    }

    private func door(_ arrived: UInt64) -> GatewayReport {
        GatewayReport(
            gateway: "door-toronto", snapshot: nil, address: "127.0.0.1:8081", isReady: true, roundTripMilliseconds: [:],
            requests: [:], pid: 1, demand: ["chat": WorkloadDemand(arrived: arrived)],
            planeSights: [
                "toronto": PlaneSight(isFeedLive: true, replicas: 1, usable: 1), "lima": PlaneSight(isFeedLive: arrived < 1_000),
            ])
    }

    private func page(_ fixture: ControlPlaneFixture) async throws -> PrometheusText {
        PrometheusText(try await fixture.send(.get, "/metrics").body)
    }

    /// Drives the loop for so many seconds; `lima` falls silent where it is lost.
    private func drive(
        _ fixture: ControlPlaneFixture, _ seconds: ClosedRange<Int>, waiting: Int, kvCacheUse: Double? = 0.5,
        isLimaLost: Bool = false
    ) async throws {
        let loop = fixture.assembly.reconciler
        for second in seconds {
            fixture.clock.advance(by: .seconds(1))
            _ = loop.receive(toronto(UInt64(second), waiting: waiting, kvCacheUse: kvCacheUse))
            if !isLimaLost { _ = loop.receive(lima(UInt64(second))) }
            _ = loop.receive(door((isLimaLost ? 10_000 : 0) + UInt64(second)))
            loop.lookForSilence()
            try await loop.pass()
        }
    }

    private func value(_ page: PrometheusText, _ name: String, _ labels: [String: String] = [:]) -> Double? {
        page.families.flatMap(\.samples).first { sample in
            sample.name == "tradewind_control_" + name
                && labels.allSatisfy { label in sample.labels.contains { $0.name == label.key && $0.value == label.value } }
        }?.value
    }

    @Test("replicas, the policy that decided, and why the size is held are told as they are decided")
    func scaling() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(Self.declared())
        try await drive(fixture, 1...20, waiting: 0)
        var page = try await page(fixture)
        #expect(page.problems == [])
        #expect(value(page, "replicas_wanted", ["workload": "chat"]) == 1)
        #expect(value(page, "replicas_ready", ["workload": "chat", "plane": "toronto"]) == 1)
        // Six wait and two may for each replica: three are wished.
        try await drive(fixture, 21...25, waiting: 6)
        page = try await self.page(fixture)
        #expect(value(page, "replicas_wanted", ["workload": "chat"]) == 3)
        let policy = "target.queuedRequestsPerReplica"
        #expect(value(page, "scaling_decided_by", ["workload": "chat", "policy": policy]) == 1)
        #expect(value(page, "scaling_decided_by", ["workload": "chat", "policy": "target.kvCacheUse"]) == 0)
        #expect(value(page, "scaling_wished_replicas", ["workload": "chat", "policy": policy]) == 3)
        #expect(value(page, "scaling_replicas_limit", ["workload": "chat", "limit": "max"]) == 4)
        #expect(value(page, "scalings_total", ["workload": "chat", "direction": "up"]) == 1)
        #expect(value(page, "scalings_total", ["workload": "chat", "direction": "down"]) == 0)
        #expect(value(page, "scaling_held", ["workload": "chat", "reason": "metrics_missing"]) == 0)
        // The metric goes: it is said which, and nothing is taken away.
        try await drive(fixture, 26...30, waiting: 0, kvCacheUse: nil)
        page = try await self.page(fixture)
        #expect(value(page, "scaling_held", ["workload": "chat", "reason": "metrics_missing"]) == 1)
        #expect(value(page, "scaling_metric_missing", ["workload": "chat", "metric": "kvCacheUse"]) == 1)
        #expect(value(page, "scaling_metric_missing", ["workload": "chat", "metric": "queuedRequestsPerReplica"]) == 0)
        #expect(value(page, "replicas_wanted", ["workload": "chat"]) == 3)
        // Twelve wait: six are wished, four are the most.
        try await drive(fixture, 31...45, waiting: 12)
        page = try await self.page(fixture)
        #expect(value(page, "replicas_wanted", ["workload": "chat"]) == 4)
        #expect(value(page, "scaling_held", ["workload": "chat", "reason": "at_maximum"]) == 1)
        #expect(value(page, "reconciliations_total", ["outcome": "done"]) == 46)
        #expect(value(page, "reconciliation_duration_seconds_count") == 46)
    }

    @Test("nodes are told by state, and what was launched, refused and reclaimed is counted")
    func nodes() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(Self.declared())
        try await drive(fixture, 1...3, waiting: 0)
        let page = try await page(fixture)
        let pool = ["plane": "lima", "pool": "spot", "tier": "spot"]
        #expect(value(page, "nodes", pool.merging(["state": "launching"]) { $1 }) == 2)
        #expect(value(page, "nodes", pool.merging(["state": "ready"]) { $1 }) == 1)
        #expect(value(page, "nodes", pool.merging(["state": "stopped"]) { $1 }) == 0)
        #expect(value(page, "node_launches_total", pool) == 5)
        #expect(value(page, "node_refusals_total", pool) == 2)
        #expect(value(page, "node_reclaims_total", pool) == 1)
        #expect(value(page, "node_releases_total", pool) == 1)
    }

    @Test("what is spent is told by provider and tier, and against each budget")
    func money() async throws {
        let fixture = try await ControlPlaneFixture()
        // Nothing but spot: a quarter of a node of 4 USD for each replica.
        let documents = Self.declared().replacingOccurrences(
            of: "accelerator: H100-80GB, acceleratorsPerNode: 4, tier: reserved",
            with: "accelerator: A100-80GB, acceleratorsPerNode: 4, tier: reserved")
        try await fixture.apply(documents)
        try await drive(fixture, 1...25, waiting: 6)
        let page = try await page(fixture)
        let placed = try #require(value(page, "replicas_placed", ["workload": "chat"]))
        #expect(placed >= 1)
        #expect(value(page, "spend_usd_per_hour", ["provider": "cloud", "tier": "spot"]) == placed)
        #expect(value(page, "spend_usd_per_hour", ["provider": "onprem", "tier": "reserved"]) == 0)
        #expect(value(page, "replicas_unpriced", ["provider": "cloud", "tier": "spot"]) == 0)
        #expect(value(page, "budget_ceiling_usd_per_hour", ["budget": "cap"]) == 9)
        #expect(value(page, "budget_spend_usd_per_hour", ["budget": "cap"]) == placed)
    }

    @Test("a plane that is lost, and the rollout under way, are told as states")
    func states() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(Self.declared())
        try await drive(fixture, 1...20, waiting: 0)
        var page = try await page(fixture)
        #expect(value(page, "plane_state", ["plane": "lima", "state": "serving"]) == 1)
        #expect(value(page, "rollout_phase", ["workload": "chat", "state": "none"]) == 1)
        try await drive(fixture, 21...40, waiting: 0, isLimaLost: true)
        page = try await self.page(fixture)
        #expect(value(page, "plane_state", ["plane": "lima", "state": "failed"]) == 1)
        #expect(value(page, "plane_state", ["plane": "lima", "state": "serving"]) == 0)
        #expect(value(page, "plane_failures_total", ["plane": "lima"]) == 1)
        #expect(value(page, "plane_failures_total", ["plane": "toronto"]) == 0)
        #expect(value(page, "events_total", ["kind": "WorkloadPlane", "reason": "PlaneFailed"]) == 1)
        #expect(value(page, "failovers_total", ["workload": "chat", "outcome": "beyond_promise"]) == 0)
        // Another version is declared: the canary's first step.
        #expect(try await fixture.apply(Self.declared(revision: "second")).status == 200)
        try await drive(fixture, 41...42, waiting: 0)
        page = try await self.page(fixture)
        #expect(page.problems == [])
        #expect(value(page, "rollout_phase", ["workload": "chat", "state": "advancing"]) == 1)
        #expect(value(page, "rollout_weight_ratio", ["workload": "chat", "version": "stable"]) != nil)
        try await documentation(page)
        try dashboard(page)
    }

    private func documentation(_ page: PrometheusText) async throws {
        let text = try String(contentsOf: Self.root.appending(path: "docs/telemetry.md"), encoding: .utf8)
        let documented = text.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("| `tradewind_control_") else { return nil }
            return line.dropFirst(3).prefix { $0 != "`" && $0 != "{" }.description
        }
        #expect(documented.sorted() == page.families.map(\.name).sorted())
    }

    private func dashboard(_ page: PrometheusText) throws {
        let bytes = try Data(contentsOf: Self.root.appending(path: "examples/grafana/tradewind-control.json"))
        let names = Set(page.families.flatMap { [$0.name, $0.name + "_bucket", $0.name + "_sum", $0.name + "_count"] })
        let labels = Set(page.families.flatMap { $0.samples.flatMap { $0.labels.map(\.name) } } + ["job", "le"])
        var asked: Set<String> = []
        for expression in try JSONValue(bytes: Array(bytes))["panels"].elements.flatMap({
            $0["targets"].elements.compactMap { $0["expr"].text }
        }) {
            for match in expression.matches(of: /tradewind_control_[a-z0-9_]+/) {
                #expect(names.contains(String(match.output)), "\(match.output) in \(expression)")
                asked.insert(String(match.output))
            }
            for match in expression.matches(of: /by \(([a-z, ]+)\)/) {
                for label in match.output.1.split(separator: ", ") {
                    #expect(labels.contains(String(label)), "\(label) in \(expression)")
                }
            }
        }
        for family in page.families {
            #expect(
                ["", "_bucket", "_sum", "_count"].contains { asked.contains(family.name + $0) }, "no panel shows \(family.name)")
        }
    }
}
