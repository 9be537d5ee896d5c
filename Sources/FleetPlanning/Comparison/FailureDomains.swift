/// What can fail under a workload, and how often: the regions and providers its replicas stand in.
struct FailureDomains {
    struct Domain {
        var words: String
        /// Probability of being down.
        var unavailability: Double
        /// Planes that are lost with it.
        var planes: [Int]
    }

    let independent: [Domain]
    let correlated: [Domain]

    init(view: WorkloadView, assumptions: AvailabilityAssumptions) {
        let tables = view.tables
        var regions: [Domain] = []
        var providers: [Domain] = []
        var regionsOf: [String: [Int]] = [:]
        var names: [String] = []
        for plane in tables.problem.planes.indices where view.runs.contains(where: { tables.planeOfPool[$0.pool] == plane }) {
            let (provider, region) = (tables.problem.planes[plane].provider, tables.region(ofPlane: plane))
            if let known = regions.firstIndex(where: { $0.words == "region \(region)" }) {
                regions[known].planes.append(plane)
            } else {
                let availability = min(1, max(1e-9, assumptions.availability(region: region, provider: provider)))
                regionsOf[provider, default: []].append(regions.count)
                regions.append(Domain(words: "region \(region)", unavailability: 1 - availability, planes: [plane]))
            }
            if let known = names.firstIndex(of: provider) {
                providers[known].planes.append(plane)
            } else {
                names.append(provider)
                providers.append(
                    Domain(
                        words: "provider \(provider)", unavailability: 1 - AvailabilityAssumptions.defaultProvider,
                        planes: [plane]))
            }
        }
        independent = providers + regions

        let beta = assumptions.commonCauseShare
        let common = beta * (providers.map(\.unavailability).max() ?? 0)
        for (index, name) in names.enumerated() {
            if names.count > 1 { providers[index].unavailability *= 1 - beta }
            guard let own = regionsOf[name], own.count > 1 else { continue }
            let shared = beta * (own.map { regions[$0].unavailability }.max() ?? 0)
            for region in own { regions[region].unavailability *= 1 - beta }
            providers[index].unavailability = 1 - (1 - providers[index].unavailability) * (1 - shared)
        }
        let everything = Domain(words: "all providers", unavailability: common, planes: providers.flatMap(\.planes))
        correlated = (names.count > 1 ? [everything] : []) + providers + regions
    }

    /// Visits sets of at most `depth` domains with the planes they take and the probability that just they are down, in a fixed
    /// order. Where `visit` says that nothing is left, supersets are not visited: `skipped` is told their probability, that
    /// of larger sets than `depth` excepted.
    static func subsets(
        of domains: [Domain], upTo depth: Int, visit: (_ set: [Int], _ lost: Set<Int>, _ probability: Double) -> Bool,
        skipped: (Double) -> Void
    ) {
        let up = domains.reduce(1) { $0 * (1 - $1.unavailability) }
        func descend(_ set: [Int], _ lost: Set<Int>, _ probability: Double) {
            guard visit(set, lost, probability) else {
                // All supersets that would be visited from here: those that add domains after the last.
                skipped(probability * Self.odds(domains, after: set.last ?? -1, upTo: depth - set.count))
                return
            }
            guard set.count < depth else { return }
            for next in ((set.last ?? -1) + 1)..<max((set.last ?? -1) + 1, domains.count) {
                let odds = Self.odds(domains[next].unavailability)
                guard odds > 0 else { continue }
                descend(set + [next], lost.union(domains[next].planes), probability * odds)
            }
        }
        descend([], [], up)
    }

    /// Probability of down by that of up.
    private static func odds(_ unavailability: Double) -> Double { unavailability / max(1e-9, 1 - unavailability) }

    /// Σ over non-empty sets of at most `depth` domains after a place of the product of their odds.
    private static func odds(_ domains: [Domain], after place: Int, upTo depth: Int) -> Double {
        guard depth > 0, place + 1 < domains.count else { return 0 }
        // Elementary symmetric sums.
        var sums = [1.0] + [Double](repeating: 0, count: depth)
        for domain in domains[(place + 1)...] {
            for size in stride(from: depth, through: 1, by: -1) { sums[size] += sums[size - 1] * odds(domain.unavailability) }
        }
        return sums.dropFirst().reduce(0, +)
    }
}
