import FleetControl
import FleetModel
import Testing

@Suite("Cost in statuses")
struct CostStatusTests: PurchaseFleetBuilding {
    private func statuses(_ fleet: Fleet) -> [ResourceKey: ResourceStatus] {
        let decision = Placement.decide(PlacementInputs(fleet: fleet, wanted: ["chat": 2]))
        return StatusComposer(
            fleet: fleet, decision: decision, handover: Handover(), observation: FleetObservation(start: .origin), drained: [],
            assignments: [:], snapshots: [:], now: .origin
        ).statuses
    }

    private func condition(_ kind: ResourceKind, _ name: String, _ type: String, of fleet: Fleet) -> ResourceStatus.Condition? {
        statuses(fleet)[ResourceKey(kind: kind, name: name)]?.conditions.first { $0.type == type }
    }

    @Test("a workload says what it costs and from whom, a budget how much of it is spent")
    func told() throws {
        let rules = PurchaseRules(spotPolicy: .onDemandOnly)
        let budget = Budget(metadata: Metadata(name: "research"), ceiling: USDPerHour(10))
        let declared = Fleet(fleet(regions, [bought(rules)]).resources + [.budget(budget)])
        let priced = try #require(condition(.workload, "chat", "Priced", of: declared))
        #expect(priced.status == .yes)
        #expect(priced.message == "2 on-demand of aws (6 USD/h); 6 USD/h")
        let kept = try #require(condition(.budget, "research", "Kept", of: declared))
        #expect(kept.status == .yes)
        #expect(kept.message == "what it counts costs 6 USD/h of 10 USD/h")
    }

    @Test("where nothing has a price and no budget asks, nothing is said of cost")
    func silent() {
        let planes = [plane("a", Self.toronto, pools: [pool("steady", tier: .onDemand)])]
        #expect(condition(.workload, "chat", "Priced", of: fleet(planes, [bought()])) == nil)
    }
}
