import FleetModel
import FleetSimulation
import Testing

@Suite("Ways to buy")
struct FleetVariantTests {
    @Test("a static mix buys whole nodes for replicas that do not divide them, and none that is not there")
    func fragments() throws {
        var workload = WorldFixtures.workload(peak: 4)
        workload.objective.targetUtilization = .whole
        workload.replica.profile[0].accelerators = 3
        let pools = [WorldFixtures.pool("nodes", .onDemand, nodes: 10, accelerators: 4)]
        let mix = FleetVariant.fixed(reserved: 0, onDemand: 100, spot: 0)
            .fleet(WorldFixtures.fleet([WorldFixtures.plane("one", pools)], [workload]))
        // Four replicas of three accelerators: one fits a node of four.
        #expect(mix.planes.first?.pools.first?.maxNodes == 4)
        #expect(mix.planInForce?.replicas.map(\.count) == [4])
        let two = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [WorldFixtures.pool("nodes", .onDemand, nodes: 3, accelerators: 4)])], [workload])
        #expect(FleetVariant.fixed(reserved: 0, onDemand: 100, spot: 0).fleet(two).planInForce?.replicas.map(\.count) == [3])
    }
}
