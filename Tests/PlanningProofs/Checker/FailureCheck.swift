import FleetPlanning

/// Constraint 6: what each loss leaves, by a maximum flow over the replicas that were bought, for every workload that is to
/// survive it.
struct FailureCheck {
    let ledger: PlanLedger
    let measure: Measure

    private var problem: PlanningProblem { ledger.problem }

    /// A loss, and which pools it leaves.
    struct Loss {
        let name: String
        let isLeft: [Bool]
    }

    func findings() -> [String] {
        var findings: [String] = []
        var rows: [[String]: Plan.Scenario] = [:]
        for row in ledger.plan.scenarios {
            let what = "\(row.lost) for \(row.workload) in \(row.block)"
            guard let who = ledger.workload[row.workload], ledger.block[row.block] != nil,
                Self.losses(for: problem.workloads[who].survive, of: problem).contains(where: { $0.name == row.lost })
            else {
                findings.append("name: scenario \(what)")
                continue
            }
            if rows.updateValue(row, forKey: [row.workload, row.lost, row.block]) != nil {
                findings.append("duplicate: scenario \(what)")
            }
        }
        for (who, workload) in problem.workloads.enumerated() {
            let losses = Self.losses(for: workload.survive, of: problem)
            for (when, block) in problem.blocks.enumerated() {
                let wants = ledger.wants(of: who, in: when)
                findings += unprotectedRows(wants, workload, block, losses)
                for loss in losses {
                    let row = rows[[workload.name, loss.name, block.name]]
                    findings += check(loss, who, when, wants, row)
                }
            }
        }
        return findings
    }

