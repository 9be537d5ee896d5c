package import FleetPlanning
import SeededCases

/// Planning problems from a seed, with every feature of the problem switched on now and then.
package enum RandomFleets {
    package enum Size: String, CaseIterable, Sendable {
        /// Small enough to enumerate every purchase: at most two origins, and egress only with one of them.
        case enumerable
        /// 2 planes, up to 2 workloads and 2 blocks.
        case tiny
        /// Up to 4 planes, 3 workloads, 4 origins, 3 blocks.
        case small
        /// Up to 8 planes, 5 workloads, 6 origins, 4 blocks.
        case medium

        var limits: (planes: Int, pools: Int, workloads: Int, origins: Int, blocks: Int, nodes: Int) {
            switch self {
            case .enumerable: (2, 1, 2, 2, 2, 2)
            case .tiny: (2, 2, 2, 3, 2, 4)
            case .small: (4, 2, 3, 4, 3, 8)
            case .medium: (8, 3, 5, 6, 4, 40)
            }
        }
    }

    package static func problem(seed: UInt64, size: Size) -> PlanningProblem {
        var dice = Dice(seed: seed, size: size)
        return dice.problem()
    }

    /// The same problem with another plane, as good as any: another pool a workload could use, near everybody.
    package static func addingPlane(to problem: PlanningProblem, seed: UInt64) -> PlanningProblem {
        var random = SeededGenerator(seed: seed)
        var problem = problem
        let accelerators = Set(problem.workloads.flatMap { $0.profile.keys }).sorted()
        guard !accelerators.isEmpty else { return problem }
        problem.planes.append(.init(name: "added", provider: "added", region: "r0", egressUSDPerGiB: 0.01))
        problem.pools.append(
            .init(
                plane: "added", name: "any", accelerator: random.pick(accelerators), acceleratorsPerNode: 8, tier: .onDemand,
                usdPerNodeHour: Double(random.next(in: 2...20)), maxNodes: random.next(in: 1...4)))
        for origin in Set(problem.demand.map(\.origin)).sorted() {
            problem.rtt.append(.init(origin: origin, plane: "added", milliseconds: Double(random.next(in: 5...60))))
        }
        return problem
    }

    /// The same problem under a tighter rule: one more arc forbidden, or less latency, less spot, less quota, more to keep.
    package static func tightening(_ problem: PlanningProblem, seed: UInt64) -> PlanningProblem {
        var random = SeededGenerator(seed: seed)
        var problem = problem
        guard !problem.demand.isEmpty, !problem.planes.isEmpty, !problem.pools.isEmpty else { return problem }
        let who = random.below(problem.workloads.count)
        switch random.below(6) {
        case 0, 1:
            let row = random.pick(problem.demand)
            problem.forbidden.append(
                .init(workload: row.workload, origin: row.origin, plane: random.pick(problem.planes).name, because: "tightened"))
        case 2:
            problem.workloads[who].latencyBudgetMilliseconds *= 0.6
            problem.workloads[who].failoverLatencyBudgetMilliseconds *= 0.6
        case 3: problem.workloads[who].maxSpotShare *= 0.5
        case 4: problem.pools[random.below(problem.pools.count)].maxNodes /= 2
        default: problem.workloads[who].targetUtilization *= 0.8
        }
        return problem
    }

    /// The same problem with every list in another order.
    package static func shuffled(_ problem: PlanningProblem, seed: UInt64) -> PlanningProblem {
        var random = SeededGenerator(seed: seed)
        var problem = problem
        problem.blocks.shuffle(using: &random)
        problem.planes.shuffle(using: &random)
        problem.pools.shuffle(using: &random)
        problem.workloads.shuffle(using: &random)
        problem.demand.shuffle(using: &random)
        problem.rtt.shuffle(using: &random)
        problem.forbidden.shuffle(using: &random)
        problem.budgets.shuffle(using: &random)
        return problem
    }
}
