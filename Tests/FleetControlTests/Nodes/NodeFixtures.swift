import FleetControl
import FleetModel

/// Pools whose nodes come and go.
enum NodeFixture {
    static func pool(
        perNode: Int = 2, nodes: Int = 4, tier: CapacityPool.Tier = .spot, warm: WarmPool? = nil, sharing: NodeSharing? = nil,
        launch: Duration? = .seconds(60)
    ) -> CapacityPool {
        CapacityPool(
            name: "spot", accelerator: "H100-80GB", acceleratorsPerNode: perNode, tier: tier, maxNodes: nodes,
            usdPerNodeHour: 8,
            provisioning: launch.map {
                NodeProvisioning(
                    launchTime: $0, resumeTime: .seconds(20), scaleDownDelay: .seconds(30), cooldown: .seconds(100))
            },
            warm: warm, sharing: sharing)
    }

    static func workload(
        _ name: WorkloadName = "chat", count: Int, each: Int = 1, generation: UInt64 = 1, drain: Int = 10_000,
        class workloadClass: WorkloadClass? = .realtime, checkpoint: CheckpointCall? = nil
    ) -> PlaneAssignment.Workload {
        var workload = Fixture.workload(
            name, generation: generation, count: count, each: each, pool: "spot", drain: drain)
        workload.workloadClass = workloadClass
        workload.checkpoint = checkpoint
        return workload
    }
}

extension Story {
    var launches: [NodeOrder] {
        actions.compactMap { if case .launchNode(let order) = $0 { order } else { nil } }
    }

    var stoppedNodes: [Int] { actions.compactMap { if case .stopNode(_, let node) = $0 { node } else { nil } } }
    var releasedNodes: [Int] { actions.compactMap { if case .releaseNode(_, let node) = $0 { node } else { nil } } }
    var kills: [ReplicaID] { actions.compactMap { if case .kill(let id) = $0 { id } else { nil } } }

    mutating func assign(_ generation: UInt64, _ workloads: [PlaneAssignment.Workload], _ pool: CapacityPool) {
        hear(.assigned(Fixture.assignment(generation, workloads, pools: [pool])))
    }

    mutating func launched(_ node: Int) { hear(.nodeLaunched(pool: "spot", node: node)) }

    mutating func noticed(_ node: Int, within: Duration?, _ kind: ReclaimNotice.Kind = .termination) {
        hear(.reclaimNoticed(pool: "spot", node: node, within: within, kind: kind))
    }

    /// States of the pool's nodes by position.
    var nodes: [Int: NodeReport.State] {
        Dictionary(
            (reconciler.nodeReports(now: now) ?? []).map { ($0.index, $0.state) }, uniquingKeysWith: { first, _ in first })
    }

    var history: PoolHistory? { reconciler.poolHistory(now: now)?.first }
}
