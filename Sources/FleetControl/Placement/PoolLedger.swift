import FleetModel

/// What is still free in every pool while a placement is being decided: replicas never span two nodes.
struct PoolLedger {
    struct Key: Hashable, Sendable {
        let plane: PlaneName
        let pool: PoolName
    }

    private struct Entry {
        let perNode: Int
        let maxNodes: Int
        /// Free accelerators of each node opened so far.
        var nodes: [Int] = []
    }

    private var entries: [Key: Entry] = [:]

    init(planes: [WorkloadPlane]) {
        for plane in planes {
            for pool in plane.pools {
                entries[Key(plane: plane.name, pool: pool.name)] =
                    Entry(perNode: pool.acceleratorsPerNode, maxNodes: pool.maxNodes)
            }
        }
    }

    /// What a placement leaves free. Larger replicas are taken first, as a plane packs them.
    init(planes: [WorkloadPlane], holding decision: PlacementDecision) {
        self.init(planes: planes)
        let choices = decision.workloads.flatMap(\.chosen).sorted {
            $0.placement.acceleratorsPerReplica > $1.placement.acceleratorsPerReplica
        }
        for choice in choices {
            let key = Key(plane: choice.plane, pool: choice.placement.pool)
            for _ in 0..<max(0, choice.placement.count) { _ = take(choice.placement.acceleratorsPerReplica, from: key) }
        }
    }

    /// Takes room for one replica on the fullest node that has it, else on a new node. False when nothing fits.
    mutating func take(_ accelerators: Int, from key: Key) -> Bool {
        guard var entry = entries[key], accelerators <= entry.perNode else { return false }
        let fitting = entry.nodes.indices.filter { entry.nodes[$0] >= accelerators }
        if let node = fitting.min(by: { entry.nodes[$0] < entry.nodes[$1] }) {
            entry.nodes[node] -= accelerators
        } else if entry.nodes.count < entry.maxNodes {
            entry.nodes.append(entry.perNode - accelerators)
        } else {
            return false
        }
        entries[key] = entry
        return true
    }
}
