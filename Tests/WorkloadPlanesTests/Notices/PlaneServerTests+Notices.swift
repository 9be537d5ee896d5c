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

    private static func spot(_ nodes: Int, count: Int, _ provisioning: NodeProvisioning) -> PlaneAssignment {
        var assignment = Self.assignment
        assignment.pools[0].maxNodes = nodes
        assignment.pools[0].provisioning = provisioning
        assignment.workloads[0].placements[0].count = count
        return assignment
    }

    @Test(
        "the second machine of a node that is taken is approved as the first was: when nothing is left there",
        .timeLimit(.minutes(2)))
    func secondReclaim() async throws {
        let assignment = Self.spot(1, count: 1, NodeProvisioning(launchTime: .zero, cooldown: .milliseconds(200)))
        try await RunningDouble.with { double in
            let source = try NoticeSource(service: .azure, url: "\(double.url)/azure/toronto/{pool}/{node}")
            try await withPlane(assignment, change: { $0.notices = source }) { address in
                var last: ReplicaID?
                for machine in 1...2 {
                    while try await double.command(.status, Self.node).told?.machine != machine {
                        let sequence = try await Self.follow(address) { _ in true }.sequence
                        _ = try await Self.follow(address) { $0.sequence > sequence }
                    }
                    let ready = try await Self.follow(address) { [last] report in
                        report.replicas.contains { $0.state == .ready && $0.id != last }
                    }
                    let replica = try #require(ready.replicas.first { $0.state == .ready })
                    last = replica.id
                    try await double.reclaim(Self.node, in: 600, away: 3)
                    while try await double.command(.status, Self.node).told?.isApproved == false {}
                    let report = try await Self.follow(address) { _ in true }
                    #expect(report.replicas.filter { $0.id == replica.id && $0.state != .gone }.isEmpty, "machine \(machine)")
                }
            }
        }
    }

    @Test("an end that is announced before there is a node holds for the node that is launched")
    func noticeBeforeTheNode() async throws {
        let assignment = Self.spot(2, count: 1, NodeProvisioning(launchTime: .milliseconds(50), cooldown: .seconds(3_600)))
        try await RunningDouble.with { double in
            let source = try NoticeSource(service: .ec2, url: "\(double.url)/ec2/toronto/{pool}/{node}")
            try await withPlane(assignment, change: { $0.notices = source }) { address in
                _ = try await Self.follow(address) { $0.replicas.contains { $0.state == .ready } }
                let nodes = (0..<2).map { DoubleNode(service: .ec2, plane: "toronto", pool: "spot", index: $0) }
                try await double.reclaim(nodes[1], in: 600)
                while try await double.command(.status, nodes[1]).told?.isRead == false {}
                // The only node goes without a word; the other takes its place.
                try await double.reclaim(nodes[0], in: 0)
                let report = try await Self.follow(address) {
                    $0.nodes?.contains { $0.index == 1 && $0.state == .reclaiming } == true
                }
                let left = try #require(report.nodes?.first { $0.index == 1 }?.reclaimInMilliseconds)
                #expect(left > 0 && left <= 600_000)
            }
        }
    }
}
