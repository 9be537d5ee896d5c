import FleetModel

/// What is still free in every pool while a placement is being decided: replicas never span two nodes, and two classes share
/// none unless the pool says so.
struct PoolLedger {
    private struct Entry {
        let pool: CapacityPool
        /// Nodes that may be counted on.
        let usable: Int
        /// Free accelerators of each node opened so far, and whose it is.
        var nodes: [(free: Int, workloadClass: Workload.Class)] = []
    }

    private var entries: [PoolKey: Entry] = [:]

    init(planes: [WorkloadPlane], shortage: NodeShortage = .none) {
        for plane in planes {
            for pool in plane.pools {
                entries[PoolKey(plane: plane.name, pool: pool.name)] =
                    Entry(pool: pool, usable: shortage.usable(pool, of: plane.name))
            }
        }
    }

    /// What a placement leaves free. Larger replicas are taken first, as a plane packs them.
    init(_ fleet: Fleet, holding decision: PlacementDecision, shortage: NodeShortage = .none) {
        self.init(planes: fleet.planes, shortage: shortage)
        let choices = fleet.workloads.flatMap { workload in
            (decision.placement(of: workload.name)?.chosen ?? []).map { (workload.workloadClass, $0) }
        }
        for (workloadClass, choice) in choices.sorted(by: {
            $0.1.placement.acceleratorsPerReplica > $1.1.placement.acceleratorsPerReplica
        }) {
            let key = PoolKey(plane: choice.plane, pool: choice.placement.pool)
            for _ in 0..<max(0, choice.placement.count) {
                _ = take(choice.placement.acceleratorsPerReplica, for: workloadClass, from: key)
            }
        }
    }

    /// Takes room for one replica on the fullest node of its class that has it, else on a new node. False when nothing fits.
    mutating func take(_ accelerators: Int, for workloadClass: Workload.Class, from key: PoolKey) -> Bool {
        guard var entry = entries[key], accelerators <= entry.pool.acceleratorsPerNode else { return false }
        let fitting = entry.nodes.indices.filter {
            entry.nodes[$0].free >= accelerators && entry.pool.mayShare(entry.nodes[$0].workloadClass, workloadClass)
        }
        if let node = fitting.min(by: { entry.nodes[$0].free < entry.nodes[$1].free }) {
            entry.nodes[node].free -= accelerators
        } else if entry.nodes.count < entry.usable {
            entry.nodes.append((entry.pool.acceleratorsPerNode - accelerators, workloadClass))
        } else {
            return false
        }
        entries[key] = entry
        return true
    }
}
