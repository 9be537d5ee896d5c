import FleetModel

/// What is still free in every pool while a placement is being decided: replicas never span two nodes, and two classes share
/// none unless the pool says so.
struct PoolLedger {
    private struct Entry {
        let pool: CapacityPool
        /// Nodes that may be counted on.
        let usable: Int
        /// Nodes opened so far.
        var opened = 0
        /// Free accelerators of those that have any, in the order they were opened, and whose they are.
        var open: [(free: Int, workloadClass: Workload.Class)] = []

        mutating func take(_ accelerators: Int, for workloadClass: Workload.Class) -> Bool {
            guard accelerators <= pool.acceleratorsPerNode else { return false }
            var best: Int?
            for node in open.indices
            where open[node].free >= accelerators && pool.mayShare(open[node].workloadClass, workloadClass) {
                if best.map({ open[node].free < open[$0].free }) ?? true { best = node }
            }
            if let best {
                open[best].free -= accelerators
                if open[best].free == 0 { open.remove(at: best) }
                return true
            }
            guard opened < usable else { return false }
            opened += 1
            if accelerators < pool.acceleratorsPerNode { open.append((pool.acceleratorsPerNode - accelerators, workloadClass)) }
            return true
        }
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

    /// What a placement leaves free, the room among it that it keeps for a standby. Larger replicas are taken first, as a plane
    /// packs them.
    init(_ fleet: Fleet, holding decision: PlacementDecision, shortage: NodeShortage = .none) {
        self.init(planes: fleet.planes, shortage: shortage)
        let choices = fleet.workloads.flatMap { workload -> [(Workload.Class, PlacementDecision.Choice)] in
            let placed = decision.placement(of: workload.name)
            return ((placed?.chosen ?? []) + (placed?.passive?.reserved ?? [])).map { (workload.workloadClass, $0) }
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

    /// Whether there is room for one more replica.
    func hasRoom(_ accelerators: Int, for workloadClass: Workload.Class, in key: PoolKey) -> Bool {
        var trial = self
        return trial.take(accelerators, for: workloadClass, from: key)
    }

    /// Takes room for one replica on the fullest node of its class that has it, else on a new node. False when nothing fits.
    mutating func take(_ accelerators: Int, for workloadClass: Workload.Class, from key: PoolKey) -> Bool {
        entries[key]?.take(accelerators, for: workloadClass) ?? false
    }

    /// For how many replicas there is room, counted up to a limit.
    func room(_ accelerators: Int, for workloadClass: Workload.Class, in key: PoolKey, upTo most: Int) -> Int {
        guard var entry = entries[key] else { return 0 }
        var room = 0
        while room < most, entry.take(accelerators, for: workloadClass) { room += 1 }
        return room
    }
}
