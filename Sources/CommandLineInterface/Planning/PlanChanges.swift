import FleetModel
import FleetPlanning

/// Replicas of one workload in one pool, as they are now.
package struct RunningReplicas: Hashable, Sendable {
    package var workload: String
    package var plane: String
    package var pool: String
    package var count: Int

    package init(workload: String, plane: String, pool: String, count: Int) {
        (self.workload, self.plane, self.pool, self.count) = (workload, plane, pool, count)
    }
}

/// What a plan would change now: replicas by workload and pool, nodes by pool, and their cost.
package struct PlanChanges: Equatable, Sendable, Codable {
    package enum Mark: String, Sendable, Codable {
        case add, change, remove
        case keep
    }

    package struct Replicas: Equatable, Sendable, Codable {
        package var workload: String
        package var plane: String
        package var pool: String
        package var before: Int
        package var after: Int
        package var mark: Mark
    }

    package struct Nodes: Equatable, Sendable, Codable {
        package var plane: String
        package var pool: String
        package var before: Int
        package var after: Int
        package var mark: Mark
        /// Of the change, US dollars per hour; nil where the price is not known.
        package var addedUSDPerHour: Double?
    }

    /// The block of the plan that holds now.
    package var block: String
    package var replicas: [Replicas]
    package var nodes: [Nodes]
    /// Of all nodes whose price is known, US dollars per hour: those that what runs now occupies, and those the plan wants in
    /// the block.
    package var beforeUSDPerHour: Double
    package var afterUSDPerHour: Double
    /// What the plan's nodes cost on average over its blocks, US dollars per hour.
    package var averageUSDPerHour: Double

    /// - Parameters:
    ///   - hour: of the week, UTC; 0 is Monday 00:00.
    ///   - running: what runs now, each workload and pool once.
    /// - Returns: nil for a plan that says no hours.
    package init?(_ planned: PlannedFleet, hourOfWeekUTC hour: Int, running: [RunningReplicas]) {
        guard let hours = planned.origin?.hours, !hours.isEmpty else { return nil }
        let position = hours[HourOfWeek.wrapped(hour) % hours.count]
        guard planned.problem.blocks.indices.contains(position) else { return nil }
        let figures = PlanFigures(planned)
        var after: [PlanFigures.RunKey: Int] = [:]
        for (key, counts) in figures.replicas { after[key] = counts[position] }
        var before: [PlanFigures.RunKey: Int] = [:]
        for run in running {
            let place = PlanFigures.PoolKey(plane: run.plane, pool: run.pool)
            before[PlanFigures.RunKey(workload: run.workload, place: place), default: 0] += max(0, run.count)
        }
        block = planned.problem.blocks[position].name
        replicas = Set(before.keys).union(after.keys).compactMap { key -> Replicas? in
            let (old, new) = (before[key] ?? 0, after[key] ?? 0)
            guard old > 0 || new > 0 else { return nil }
            return Replicas(
                workload: key.workload, plane: key.place.plane, pool: key.place.pool, before: old, after: new,
                mark: Self.mark(old, new))
        }.sorted { ($0.workload, $0.plane, $0.pool) < ($1.workload, $1.plane, $1.pool) }
        let occupied = Self.nodes(before, planned.problem)
        let wanted = figures.nodes.mapValues { $0[position] }
        let pools = Dictionary(
            planned.problem.pools.map { (PlanFigures.PoolKey(plane: $0.plane, pool: $0.name), $0) },
            uniquingKeysWith: { first, _ in first })
        nodes = Set(occupied.keys).union(wanted.keys).compactMap { key -> Nodes? in
            let (old, new) = (occupied[key] ?? 0, wanted[key] ?? 0)
            guard old > 0 || new > 0 else { return nil }
            return Nodes(
                plane: key.plane, pool: key.pool, before: old, after: new, mark: Self.mark(old, new),
                addedUSDPerHour: pools[key].map { Double(new - old) * $0.usdPerNodeHour })
        }.sorted { ($0.plane, $0.pool) < ($1.plane, $1.pool) }
        func cost(_ counts: [PlanFigures.PoolKey: Int]) -> Double {
            counts.sorted { ($0.key.plane, $0.key.pool) < ($1.key.plane, $1.key.pool) }.reduce(0) { sum, entry in
                sum + Double(entry.value) * (pools[entry.key]?.usdPerNodeHour ?? 0)
            }
        }
        beforeUSDPerHour = cost(occupied)
        afterUSDPerHour = cost(wanted)
        averageUSDPerHour = planned.plan.horizonHours > 0 ? planned.plan.cost.computeUSD / planned.plan.horizonHours : 0
    }

    private static func mark(_ before: Int, _ after: Int) -> Mark {
        if before == after { return .keep }
        return before == 0 ? .add : after == 0 ? .remove : .change
    }

    /// Nodes that replicas occupy when the largest are packed first, as planes pack them. A replica of unknown size takes a node.
    private static func nodes(
        _ counts: [PlanFigures.RunKey: Int], _ problem: PlanningProblem
    ) -> [PlanFigures.PoolKey: Int] {
        let workloads = Dictionary(problem.workloads.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let pools = Dictionary(
            problem.pools.map { (PlanFigures.PoolKey(plane: $0.plane, pool: $0.name), $0) },
            uniquingKeysWith: { first, _ in first })
        var sizes: [PlanFigures.PoolKey: [Int]] = [:]
        for (key, count) in counts where count > 0 {
            let pool = pools[key.place]
            let profile = pool.flatMap { workloads[key.workload]?.profile[$0.accelerator] }
            let size = profile?.acceleratorsPerReplica ?? pool?.acceleratorsPerNode ?? 1
            sizes[key.place, default: []] += [Int](repeating: size, count: count)
        }
        var nodes: [PlanFigures.PoolKey: Int] = [:]
        for (place, sizes) in sizes {
            let capacity = pools[place]?.acceleratorsPerNode ?? 1
            var free: [Int] = []
            for size in sizes.sorted(by: >) {
                if let node = free.firstIndex(where: { $0 >= size }) { free[node] -= size } else { free.append(capacity - size) }
            }
            nodes[place] = free.count
        }
        return nodes
    }
}
