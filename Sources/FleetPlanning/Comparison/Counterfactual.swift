/// The same problem with one thing changed, to be planned again: what did that thing cost?
package struct Counterfactual: Equatable, Sendable {
    package enum Change: Equatable, Sendable {
        /// A rule is taken away.
        case withoutRule(String)
        /// Survival of losses for one workload, or for all where it is nil.
        case survive(PlanningProblem.Workload.Survival, workload: String?)
        /// Kept share of every workload that survives losses.
        case keptShare(Double)
        /// Every latency budget times this, failover budgets at least as large.
        case latencyBudget(times: Double)
        case onlyProvider(String)
        case withoutSpot
        /// Owned nodes stay.
        case withoutReserved
    }

    /// Whether the best plan can only get cheaper or only dearer; nil where it could go either way.
    package enum Direction: Equatable, Sendable {
        case relaxes, restricts
    }

    package var change: Change
    package var direction: Direction?
    package var problem: PlanningProblem

    package init(change: Change, direction: Direction?, problem: PlanningProblem) {
        (self.change, self.direction, self.problem) = (change, direction, problem)
    }

    /// "without policy phi", "surviving the loss of any provider": what is different.
    package var words: String {
        switch change {
        case .withoutRule(let rule): "without \(rule)"
        case .survive(let level, let workload):
            switch level {
            case .none: "surviving no loss" + Self.of(workload)
            case .region: "surviving the loss of any region" + Self.of(workload)
            case .provider: "surviving the loss of any provider" + Self.of(workload)
            }
        case .keptShare(let share): "with \(Figure.percent(share)) kept after a loss"
        case .latencyBudget(let times): "with latency budgets \(Figure.decimal(times, places: 2)) times as long"
        case .onlyProvider(let name): "on \(name) alone"
        case .withoutSpot: "without spot"
        case .withoutReserved: "without reserved capacity (owned nodes stay)"
        }
    }

    private static func of(_ workload: String?) -> String { workload.map { " (\($0))" } ?? "" }
}

extension Counterfactual {
    /// Every question a problem can be asked by itself. Rules are grouped by name; see ``ruleQuestions(of:)-PlanningFacts``
    /// where the fleet is known.
    ///
    /// - Parameters:
    ///   - perWorkload: also asks survival of each workload that is not alone.
    package static func questions(
        of problem: PlanningProblem, rules: [Counterfactual]? = nil, perWorkload: Bool = false, keptShares: [Double] = [0.5, 1],
        latencyFactors: [Double] = [1.5]
    ) -> [Counterfactual] {
        var questions = rules ?? ruleQuestions(of: problem)
        for level in PlanningProblem.Workload.Survival.allCases {
            questions += [survival(level, workload: nil, in: problem)].compactMap { $0 }
        }
        if perWorkload, problem.workloads.count > 1 {
            for workload in problem.workloads {
                for level in PlanningProblem.Workload.Survival.allCases {
                    questions += [survival(level, workload: workload.name, in: problem)].compactMap { $0 }
                }
            }
        }
        questions += keptShares.compactMap { keptShare($0, in: problem) }
        questions += latencyFactors.map { latency($0, in: problem) }
        let providers = distinctProviders(problem)
        if providers.count > 1 { questions += providers.map { onlyProvider($0, in: problem) } }
        questions += [without(.spot, in: problem), without(.reserved, in: problem)].compactMap { $0 }
        return questions
    }

    static func distinctProviders(_ problem: PlanningProblem) -> [String] {
        let selling = Set(problem.pools.filter { $0.maxNodes > 0 }.map(\.plane))
        return problem.planes.filter { selling.contains($0.name) }.map(\.provider)
            .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    }

    /// One question for each rule that forbids anything, all its rows taken away together. Where a fleet has several rules for one
    /// plane, only the first is in the problem: taking it away then frees what the next would still forbid, so what is found is an
    /// upper end.
    package static func ruleQuestions(of problem: PlanningProblem) -> [Counterfactual] {
        let names = problem.forbidden.map { ruleName($0.because) }
        var seen = Set<String>()
        return names.filter { seen.insert($0).inserted }.map { name in
            var changed = problem
            changed.forbidden.removeAll { ruleName($0.because) == name }
            return Counterfactual(change: .withoutRule(name), direction: .relaxes, problem: changed)
        }
    }

