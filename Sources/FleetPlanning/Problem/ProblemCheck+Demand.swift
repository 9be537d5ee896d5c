import FleetModel

extension ProblemCheck {
    mutating func collectOrigins() {
        for demand in problem.demand { origins.insert(demand.origin) }
        for trip in problem.rtt { origins.insert(trip.origin) }
        if origins.count > ProblemLimits.origins {
            collector.report(
                "demand", "\(origins.count) different origins are too many",
                accepted: "at most \(ProblemLimits.origins); origins with the same round trips and rules can be one")
        }
    }

    mutating func checkDemand() {
        var seen: Set<Int> = []
        seen.reserveCapacity(problem.demand.count)
        for (position, demand) in problem.demand.enumerated() {
            let path = { Self.row("demand", position) }
            collector.requireName(demand.origin, path().key("origin"))
            collector.require(
                demand.requestsPerSecond, in: 0...ProblemLimits.requestsPerSecond, path().key("requestsPerSecond"),
                accepted: "a rate from 0 to \(plainNumber(ProblemLimits.requestsPerSecond)) requests per second")
            if let budget = demand.latencyBudgetMilliseconds {
                checkMilliseconds(budget, path().key("latencyBudgetMilliseconds"))
            }
            guard let workload = collector.require(demand.workload, in: workloads, path().key("workload")),
                let block = collector.require(demand.block, in: blocks, path().key("block")),
                let origin = origins[demand.origin]
            else { continue }
            if !seen.insert((workload * origins.count + origin) * blocks.count + block).inserted {
                collector.report(
                    path(),
                    "demand of \(quoted(demand.workload)) from \(quoted(demand.origin)) in block \(quoted(demand.block)) is given "
                        + "twice, and whether they add up or one corrects the other cannot be told",
                    accepted: "one entry with the sum, or origins of two names")
            }
        }
    }

    mutating func checkRoundTrips() {
        var seen: Set<Int> = []
        seen.reserveCapacity(problem.rtt.count)
        for (position, trip) in problem.rtt.enumerated() {
            let path = { Self.row("rtt", position) }
            collector.requireName(trip.origin, path().key("origin"))
            checkMilliseconds(trip.milliseconds, path().key("milliseconds"))
            guard let plane = collector.require(trip.plane, in: planes, path().key("plane")), let origin = origins[trip.origin]
            else { continue }
            if !seen.insert(origin * planes.count + plane).inserted {
                collector.report(
                    path(), "the round trip from \(quoted(trip.origin)) to \(quoted(trip.plane)) is given twice",
                    accepted: "one entry for an origin and a plane")
            }
        }
    }

    /// A misspelt rule would be no rule, so every name in one must be known.
    mutating func checkForbidden() {
        for (position, rule) in problem.forbidden.enumerated() {
            let path = { Self.row("forbidden", position) }
            _ = collector.require(rule.workload, in: workloads, path().key("workload"))
            _ = collector.require(rule.origin, in: origins, path().key("origin"))
            _ = collector.require(rule.plane, in: planes, path().key("plane"))
            if rule.because.utf8.count > ProblemLimits.reasonBytes {
                collector.report(
                    path().key("because"), "the reason is too long", accepted: "at most \(ProblemLimits.reasonBytes) bytes")
            }
        }
    }

    mutating func checkBudgets() {
        var names = NameIndex(kind: "budget")
        for (position, budget) in problem.budgets.enumerated() {
            let path = { Self.row("budgets", position) }
            collector.requireName(budget.name, path().key("name"))
            if !names.insert(budget.name).isNew {
                collector.report(
                    path().key("name"), "budget \(quoted(budget.name)) is there already", accepted: "each name once")
            }
            collector.require(
                budget.usdPerHour, in: 0...ProblemLimits.budgetUSDPerHour, path().key("usdPerHour"),
                accepted: "0 to \(plainNumber(ProblemLimits.budgetUSDPerHour)) USD per hour; leave the budget out for no limit")
            if budget.workloads.isEmpty {
                collector.report(path().key("workloads"), "the budget limits no workload", accepted: "at least one workload")
            }
            var members: Set<Int> = []
            for (entry, name) in budget.workloads.enumerated() {
                let place = { path().key("workloads").index(entry) }
                guard let workload = collector.require(name, in: workloads, place()) else { continue }
                if !members.insert(workload).inserted {
                    collector.report(place(), "workload \(quoted(name)) is there already", accepted: "each workload once")
                }
            }
        }
    }

    /// Judges the weight of unserved requests, alone and over all demand.
    mutating func checkObjective() {
        let isWeight = collector.require(
            problem.unmetUSDPerRequest, in: 0...ProblemLimits.usdPerRequest, "unmetUSDPerRequest",
            accepted: "0 to \(plainNumber(ProblemLimits.usdPerRequest)) USD for each request that is not served")
        // Only of numbers that are sound themselves.
        guard isWeight, collector.findings.isEmpty else { return }
        let hours = problem.blocks.map(\.hours)
        let unserved = problem.demand.reduce(0.0) { sum, demand in
            sum + (blocks[demand.block].map { hours[$0] } ?? 0) * 3_600 * demand.requestsPerSecond
        }
        let worst = unserved * problem.unmetUSDPerRequest
        collector.require(
            worst, in: 0...ProblemLimits.objectiveUSD, "unmetUSDPerRequest",
            accepted:
                "a price at which all demand over the horizon, \(plainNumber(unserved.rounded())) requests, counts for at most "
                + "\(plainNumber(ProblemLimits.objectiveUSD)) USD; above that cents are lost in rounding")
    }

    mutating func checkMilliseconds(_ value: Double, _ path: @autoclosure () -> FieldPath) {
        collector.require(
            value, in: 0...ProblemLimits.milliseconds, path(), accepted: "0 to \(plainNumber(ProblemLimits.milliseconds)) ms")
    }
}
