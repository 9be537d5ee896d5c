package import FleetModel

/// A fleet whose pools have a price wherever one is known: the declared one, else a catalogue's, with its date and source. What
/// nobody knows stays unknown, and is not bought where a budget counts it (``Purchaser``).
package struct PricedFleet: Equatable, Sendable {
    /// As declared, but for prices that were quoted.
    package let fleet: Fleet
    /// What the catalogue answered for pools that declare no price.
    package let quotes: [PoolKey: Quote]
    /// Pools nobody knows a price of. Sorted.
    package let unknown: [PoolKey]

    package init(_ declared: Fleet, prices: PriceBook) {
        var quotes: [PoolKey: Quote] = [:]
        var unknown: [PoolKey] = []
        let resources = declared.resources.map { resource -> Resource in
            guard case .workloadPlane(var plane) = resource else { return resource }
            for index in plane.pools.indices where !plane.pools[index].owned && plane.pools[index].usdPerNodeHour == nil {
                let key = PoolKey(plane: plane.name, pool: plane.pools[index].name)
                guard let quote = prices.quote(for: plane.pools[index], in: plane), quote.usdPerHour.isFinite,
                    quote.usdPerHour > 0
                else {
                    unknown.append(key)
                    continue
                }
                quotes[key] = quote
                plane.pools[index].usdPerNodeHour = quote.usdPerHour
            }
            return .workloadPlane(plane)
        }
        fleet = Fleet(resources)
        self.quotes = quotes
        self.unknown = unknown.sorted()
    }

    /// What is told where a price became known or is missing, once.
    ///
    /// - Parameter before: the fleet as it was priced last; nil at first.
    package func events(after before: PricedFleet?) -> [FleetEvent] {
        var events: [FleetEvent] = []
        for (key, quote) in quotes.sorted(by: { $0.key < $1.key }) where before?.quotes[key] != quote {
            events.append(Self.event(key, .normal, "PriceQuoted", "pool \(key.pool) declares no price: \(Self.words(quote))"))
        }
        guard isMissed else { return events }
        for key in unknown where before.map({ !$0.isMissed || !$0.unknown.contains(key) }) ?? true {
            events.append(Self.event(key, .warning, "PriceUnknown", Self.missing(key.pool)))
        }
        return events
    }

    /// The condition `Priced` of a plane; none where every price is declared, or a missing one keeps nobody from buying.
    package func conditions(of plane: PlaneName) -> [ResourceStatus.Condition] {
        let missing = isMissed ? unknown.filter { $0.plane == plane }.map { Self.missing($0.pool) } : []
        let quoted = quotes.filter { $0.key.plane == plane }.sorted { $0.key < $1.key }
        guard !missing.isEmpty || !quoted.isEmpty else { return [] }
        return [
            ResourceStatus.Condition(
                type: "Priced", status: missing.isEmpty ? .yes : .unknown,
                reason: missing.isEmpty ? "PricesQuoted" : "PriceUnknown",
                message: (missing + quoted.map { "pool \($0.key.pool): \(Self.words($0.value))" }).joined(separator: "; "))
        ]
    }

    /// Whether it matters that a price is not known.
    private var isMissed: Bool { !fleet.budgets.isEmpty }

    private static func words(_ quote: Quote) -> String {
        let price = USDPerHour((quote.usdPerHour * 1e4).rounded() / 1e4).text
        let doubt =
            switch quote.evidence {
            case .dated: ""
            case .dateInferred: " (inferred)"
            case .estimated: " (estimate)"
            }
        return "\(price) by the catalogue, as of \(quote.asOf)\(doubt)"
    }

    private static func missing(_ pool: PoolName) -> String {
        "pool \(pool) has no price, declared or in the catalogue: nothing is bought there for workloads a budget counts; "
            + "declare it as spec.pools[].price"
    }

    private static func event(
        _ key: PoolKey, _ severity: FleetEvent.Severity, _ reason: String, _ message: String
    ) -> FleetEvent {
        FleetEvent(
            subject: ResourceKey(kind: .workloadPlane, name: key.plane.rawValue), severity: severity, reason: reason,
            message: message)
    }
}