    /// "policy phi" of "policy phi requires audit full; the plane declares none".
    static func ruleName(_ because: String) -> String {
        for mark in [" allows ", " requires "] {
            if let range = firstRange(of: mark, in: because) { return String(because[..<range]) }
        }
        return because
    }

    private static func firstRange(of mark: String, in text: String) -> String.Index? {
        let (bytes, wanted) = (Array(text.utf8), Array(mark.utf8))
        guard bytes.count >= wanted.count else { return nil }
        for start in 0...(bytes.count - wanted.count) where Array(bytes[start..<start + wanted.count]) == wanted {
            return text.utf8.index(text.startIndex, offsetBy: start)
        }
        return nil
    }

    /// Nil where nothing would change.
    static func survival(
        _ level: PlanningProblem.Workload.Survival, workload: String?, in problem: PlanningProblem
    ) -> Counterfactual? {
        var changed = problem
        var (rises, falls) = (false, false)
        for index in changed.workloads.indices where workload == nil || changed.workloads[index].name == workload {
            let (old, new) = (rank(changed.workloads[index].survive), rank(level))
            rises = rises || new > old
            falls = falls || new < old
            changed.workloads[index].survive = level
        }
        guard changed != problem else { return nil }
        return Counterfactual(
            change: .survive(level, workload: workload), direction: rises == falls ? nil : rises ? .restricts : .relaxes,
            problem: changed)
    }

    /// To survive any provider is to survive any region of it.
    private static func rank(_ level: PlanningProblem.Workload.Survival) -> Int {
        switch level {
        case .none: 0
        case .region: 1
        case .provider: 2
        }
    }

    static func keptShare(_ share: Double, in problem: PlanningProblem) -> Counterfactual? {
        var changed = problem
        var (rises, falls) = (false, false)
        for index in changed.workloads.indices where changed.workloads[index].survive != .none {
            rises = rises || share > changed.workloads[index].keptShare
            falls = falls || share < changed.workloads[index].keptShare
            changed.workloads[index].keptShare = share
        }
        guard changed != problem else { return nil }
        return Counterfactual(
            change: .keptShare(share), direction: rises == falls ? nil : rises ? .restricts : .relaxes, problem: changed)
    }

    static func latency(_ factor: Double, in problem: PlanningProblem) -> Counterfactual {
        var changed = problem
        for index in changed.workloads.indices {
            let budget = changed.workloads[index].latencyBudgetMilliseconds * factor
            changed.workloads[index].latencyBudgetMilliseconds = budget
            changed.workloads[index].failoverLatencyBudgetMilliseconds = max(
                budget, changed.workloads[index].failoverLatencyBudgetMilliseconds)
        }
        for index in changed.demand.indices {
            if let budget = changed.demand[index].latencyBudgetMilliseconds {
                changed.demand[index].latencyBudgetMilliseconds = budget * factor
            }
        }
        return Counterfactual(
            change: .latencyBudget(times: factor), direction: factor >= 1 ? .relaxes : nil, problem: changed)
    }

    static func onlyProvider(_ name: String, in problem: PlanningProblem) -> Counterfactual {
        var changed = problem
        let planes = Set(problem.planes.filter { $0.provider == name }.map(\.name))
        changed.pools.removeAll { !planes.contains($0.plane) }
        return Counterfactual(change: .onlyProvider(name), direction: .restricts, problem: changed)
    }

    /// Nil where the problem has none.
    static func without(_ tier: PlanningProblem.Pool.Tier, in problem: PlanningProblem) -> Counterfactual? {
        var changed = problem
        changed.pools.removeAll { $0.tier == tier && (tier != .reserved || $0.usdPerNodeHour > 0) }
        guard changed.pools.count < problem.pools.count else { return nil }
        return Counterfactual(
            change: tier == .spot ? .withoutSpot : .withoutReserved, direction: .restricts, problem: changed)
    }
}