    /// Survive a region: each region, and each provider's spot. Survive a provider: each provider, and each provider's spot.
    static func losses(for survival: PlanningProblem.Workload.Survival, of problem: PlanningProblem) -> [Loss] {
        let planes = Dictionary(problem.planes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var losses: [Loss] = []
        func add(_ name: String, isLost: (PlanningProblem.Plane, PlanningProblem.Pool) -> Bool) {
            guard !losses.contains(where: { $0.name == name }) else { return }
            let isLeft = problem.pools.map { pool in planes[pool.plane].map { !isLost($0, pool) } ?? false }
            losses.append(Loss(name: name, isLeft: isLeft))
        }
        switch survival {
        case .none: return []
        case .region:
            for lost in problem.planes {
                add("region:\(lost.provider)/\(lost.region)") { plane, _ in
                    plane.provider == lost.provider && plane.region == lost.region
                }
            }
        case .provider:
            for lost in problem.planes { add("provider:\(lost.provider)") { plane, _ in plane.provider == lost.provider } }
        }
        for lost in problem.planes {
            add("spot:\(lost.provider)") { plane, pool in plane.provider == lost.provider && pool.tier == .spot }
        }
        return losses
    }

    private func check(
        _ loss: Loss, _ who: Int, _ when: Int, _ wants: [PlanLedger.Want], _ row: Plan.Scenario?
    ) -> [String] {
        let workload = problem.workloads[who]
        let what = "\(loss.name) for \(workload.name) in \(problem.blocks[when].name)"
        let capacity = problem.planes.indices.map { plane in
            ledger.capacity(who, plane: plane, block: when) { loss.isLeft[$0] }
        }
        let reach = wants.map { self.reach(of: $0, who) }
        let isAllowed = reach.map { $0.map { $0 != nil } }
        let served = wants.map(ledger.served)
        let needed = zip(wants, served).map { want, served in
            let unprotected = ledger.unprotected[want]
            let isCounted = unprotected?.lost.contains(loss.name) ?? false
            return max(0, workload.keptShare * served - (isCounted ? unprotected?.requestsPerSecond ?? 0 : 0))
        }
        var findings: [String] = []
        let kept = Transport(supply: needed, capacity: capacity, isAllowed: isAllowed).amount
        let total = needed.reduce(0, +)
        if !measure.isAtMost(total, kept) {
            findings.append("scenario: \(what): \(kept) of \(total) req/s that must stay served can be")
        }
        let isListed = wants.contains { ledger.unprotected[$0]?.lost.contains(loss.name) ?? false }
        if isListed, keepsShare(after: loss, who, when) {
            findings.append("unprotected: \(what): listed, but all of the kept share stays served")
        }
        let before = served.reduce(0, +)
        guard let row else {
            let isTouched = problem.pools.indices.contains { !loss.isLeft[$0] && ledger.replicas[who][$0][when] > 0 }
            if isTouched, before > measure.tolerance { findings.append("scenario: \(what): not listed") }
            return findings
        }
        return findings + self.row(row, what, served: served, capacity: capacity, reach: reach)
    }

    /// The share is the most that can be served after the loss; the worst round trip is one of an arc within the failover budget,
    /// and the share can be had without going further.
    private func row(
        _ row: Plan.Scenario, _ what: String, served: [Double], capacity: [Double], reach: [[Double?]]
    ) -> [String] {
        let before = served.reduce(0, +)
        let most = Transport(supply: served, capacity: capacity, isAllowed: reach.map { $0.map { $0 != nil } }).amount
        guard before > measure.tolerance else {
            return (0...1).contains(row.servedShare) && row.worstRTTMilliseconds >= 0 ? [] : ["scenario: \(what): \(row)"]
        }
        var findings: [String] = []
        if !measure.areEqual(row.servedShare, most / before) {
            findings.append("scenario: \(what): share \(row.servedShare) stated, \(most / before) found")
        }
        if most <= measure.tolerance {
            if row.worstRTTMilliseconds != 0 { findings.append("scenario: \(what): a round trip, but nothing is served") }
            return findings
        }
        let isArc = served.indices.contains { origin in
            served[origin] > 0
                && capacity.indices.contains { plane in
                    capacity[plane] > 0 && reach[origin][plane].map { measure.areEqual($0, row.worstRTTMilliseconds) } ?? false
                }
        }
        let limit = row.worstRTTMilliseconds + measure.slack(row.worstRTTMilliseconds, 0)
        let near = Transport(
            supply: served, capacity: capacity, isAllowed: reach.map { $0.map { $0.map { $0 <= limit } ?? false } }
        ).amount
        if !isArc || !measure.isAtMost(most, near) {
            findings.append("scenario: \(what): worst round trip \(row.worstRTTMilliseconds) ms cannot be")
        }
        return findings
    }

    /// Whether all of the kept share can be served after a loss.
    func keepsShare(after loss: Loss, _ who: Int, _ when: Int) -> Bool {
        let wants = ledger.wants(of: who, in: when)
        let needed = wants.map { problem.workloads[who].keptShare * ledger.served($0) }
        let capacity = problem.planes.indices.map { plane in
            ledger.capacity(who, plane: plane, block: when) { loss.isLeft[$0] }
        }
        let isAllowed = wants.map { self.reach(of: $0, who).map { $0 != nil } }
        let kept = Transport(supply: needed, capacity: capacity, isAllowed: isAllowed).amount
        return measure.isAtMost(needed.reduce(0, +), kept)
    }

    /// The share a loss leaves served, and the least worst round trip that gives it; nil where nothing was served before.
    func left(by loss: Loss, _ who: Int, _ when: Int) -> (share: Double, worst: Double)? {
        let wants = ledger.wants(of: who, in: when)
        let served = wants.map(ledger.served)
        let before = served.reduce(0, +)
        guard before > measure.tolerance else { return nil }
        let capacity = problem.planes.indices.map { plane in
            ledger.capacity(who, plane: plane, block: when) { loss.isLeft[$0] }
        }
        let reach = wants.map { self.reach(of: $0, who) }
        func most(within limit: Double) -> Double {
            Transport(
                supply: served, capacity: capacity, isAllowed: reach.map { $0.map { $0.map { $0 <= limit } ?? false } }
            ).amount
        }
        let all = most(within: .infinity)
        guard all > measure.tolerance else { return (0, 0) }
        let used = served.indices.flatMap { origin in
            capacity.indices.compactMap { served[origin] > 0 && capacity[$0] > 0 ? reach[origin][$0] : nil }
        }
        let worst = used.sorted().first { measure.isAtMost(all, most(within: $0)) }
        return (all / before, worst ?? 0)
    }

    /// Round trips by plane where a loss lets this demand go; nil where it may not.
    private func reach(of want: PlanLedger.Want, _ who: Int) -> [Double?] {
        let workload = problem.workloads[who]
        let own = ledger.demand[want]?.latencyBudgetMilliseconds
        let budget = max(workload.failoverLatencyBudgetMilliseconds, own ?? workload.latencyBudgetMilliseconds)
        return problem.planes.indices.map { plane in
            guard !ledger.isForbidden(who, want.origin, plane), let milliseconds = ledger.roundTrip(want.origin, plane),
                milliseconds <= budget
            else { return nil }
            return milliseconds
        }
    }

    private func unprotectedRows(
        _ wants: [PlanLedger.Want], _ workload: PlanningProblem.Workload, _ block: PlanningProblem.Block, _ losses: [Loss]
    ) -> [String] {
        var findings: [String] = []
        for want in wants {
            guard let row = ledger.unprotected[want] else { continue }
            let what = "\(workload.name) from \(want.origin) in \(block.name)"
            if row.lost.isEmpty || Set(row.lost).count < row.lost.count
                || !row.lost.allSatisfy({ name in losses.contains { $0.name == name } })
            {
                findings.append("unprotected: \(what): losses \(row.lost)")
            }
            if !measure.isAtMost(row.requestsPerSecond, workload.keptShare * ledger.served(want)) {
                findings.append("unprotected: \(what): \(row.requestsPerSecond) req/s is more than was to be kept")
            }
        }
        return findings
    }
}
