package import FleetPlanning

/// The optimum by trying every purchase: for problems of `RandomFleets.Size.enumerable`, to check the direct formulation itself.
///
/// What flows, is unmet and unprotected for given replicas is not found by a linear program but from cuts: what a set of origins
/// can be served is at most the capacity they reach, and with at most two origins there are three such sets (Gale's condition,
/// and for the unprotected amounts the least point above a supermodular function of two elements).
package struct BruteForce {
    /// Over workloads and blocks.
    package private(set) var missingReplicas = Int.max
    package private(set) var objectiveUSD = Double.infinity

    private let problem: PlanningProblem
    /// Lookups of the problem; its plan is empty.
    private let given: PlanLedger
    /// Pools a workload can run on, as (workload, pool).
    private let places: [(who: Int, at: Int)]
    private let reserved: [Int]

    /// What some replicas in one block need and cost.
    private struct Choice {
        var missing: Int
        /// Without reserved nodes.
        var usd: Double
        /// Nodes by reserved pool, in the order of `reserved`.
        var reserved: [Int]
    }

    /// - Returns: nil where some block has more than two origins for a workload, or two and egress: not enumerable.
    package init?(_ problem: PlanningProblem) {
        self.problem = problem
        let given = PlanLedger(problem, Plan(horizonHours: 0))
        self.given = given
        places = problem.workloads.indices.flatMap { who in
            problem.pools.indices.compactMap { given.canRun(who, $0) ? (who, $0) : nil }
        }
        reserved = problem.pools.indices.filter { problem.pools[$0].tier == .reserved }
        for (who, workload) in problem.workloads.enumerated() {
            for when in problem.blocks.indices {
                let origins = given.wants(of: who, in: when).count
                if origins > 2 || (origins == 2 && workload.egressGiBPerRequest > 0) { return nil }
            }
        }
        let choices = problem.blocks.indices.map { self.choices(in: $0) }
        let hours = problem.blocks.reduce(0) { $0 + $1.hours }
        for purchase in Self.counts(upTo: reserved.map { problem.pools[$0].maxNodes }) {
            var missing = 0
            var usd = zip(purchase, reserved).reduce(0) { $0 + Double($1.0) * problem.pools[$1.1].usdPerNodeHour * hours }
            var isPossible = true
            for block in choices {
                let possible = block.filter { zip($0.reserved, purchase).allSatisfy(<=) }
                guard let best = possible.min(by: { ($0.missing, $0.usd) < ($1.missing, $1.usd) }) else {
                    isPossible = false
                    break
                }
                missing += best.missing
                usd += best.usd
            }
            if isPossible, (missing, usd) < (missingReplicas, objectiveUSD) { (missingReplicas, objectiveUSD) = (missing, usd) }
        }
    }

    /// Every list of counts from zero to the limits.
    private static func counts(upTo limits: [Int]) -> [[Int]] {
        limits.reduce([[]]) { lists, limit in lists.flatMap { list in (0...max(0, limit)).map { list + [$0] } } }
    }

    private func size(_ place: (who: Int, at: Int)) -> Int {
        problem.workloads[place.who].profile[problem.pools[place.at].accelerator]?.acceleratorsPerReplica ?? 0
    }

    private func choices(in when: Int) -> [Choice] {
        let limits = places.map { place in
            let pool = problem.pools[place.at]
            return pool.maxNodes * (pool.acceleratorsPerNode / size(place))
        }
        var leastNodes: [[Int]: Int] = [:]
        var service: [[Int]: Double] = [:]
        return Self.counts(upTo: limits).compactMap { counts in
            guard keepsSpotShare(counts), keepsBudgets(counts) else { return nil }
            var choice = Choice(missing: 0, usd: 0, reserved: [])
            for (at, pool) in problem.pools.enumerated() {
                let here = places.indices.filter { places[$0].at == at }
                let key = [at] + here.map { counts[$0] }
                let items = here.map { NodePacking.Items(size: size(places[$0]), count: counts[$0]) }
                let nodes = leastNodes[key] ?? NodePacking.leastNodes(items, capacity: pool.acceleratorsPerNode) ?? .max
                leastNodes[key] = nodes
                guard nodes <= pool.maxNodes else { return nil }
                if pool.tier == .reserved {
                    choice.reserved.append(nodes)
                } else {
                    choice.usd += Double(nodes) * pool.usdPerNodeHour * problem.blocks[when].hours
                }
            }
            for (who, workload) in problem.workloads.enumerated() {
                let mine = places.indices.filter { places[$0].who == who }
                choice.missing += max(0, workload.minReplicas - mine.reduce(0) { $0 + counts[$1] })
                let key = [who] + mine.map { counts[$0] }
                let usd = service[key] ?? serviceUSD(who, when, counts)
                service[key] = usd
                choice.usd += usd
            }
            return choice
        }
    }

    private func keepsSpotShare(_ counts: [Int]) -> Bool {
        problem.workloads.indices.allSatisfy { who in
            let rates = places.indices.filter { places[$0].who == who }.map { index in
                let rate = Double(counts[index]) * (given.throughput(who, places[index].at) ?? 0)
                return (rate: rate, isSpot: problem.pools[places[index].at].tier == .spot)
            }
            let spot = rates.reduce(0) { $0 + ($1.isSpot ? $1.rate : 0) }
            return spot <= problem.workloads[who].maxSpotShare * rates.reduce(0) { $0 + $1.rate } + 1e-9
        }
    }

    private func keepsBudgets(_ counts: [Int]) -> Bool {
        problem.budgets.allSatisfy { budget in
            let spent = places.indices.reduce(0) { sum, index in
                guard budget.workloads.contains(problem.workloads[places[index].who].name) else { return sum }
                let pool = problem.pools[places[index].at]
                return sum + pool.usdPerNodeHour * Double(size(places[index]) * counts[index]) / Double(pool.acceleratorsPerNode)
            }
            return spent <= budget.usdPerHour + 1e-9
        }
    }

    // MARK: Given the replicas

    private func serviceUSD(_ who: Int, _ when: Int, _ counts: [Int]) -> Double {
        let wants = given.wants(of: who, in: when)
        let usd =
            switch wants.count {
            case 0: 0.0
            case 1: oneOrigin(wants[0], counts)
            default: twoOrigins(wants[0], wants[1], counts)
            }
        return usd * 3_600 * problem.blocks[when].hours
    }

    private func capacity(_ who: Int, _ counts: [Int], plane: Int, isLeft: (Int) -> Bool = { _ in true }) -> Double {
        places.indices.reduce(0) { sum, index in
            let place = places[index]
            guard place.who == who, given.planeOfPool[place.at] == plane, isLeft(place.at) else { return sum }
            return sum + Double(counts[index]) * (given.throughput(who, place.at) ?? 0)
        }
    }

    /// Planes a demand may use: usually, or after a loss.
    private func reach(_ want: PlanLedger.Want, afterLoss: Bool) -> Set<Int> {
        let workload = problem.workloads[want.workload]
        let own = given.demand[want]?.latencyBudgetMilliseconds ?? workload.latencyBudgetMilliseconds
        let budget = afterLoss ? max(own, workload.failoverLatencyBudgetMilliseconds) : own
        return Set(
            problem.planes.indices.filter { plane in
                !given.isForbidden(want.workload, want.origin, plane)
                    && given.roundTrip(want.origin, plane).map { $0 <= budget } ?? false
            })
    }

    /// For each loss, what is left of the capacity on some planes.
    private func left(_ who: Int, _ counts: [Int], on planes: Set<Int>) -> [Double] {
        FailureCheck.losses(for: problem.workloads[who].survive, of: problem).map { loss in
            planes.sorted().reduce(0) { $0 + capacity(who, counts, plane: $1) { loss.isLeft[$0] } }
        }
    }

    /// Dollars per second. The cost is piecewise linear in what is served: its least value is at a bend or an end.
    private func oneOrigin(_ want: PlanLedger.Want, _ counts: [Int]) -> Double {
        let (who, wanted) = (want.workload, given.wanted(want))
        let workload = problem.workloads[who]
        let offers = reach(want, afterLoss: false).map { plane in
            (
                usd: problem.planes[plane].egressUSDPerGiB * workload.egressGiBPerRequest,
                amount: workload.targetUtilization * capacity(who, counts, plane: plane)
            )
        }.sorted { $0.usd < $1.usd }
        let kept = left(who, counts, on: reach(want, afterLoss: true))
        let most = min(wanted, offers.reduce(0) { $0 + $1.amount })
        var bends = [0, most]
        var filled = 0.0
        for offer in offers {
            filled += offer.amount
            bends.append(min(most, filled))
        }
        if workload.keptShare > 0 { bends += kept.map { min(most, $0 / workload.keptShare) } }
        return bends.map { served in
            var (rest, egress) = (served, 0.0)
            for offer in offers {
                let amount = min(rest, offer.amount)
                egress += amount * offer.usd
                rest -= amount
            }
            let unprotected = kept.map { max(0, workload.keptShare * served - $0) }.max() ?? 0
            return egress + problem.unmetUSDPerRequest * (wanted - served + 0.1 * unprotected)
        }.min() ?? 0
    }

    /// Dollars per second, without egress: an unserved request costs ten times an unprotected one, so as many are served as can
    /// be, and what is left to choose is how they are split between the two origins.
    private func twoOrigins(_ first: PlanLedger.Want, _ second: PlanLedger.Want, _ counts: [Int]) -> Double {
        let who = first.workload
        let workload = problem.workloads[who]
        func reached(_ planes: Set<Int>) -> Double {
            workload.targetUtilization * planes.sorted().reduce(0) { $0 + capacity(who, counts, plane: $1) }
        }
        let near = (reach(first, afterLoss: false), reach(second, afterLoss: false))
        let most = (min(given.wanted(first), reached(near.0)), min(given.wanted(second), reached(near.1)))
        let served = min(most.0 + most.1, reached(near.0.union(near.1)))
        let far = (reach(first, afterLoss: true), reach(second, afterLoss: true))
        let left = (
            left(who, counts, on: far.0).min() ?? .infinity, left(who, counts, on: far.1).min() ?? .infinity,
            left(who, counts, on: far.0.union(far.1)).min() ?? .infinity
        )
        let share = workload.keptShare
        let range = (served - most.1)...max(served - most.1, most.0)
        var bends = [range.lowerBound, range.upperBound]
        if share > 0 {
            bends += [left.0 / share, served - left.1 / share].filter(\.isFinite)
                .map { min(max($0, range.lowerBound), range.upperBound) }
        }
        let unprotected =
            bends.map { bend in
                let alone = max(0, share * bend - left.0) + max(0, share * (served - bend) - left.1)
                return max(alone, share * served - left.2)
            }.min() ?? 0
        let wanted = given.wanted(first) + given.wanted(second)
        return problem.unmetUSDPerRequest * (wanted - served + 0.1 * max(0, unprotected))
    }
}
