/// Expected availability of every workload of a plan, from which combinations of failures its capacity outlasts.
///
/// A domain is a region or a provider; it fails with probability q, its unavailability. With D the domains under a workload,
///
///     kept = Σ over S ⊆ D of Π_{i ∈ S} q_i · Π_{i ∉ S} (1 − q_i) · P(δ · demand can be served | S failed)
///
/// over sets S of at most so many domains as ``Limits/evaluations`` allows; the probability of larger sets is the distance between the two ends
/// of the interval. After S failed, what is left serves whom it may reach within the failover budget by rules and round trips (largest
/// flow, spot nodes all there), and enough spot nodes must be there: each with probability 1 / (1 + ρ · replacement time),
/// binomially. Blocks count by their hours.
///
/// Independent: regions, providers and spot nodes fail independently of each other. Correlated, the beta-factor model (K. N. Fleming 1975): of
/// the unavailability q of a region a part β · q is common to all regions of its provider, which fail together with probability β · max q
/// of them; of the unavailability of providers likewise a part is common to all; the rest is independent. All spot nodes of a provider
/// are there or gone at once.
package struct AvailabilityArithmetic: Sendable {
    private let tables: ProblemTables
    private let plan: PlanTables
    private let assumptions: AvailabilityAssumptions

    package enum Limits {
        /// Largest number of flows computed for one workload: sets of failures by blocks that differ.
        static let evaluations = 20_000
        /// More failures at once than this are not looked at however few the domains.
        static let failuresAtOnce = 4
        static let breakingOutages = 5
    }

    package init(problem: PlanningProblem, plan: Plan, assumptions: AvailabilityAssumptions) {
        tables = ProblemTables(problem)
        self.plan = PlanTables(plan, tables: tables)
        self.assumptions = assumptions
    }

    /// For every workload with demand that is served, in the problem's order.
    package func estimates() -> [AvailabilityEstimate] {
        tables.problem.workloads.indices.compactMap { index in
            let view = WorkloadView(index: index, tables: tables, plan: plan)
            guard view.served.contains(where: { $0 > 0 }) else { return nil }
            let blocks = ServiceBlock.distinct(view)
            let domains = FailureDomains(view: view, assumptions: assumptions)
            let independent = figures(view, blocks, domains.independent, together: false)
            let correlated = figures(view, blocks, domains.correlated, together: true)
            return AvailabilityEstimate(
                workload: view.workload.name, keptShare: view.workload.keptShare, independent: independent,
                correlated: correlated, breakingOutages: breaking(view, blocks, domains.independent))
        }
    }

    private func figures(
        _ view: WorkloadView, _ blocks: [ServiceBlock], _ domains: [FailureDomains.Domain], together: Bool
    ) -> AvailabilityEstimate.Figures {
        let depth = Self.depth(domains: domains.count, blocks: blocks.count)
        let hours = blocks.reduce(0) { $0 + $1.hours }
        let asked = blocks.reduce(0) { $0 + $1.hours * $1.asked }
        var (kept, served, seen) = (0.0, 0.0, 0.0)
        var evaluators = blocks.map { ServiceState(view: view, block: $0, together: together) }
        FailureDomains.subsets(of: domains, upTo: depth) { _, lost, probability in
            seen += probability
            var anything = false
            for index in evaluators.indices {
                let state = evaluators[index].after(losing: lost)
                if hours > 0 { kept += probability * state.kept * blocks[index].hours / hours }
                if asked > 0 { served += probability * state.served * blocks[index].hours / asked }
                anything = anything || state.served > 0
            }
            return anything
        } skipped: { probability in
            seen += probability
        }
        let unseen = max(0, 1 - seen)
        return AvailabilityEstimate.Figures(
            kept: .init(low: min(1, kept), high: min(1, kept + unseen)),
            served: .init(low: min(1, served), high: min(1, served + unseen)))
    }

    package static func depth(domains: Int, blocks: Int) -> Int {
        var (depth, sets, layer) = (0, 1.0, 1.0)
        while depth < min(Limits.failuresAtOnce, domains) {
            layer *= Double(domains - depth) / Double(depth + 1)
            sets += layer
            if sets * Double(max(1, blocks)) > Double(Limits.evaluations), depth >= 1 { break }
            depth += 1
        }
        return depth
    }

    private func breaking(
        _ view: WorkloadView, _ blocks: [ServiceBlock], _ domains: [FailureDomains.Domain]
    ) -> [AvailabilityEstimate.Outage] {
        guard let busiest = blocks.max(by: { $0.demand < $1.demand }), busiest.demand > 0 else { return [] }
        let state = ServiceState(view: view, block: busiest, together: false)
        var outages: [(set: [Int], outage: AvailabilityEstimate.Outage)] = []
        FailureDomains.subsets(of: domains, upTo: min(2, domains.count)) { set, lost, _ in
            let left = state.mostServable(losing: lost)
            guard left.kept < view.workload.keptShare * busiest.demand * (1 - 1e-9) else { return true }
            let probability = set.reduce(1) { $0 * domains[$1].unavailability }
            outages.append(
                (
                    set,
                    .init(
                        lost: set.map { domains[$0].words }, probability: probability,
                        servedShare: min(1, left.all / busiest.demand))
                ))
            return false
        } skipped: { _ in
        }
        let minimal = outages.filter { entry in
            !entry.set.isEmpty && !outages.contains { $0.set.count < entry.set.count && $0.set.allSatisfy(entry.set.contains) }
        }
        let ranked = minimal.enumerated().sorted {
            ($1.element.outage.probability, $0.offset) < ($0.element.outage.probability, $1.offset)
        }
        return ranked.prefix(Limits.breakingOutages).map(\.element.outage)
    }
}
