import FleetModel
import FleetTransport
import MetadataDoubles
import Testing
import WorkloadPlanes

/// A plane whose spot nodes have doubled metadata services.
extension PlaneServerTests {
    private static let node = DoubleNode(service: .azure, plane: "toronto", pool: "spot", index: 0)

    private static var assignment: PlaneAssignment {
        PlaneAssignment(
            version: SnapshotVersion(epoch: 1, generation: 1), plane: "toronto", driver: .local,
            pools: [CapacityPool(name: "spot", accelerator: "H100-80GB", acceleratorsPerNode: 1, tier: .spot, maxNodes: 2)],
            workloads: [
                .init(
                    name: "chat", generation: 1, models: ["chat"],
                    placements: [.init(pool: "spot", accelerator: "H100-80GB", acceleratorsPerReplica: 1, count: 1)],
                    engine: .simulated(SimulatedEngineSpec(loadMilliseconds: 0)), drainMilliseconds: 2_000)
            ],
            feedPeers: [.init(gateway: "frankfurt", key: key)])
    }

    @Test("a notice drains the node's replica, starts its successor on another node, and is approved when nothing is left there")
    func noticeDrains() async throws {
        try await RunningDouble.with { double in
            let source = try NoticeSource(service: .azure, url: "\(double.url)/azure/toronto/{pool}/{node}")
            try await withPlane(Self.assignment, change: { $0.notices = source }) { address in
                let first = try await Self.follow(address) { $0.replicas.contains { $0.state == .ready } }
                let replica = try #require(first.replicas.first { $0.state == .ready })
                try await double.reclaim(Self.node, in: 600)
                let draining = try await Self.follow(address) {
                    $0.replicas.contains { $0.id == replica.id && $0.state != .ready }
                }
                let left = try #require(draining.replicas.first { $0.id == replica.id })
                #expect(left.state == .draining || left.state == .gone)
                #expect(left.reason == "its node is being reclaimed")
                var last = try await Self.follow(address) { $0.replicas.contains { $0.id != replica.id && $0.state == .ready } }
                while try await double.command(.status, Self.node).told?.isApproved == false {
                    let sequence = last.sequence
                    last = try await Self.follow(address) { $0.sequence > sequence }
                }
                #expect(!last.replicas.contains { $0.id == replica.id && $0.state == .draining })
            }
        }
    }
}
