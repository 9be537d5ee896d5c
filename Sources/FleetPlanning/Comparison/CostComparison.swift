package import FleetModel

/// What the same workloads cost on every provider alone and on all together, by month, with what nobody knows marked unknown.
package struct CostComparison: Equatable, Sendable {
    /// A sum of what is known, and the names of what is not: unknown is never counted as zero silently.
    package struct Amount: Equatable, Sendable {
        package var usdPerMonth: Double
        package var unknown: [String]

        package init(usdPerMonth: Double, unknown: [String] = []) { (self.usdPerMonth, self.unknown) = (usdPerMonth, unknown) }

        package static func + (left: Amount, right: Amount) -> Amount {
            Amount(
                usdPerMonth: left.usdPerMonth + right.usdPerMonth,
                unknown: left.unknown + right.unknown.filter { !left.unknown.contains($0) })
        }
    }

    package struct Row: Equatable, Sendable {
        /// A provider, or nil for the plan over all of them.
        package var provider: String?
        package var compute: Amount
        package var storage: Amount
        package var egress: Amount
        package var unmetShare: Double
        package var unprotectedShare: Double
        /// Workloads of which some demand is unserved or unprotected, in the problem's order.
        package var shortWorkloads: [String]
        package var providers: [String]
        package var planes: [String]
        /// Of the plan: (objective − bound) / objective.
        package var gap: Double
        /// Oldest and newest date of the catalogue's prices in use; nil where none is.
        package var pricesFrom: String?
        package var pricesTo: String?

        package var total: Amount { compute + storage + egress }
        package var meetsAll: Bool { unmetShare < 1e-9 && unprotectedShare < 1e-9 }

        package init(
            provider: String?,
            compute: Amount,
            storage: Amount,
            egress: Amount,
            unmetShare: Double,
            unprotectedShare: Double,
            shortWorkloads: [String],
            providers: [String],
            planes: [String],
            gap: Double,
            pricesFrom: String?,
            pricesTo: String?
        ) {
            self.provider = provider
            self.compute = compute
            self.storage = storage
            self.egress = egress
            self.unmetShare = unmetShare
            self.unprotectedShare = unprotectedShare
            self.shortWorkloads = shortWorkloads
            self.providers = providers
            self.planes = planes
            self.gap = gap
            self.pricesFrom = pricesFrom
            self.pricesTo = pricesTo
        }
    }

    /// What a problem does not say.
    package struct Facts: Equatable, Sendable {
        /// By workload, GiB of its stored model.
        package var artifactGiB: [String: Double] = [:]
        /// By provider, US dollars per GiB and month.
        package var storageUSDPerGiBMonth: [String: Double] = [:]
        /// Planes whose egress price nobody knows; the problem counts it as 0.
        package var planesWithoutEgressPrice: Set<String> = []
        /// Workloads whose answers' size nobody knows; the problem counts it as 0.
        package var workloadsWithoutEgressSize: Set<String> = []
        /// By `plane/pool`: date of the catalogue's price; absent for owned and declared prices.
        package var priceDates: [String: String] = [:]

        package init() {}

        package init(fleet: Fleet, origin: ProblemOrigin) {
            for workload in fleet.workloads { artifactGiB[workload.name.rawValue] = workload.replica.artifact?.value }
            for provider in fleet.providers { storageUSDPerGiBMonth[provider.name.rawValue] = provider.storage?.value }
            for unknown in origin.unknowns {
                switch unknown {
                case .egressPrice(let plane): planesWithoutEgressPrice.insert(plane)
                case .egressPerRequest(let workload): workloadsWithoutEgressSize.insert(workload)
                case .interruptions, .replacementTime: continue
                }
            }
            for price in origin.prices {
                if case .quoted(let quote) = price.source { priceDates["\(price.plane)/\(price.pool)"] = quote.asOf }
            }
        }
    }

    package var rows: [Row]

    /// The plan over all providers first, then each provider alone in the problem's order.
    package init<Failure: Error>(
        base: Plan, of problem: PlanningProblem, facts: Facts, replan: (PlanningProblem) throws(Failure) -> Plan
    ) throws(Failure) {
        rows = [Self.row(nil, base, problem, facts)]
        let providers = Counterfactual.distinctProviders(problem)
        guard providers.count > 1 else { return }
        for provider in providers {
            let alone = Counterfactual.onlyProvider(provider, in: problem).problem
            rows.append(Self.row(provider, try replan(alone), alone, facts))
        }
    }

    /// The cheapest row that serves and protects everything; nil where none does.
    package var cheapest: Row? { rows.filter(\.meetsAll).min { $0.total.usdPerMonth < $1.total.usdPerMonth } }

    static func row(_ provider: String?, _ plan: Plan, _ problem: PlanningProblem, _ facts: Facts) -> Row {
        let totals = PlanTotals(plan, of: problem)
        let used = plan.nodes.filter { $0.count > 0 }
        let short = Set(plan.unmet.map(\.workload) + plan.unprotected.map(\.workload))
        let dates = used.compactMap { facts.priceDates["\($0.plane)/\($0.pool)"] }
        return Row(
            provider: provider, compute: Amount(usdPerMonth: totals.computeUSDPerMonth),
            storage: storage(plan, problem, facts), egress: egress(totals, plan, facts), unmetShare: totals.unmetShare,
            unprotectedShare: totals.unprotectedShare, shortWorkloads: problem.workloads.map(\.name).filter(short.contains),
            providers: totals.providers, planes: totals.planes, gap: plan.gap,
            pricesFrom: dates.min(), pricesTo: dates.max())
    }

    /// Σ over workloads of the artifact's size · the storage price of every plane that runs it in any block: a replica starts from a
    /// copy near it.
    private static func storage(_ plan: Plan, _ problem: PlanningProblem, _ facts: Facts) -> Amount {
        var amount = Amount(usdPerMonth: 0)
        for workload in problem.workloads {
            let planes = Set(plan.replicas.filter { $0.workload == workload.name && $0.count > 0 }.map(\.plane))
            guard !planes.isEmpty else { continue }
            guard let size = facts.artifactGiB[workload.name] else {
                amount = amount + Amount(usdPerMonth: 0, unknown: ["size of the model of \(workload.name)"])
                continue
            }
            for plane in problem.planes where planes.contains(plane.name) {
                if let price = facts.storageUSDPerGiBMonth[plane.provider] {
                    amount.usdPerMonth += size * price
                } else {
                    amount = amount + Amount(usdPerMonth: 0, unknown: ["storage price of \(plane.provider)"])
                }
            }
        }
        return amount
    }

    private static func egress(_ totals: PlanTotals, _ plan: Plan, _ facts: Facts) -> Amount {
        let planes = plan.flows.map(\.plane).reduce(into: Set<String>()) { $0.insert($1) }
        let workloads = plan.flows.map(\.workload).reduce(into: Set<String>()) { $0.insert($1) }
        let prices = facts.planesWithoutEgressPrice.intersection(planes).sorted().map { "egress price of \($0)" }
        let sizes = facts.workloadsWithoutEgressSize.intersection(workloads).sorted().map { "size of an answer of \($0)" }
        return Amount(usdPerMonth: totals.egressUSDPerMonth, unknown: prices + sizes)
    }
}
