import FleetControl
import FleetModel
import FleetRouting
import SeededCases
import Testing

@Suite("Active-passive")
struct ActivePassiveTests {
    private let planes = [
        FailoverScript.plane("toronto", FailoverScript.toronto, provider: "onprem"),
        FailoverScript.plane("montreal", FailoverScript.montreal, provider: "aws"),
        FailoverScript.plane("frankfurt", FailoverScript.frankfurt, provider: "aws"),
    ]

    private func chat(_ standby: Standby? = nil, survive: Objective.Survival = .none) -> Workload {
        var workload = FailoverScript.workload(
            "chat", from: FailoverScript.toronto, peak: 50, mode: .activePassive, standby: standby)
        workload.objective.survive = survive
        return workload
    }

    private func counts(_ decision: PlacementDecision) -> [PlaneName: Int] {
        var counts: [PlaneName: Int] = [:]
        for choice in decision.placement(of: "chat")?.chosen ?? [] { counts[choice.plane, default: 0] += choice.placement.count }
        return counts
    }

    @Test("all load is placed in the region nearest to its users, and the standby's share of it elsewhere")
    func hot() {
        let fleet = FailoverScript.fleet(planes, [chat(Standby(share: Share(0.3), state: .hot))])
        let decision = Placement.decide(PlacementInputs(fleet: fleet))
        // 50 req/s are 5 replicas; 30 % of it 15 req/s, 2 replicas.
        #expect(counts(decision) == ["toronto": 5, "montreal": 2])
        let passive = decision.placement(of: "chat")?.passive
        #expect(passive?.primary == "onprem/toronto" && passive?.planes == ["toronto"] && passive?.reserved == [])
    }

    @Test("a warm standby keeps room that nobody else gets, and starts nothing")
    func warm() {
        let tight = [
            FailoverScript.plane("toronto", FailoverScript.toronto, provider: "onprem", nodes: 6),
            FailoverScript.plane("montreal", FailoverScript.montreal, provider: "aws", nodes: 4),
        ]
        // Real-time workloads choose the smallest last here: `other` would like five replicas in montreal.
        var other = FailoverScript.workload("zother", from: FailoverScript.montreal, peak: 50)
        other.workloadClass = .batch
        let fleet = FailoverScript.fleet(tight, [chat(Standby(share: Share(0.4), state: .warm)), other])
        let decision = Placement.decide(PlacementInputs(fleet: fleet))
        #expect(counts(decision) == ["toronto": 5])
        let reserved = decision.placement(of: "chat")?.passive?.reserved ?? []
        #expect(reserved.map(\.plane) == ["montreal"] && reserved.first?.placement.count == 2)
        #expect(decision.placement(of: "zother")?.replicas == 3, "one in toronto and the two that are left in montreal")
    }

    @Test("where the primary is failed the best of the others serves all of it, and the standby moves on")
    func failed() {
        let fleet = FailoverScript.fleet(planes, [chat()])
        let decision = Placement.decide(PlacementInputs(fleet: fleet, failed: ["toronto": "lost"]))
        #expect(counts(decision) == ["montreal": 5, "frankfurt": 2])
        #expect(decision.placement(of: "chat")?.passive?.primary == "aws/montreal")
    }

    @Test("a workload that survives a provider has its standby with another one")
    func provider() {
        let planes = [
            FailoverScript.plane("toronto", FailoverScript.toronto, provider: "aws"),
            FailoverScript.plane("montreal", FailoverScript.montreal, provider: "aws"),
            FailoverScript.plane("frankfurt", FailoverScript.frankfurt, provider: "gcp"),
        ]
        let fleet = FailoverScript.fleet(planes, [chat(survive: .provider)])
        let decision = Placement.decide(PlacementInputs(fleet: fleet))
        #expect(counts(decision) == ["toronto": 5, "frankfurt": 2])
        #expect(decision.placement(of: "chat")?.passive?.planes == ["montreal", "toronto"])
    }

    @Test("what the scaling loop wants runs in the primary, the standby's share of that beside it")
    func elastic() {
        let fleet = FailoverScript.fleet(planes, [chat(Standby(share: Share(0.5), state: .hot))])
        let decision = Placement.decide(PlacementInputs(fleet: fleet, wanted: ["chat": 4]))
        #expect(counts(decision) == ["toronto": 4, "montreal": 2])
    }

    @Test("gateways are told to send to the primary's planes first; a workload in active-active mode is told as declared")
    func snapshot() throws {
        let fleet = FailoverScript.fleet(
            planes, [chat(), FailoverScript.workload("other", from: FailoverScript.toronto, peak: 1)])
        let decision = Placement.decide(PlacementInputs(fleet: fleet))
        let snapshot = try #require(
            SnapshotComposer(fleet: fleet, decision: decision, failed: ["frankfurt"]).snapshots.first)
        #expect(snapshot.workloads.first { $0.name == "chat" }?.balancing.planes == [.init(plane: "toronto", weight: 5)])
        #expect(snapshot.workloads.first { $0.name == "other" }?.balancing.planes == [])
        #expect(snapshot.planes.map(\.isFailed) == [true, nil, nil], "frankfurt, montreal, toronto")
    }

    @Test("whatever the fleet: nothing leaves the fence or a failed plane, and load is placed in one region alone")
    func property() {
        for seed in 0..<caseCount(perMille: 30) {
            var random = SeededGenerator(seed: seed)
            let places = [FailoverScript.toronto, FailoverScript.montreal, FailoverScript.frankfurt]
            let planes = (0..<random.next(in: 2...5)).map { index in
                FailoverScript.plane(
                    "plane-\(index)", random.pick(places), provider: random.pick(["aws", "gcp"]), nodes: random.next(in: 1...6))
            }
            let workloads = (0..<random.next(in: 1...3)).map { index in
                var workload = FailoverScript.workload(
                    "w\(index)", from: random.pick(places), peak: Double(random.next(in: 1...60)),
                    residency: random.pick([nil, ["CA"], ["EU"]]), mode: .activePassive,
                    standby: Standby(share: Share(Double(random.next(in: 1...100)) / 100), state: random.pick([.hot, .warm])))
                workload.scaling = ScalingPolicy(minReplicas: 1, maxReplicas: 12)
                return workload
            }
            let fleet = FailoverScript.fleet(planes, workloads)
            let failed = Dictionary(
                uniqueKeysWithValues: planes.filter { _ in random.isOne(in: 4) }.map { ($0.name, "lost") })
            let decision = Placement.decide(PlacementInputs(fleet: fleet, failed: failed))
            var used: [PlaneName: Int] = [:]
            for placement in decision.workloads {
                let workload = fleet.workloads.first { $0.name == placement.workload }
                let reserved = placement.passive?.reserved ?? []
                for choice in placement.chosen + reserved {
                    used[choice.plane, default: 0] += choice.placement.count
                    #expect(failed[choice.plane] == nil, "seed \(seed)")
                    guard let plane = fleet.planes.first(where: { $0.name == choice.plane }), let workload else { continue }
                    let verdict = fleet.fence.verdict(
                        workload: workload, plane: plane, userJurisdictions: workload.demand[0].location.jurisdictions)
                    #expect(verdict.isInside, "seed \(seed)")
                }
                let primary = Set(placement.passive?.planes ?? [])
                let elsewhere = placement.chosen.filter { !primary.contains($0.plane) }
                #expect(elsewhere.allSatisfy { !$0.because.contains("serves") }, "seed \(seed)")
            }
            for plane in fleet.planes { #expect(used[plane.name] ?? 0 <= plane.pools[0].maxNodes, "seed \(seed)") }
        }
    }
}
