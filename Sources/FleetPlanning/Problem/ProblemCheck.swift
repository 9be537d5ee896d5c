import FleetModel

extension PlanningProblem {
    /// Everything that keeps this from being a problem with an answer: what is absurd, contradictory or too large. Empty for a
    /// problem that can be planned, be there a good plan or not.
    package func problems() -> [ProblemFinding] {
        var check = ProblemCheck(problem: self)
        return check.findings()
    }
}

/// One pass over a problem from strangers: sizes first, then names, then numbers, then what contradicts itself.
struct ProblemCheck {
    let problem: PlanningProblem
    var collector = FindingCollector()
    var blocks = NameIndex(kind: "block")
    var planes = NameIndex(kind: "plane")
    var workloads = NameIndex(kind: "workload")
    /// Of demand, then of round trips.
    var origins = NameIndex(kind: "origin")

    init(problem: PlanningProblem) { self.problem = problem }

    mutating func findings() -> [ProblemFinding] {
        checkSizes()
        guard collector.findings.isEmpty else { return collector.finished() }
        checkBlocks()
        checkPlanes()
        checkPools()
        checkWorkloads()
        collectOrigins()
        checkDemand()
        checkRoundTrips()
        checkForbidden()
        checkBudgets()
        checkObjective()
        return collector.finished()
    }

    private mutating func checkSizes() {
        let sizes: [(name: String, count: Int, limit: Int)] = [
            ("blocks", problem.blocks.count, ProblemLimits.blocks), ("planes", problem.planes.count, ProblemLimits.planes),
            ("pools", problem.pools.count, ProblemLimits.pools),
            ("workloads", problem.workloads.count, ProblemLimits.workloads),
            ("demand", problem.demand.count, ProblemLimits.demandRows),
            ("rtt", problem.rtt.count, ProblemLimits.roundTripRows),
            ("forbidden", problem.forbidden.count, ProblemLimits.forbiddenRows),
            ("budgets", problem.budgets.count, ProblemLimits.budgets),
        ]
        for size in sizes where size.count > size.limit {
            collector.report(
                FieldPath([.key(size.name)]), "\(size.count) entries are too many", accepted: "at most \(size.limit)")
        }
    }

    private mutating func checkBlocks() {
        var horizon = 0.0
        for (position, block) in problem.blocks.enumerated() {
            let path = { Self.row("blocks", position) }
            insert(block.name, into: \.blocks, path().key("name"), list: "blocks")
            let hours = 0.0.nextUp...ProblemLimits.horizonHours
            if collector.require(
                block.hours, in: hours, path().key("hours"),
                accepted: "hours above 0, at most \(plainNumber(ProblemLimits.horizonHours))")
            {
                horizon += block.hours
            }
        }
        collector.require(
            horizon, in: 0...ProblemLimits.horizonHours, "blocks",
            accepted: "blocks of at most \(plainNumber(ProblemLimits.horizonHours)) hours together")
    }

    private mutating func checkPlanes() {
        for (position, plane) in problem.planes.enumerated() {
            let path = { Self.row("planes", position) }
            insert(plane.name, into: \.planes, path().key("name"), list: "planes")
            collector.requireName(plane.provider, path().key("provider"))
            collector.requireName(plane.region, path().key("region"))
            collector.require(
                plane.egressUSDPerGiB, in: 0...ProblemLimits.usdPerGiB, path().key("egressUSDPerGiB"),
                accepted: "a price from 0 to \(plainNumber(ProblemLimits.usdPerGiB)) USD per GiB")
        }
    }

    private mutating func checkPools() {
        var seen: [PoolKey: Int] = [:]
        for (position, pool) in problem.pools.enumerated() {
            let path = { Self.row("pools", position) }
            collector.requireName(pool.name, path().key("name"))
            collector.requireName(pool.accelerator, path().key("accelerator"))
            if let plane = collector.require(pool.plane, in: planes, path().key("plane")) {
                let key = PoolKey(plane: plane, pool: pool.name)
                if let first = seen[key] {
                    collector.report(
                        path().key("name"), "plane \(pool.plane) has pool \(quoted(pool.name)) already in entry \(first)",
                        accepted: "each pool of a plane once")
                } else {
                    seen[key] = position
                }
            }
            collector.require(
                pool.acceleratorsPerNode, in: 1...ProblemLimits.acceleratorsPerNode, path().key("acceleratorsPerNode"),
                accepted: "1 to \(ProblemLimits.acceleratorsPerNode) accelerators")
            collector.require(
                pool.usdPerNodeHour, in: 0...ProblemLimits.usdPerNodeHour, path().key("usdPerNodeHour"),
                accepted: "a price from 0 to \(plainNumber(ProblemLimits.usdPerNodeHour)) USD per hour; leave the pool out where "
                    + "its price is not known")
            collector.require(
                pool.maxNodes, in: 0...ProblemLimits.nodes, path().key("maxNodes"), accepted: "0 to \(ProblemLimits.nodes) nodes")
            collector.require(
                pool.interruptionsPerNodeHour, in: 0...ProblemLimits.interruptionsPerNodeHour,
                path().key("interruptionsPerNodeHour"),
                accepted: "0 to \(plainNumber(ProblemLimits.interruptionsPerNodeHour)) expected reclaims of one node per hour")
            collector.require(
                pool.replacementHours, in: 0...ProblemLimits.replacementHours, path().key("replacementHours"),
                accepted: "0 to \(plainNumber(ProblemLimits.replacementHours)) hours")
        }
    }

    private struct PoolKey: Hashable {
        let plane: Int
        let pool: String
    }

    /// Adds a name to its index and reports one that is there already.
    mutating func insert(
        _ name: String, into index: WritableKeyPath<ProblemCheck, NameIndex>, _ path: @autoclosure () -> FieldPath, list: String
    ) {
        collector.requireName(name, path())
        let (first, isNew) = self[keyPath: index].insert(name)
        if !isNew {
            let kind = self[keyPath: index].kind
            collector.report(
                path(), "\(kind) \(quoted(name)) is already entry \(first) of \(list)", accepted: "each name once")
        }
    }

    static func row(_ list: String, _ position: Int) -> FieldPath { FieldPath([.key(list), .index(position)]) }
}
