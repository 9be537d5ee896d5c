import FleetModel

/// How far an organisation has come with running inference in several places, by criteria a fleet file and its plan can be checked
/// against. A level is reached when its criteria and those of all below are met.
package struct Maturity: Equatable, Sendable {
    package struct Criterion: Equatable, Sendable, Codable {
        /// The level it belongs to.
        package var level: Int
        package var text: String
        package var isMet: Bool
        /// What was counted.
        package var figure: String
    }

    /// 0 to 4.
    package var level: Int
    package var name: String
    package var criteria: [Criterion]

    package static let names = ["one place", "described", "redundant", "governed", "provider-independent"]

    /// What to do for the next level; empty at the highest.
    package var next: [Criterion] { criteria.filter { $0.level == level + 1 && !$0.isMet } }

    package init(_ evidence: AdviceEvidence) {
        criteria = Self.described(evidence) + Self.redundant(evidence) + Self.governed(evidence) + Self.independent(evidence)
        var reached = 0
        for candidate in 1..<Self.names.count {
            guard criteria.allSatisfy({ $0.level != candidate || $0.isMet }) else { break }
            reached = candidate
        }
        level = reached
        name = Self.names[reached]
    }

    private static func criterion(_ level: Int, _ text: String, _ isMet: Bool, _ figure: String) -> Criterion {
        Criterion(level: level, text: text, isMet: isMet, figure: figure)
    }

    private static func counted<Element>(_ level: Int, _ text: String, _ all: [Element], _ isMet: (Element) -> Bool) -> Criterion
    {
        let met = all.filter(isMet).count
        return criterion(level, text, met == all.count && !all.isEmpty, "\(met) of \(all.count)")
    }

    /// 1: what is asked for, what runs it and what it costs is written down.
    private static func described(_ evidence: AdviceEvidence) -> [Criterion] {
        let fleet = evidence.fleet
        let unpriced = evidence.unknownPrices.count
        return [
            counted(1, "every workload declares the demand of its users", fleet.workloads) { !$0.demand.isEmpty },
            counted(1, "every workload has a throughput profile for an accelerator of the fleet", evidence.views) {
                !$0.fits.isEmpty
            },
            criterion(
                1, "the price of every pool is known", unpriced == 0, "\(unpriced) unknown"),
            criterion(
                1, "the plan serves all demand", evidence.totals.unmetShare < 1e-9,
                "\(Figure.percent(evidence.totals.unmetShare)) unserved"),
        ]
    }

    /// 2: no region takes a service with people waiting along.
    private static func redundant(_ evidence: AdviceEvidence) -> [Criterion] {
        let used = Set(evidence.views.flatMap { evidence.regions($0) }).count
        return [
            criterion(2, "the plan uses at least two regions", used >= 2, "\(used)"),
            counted(2, "every realtime workload survives the loss of a region or provider", evidence.realtime) {
                $0.objective.survive != .none
            },
            criterion(
                2, "the plan protects all that is to be protected", evidence.totals.unprotectedShare < 1e-9,
                "\(Figure.percent(evidence.totals.unprotectedShare)) of requests unprotected"),
        ]
    }

    /// 3: who may see what data, what may be spent, and what moving data costs is written down.
    private static func governed(_ evidence: AdviceEvidence) -> [Criterion] {
        let fleet = evidence.fleet
        let sensitive = fleet.workloads.filter { [.pii, .phi, .pci].contains($0.data.classification) }
        let ruled = sensitive.filter { $0.data.residency != nil || !evidence.policies(for: $0).isEmpty }.count
        let unbudgeted = fleet.workloads.filter { workload in !fleet.budgets.contains { $0.covers(workload.name) } }.count
        let transfers = evidence.facts.origin.unknowns.filter {
            switch $0 {
            case .egressPrice, .egressPerRequest: true
            case .interruptions, .replacementTime: false
            }
        }.count
        return [
            criterion(
                3, "every workload with personal, health or card data is under a policy or residency rule",
                ruled == sensitive.count,
                "\(ruled) of \(sensitive.count)"),
            criterion(3, "every workload is under a budget", unbudgeted == 0, "\(unbudgeted) without"),
            criterion(
                3, "prices and sizes of data leaving for users are known", transfers == 0,
                "\(transfers) unknown"),
        ]
    }

    /// 4: a provider is a choice, made anew by price, and its loss is survived.
    private static func independent(_ evidence: AdviceEvidence) -> [Criterion] {
        let providers = evidence.totals.providers.count
        let tiers = Set(
            evidence.facts.plan.nodes.filter { $0.count > 0 }.compactMap { row in
                evidence.tables.poolIndex["\(row.plane)/\(row.pool)"].map { evidence.tables.problem.pools[$0].tier.rawValue }
            })
        return [
            criterion(4, "the plan uses at least two providers", providers >= 2, "\(providers)"),
            counted(4, "every realtime workload survives the loss of any provider", evidence.realtime) {
                $0.objective.survive == .provider
            },
            counted(4, "every realtime workload may run on at least two providers", evidence.realtime) { workload in
                evidence.view(of: workload).map { evidence.eligibleProviders($0).count >= 2 } ?? false
            },
            criterion(4, "capacity is bought on more than one tier", tiers.count >= 2, Figure.list(tiers.sorted())),
        ]
    }
}
