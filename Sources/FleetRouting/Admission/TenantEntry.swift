package import FleetModel

/// A tenant as the hot path sees it.
package final class TenantEntry: Sendable {
    package let name: TenantName
    /// Its home, for residency; nil where that is not known.
    package let home: PlaceSet?
    package let priority: Tenant.Priority
    /// What it has left of its own limits; nil where it has none.
    package let account: QuotaAccount?
    /// By position in the snapshot: what it has left of its limits on single workloads.
    package let parts: [(workload: WorkloadName, account: QuotaAccount)]
    /// By workload index: a position in `parts`, or -1; and the price.
    private let partPositions: [Int32]
    private let prices: [Tenant.Price?]
    private let mayAskAll: Bool
    private let models: ByteKeyIndex
    /// By workload index: every model of the workload is one the tenant may ask for.
    private let wholeWorkloads: [Bool]

    init(_ terms: TenantTerms, workloads: [WorkloadEntry], gateways: Int, previous: TenantEntry?) {
        name = terms.name
        home = terms.country.flatMap { PlaceSet(country: $0) }
        priority = terms.priority
        account = terms.limits == .none ? nil : QuotaAccount(terms.limits, gateways: gateways, previous: previous?.account)
        let limited = terms.workloads.filter { $0.limits != .none }
        parts = limited.map { part in
            let old = previous?.parts.first { $0.workload == part.workload }?.account
            return (part.workload, QuotaAccount(part.limits, gateways: gateways, previous: old))
        }
        partPositions = workloads.map { workload in
            Int32(limited.firstIndex { workload.isPresent && $0.workload == workload.name } ?? -1)
        }
        prices = workloads.map { workload in
            terms.workloads.first { $0.workload == workload.name }?.price ?? terms.price
        }
        mayAskAll = terms.models.isEmpty
        models = ByteKeyIndex(terms.models.enumerated().map { ($1, $0) })
        wholeWorkloads = workloads.map { workload in
            terms.models.isEmpty || workload.isPresent && workload.models.allSatisfy(terms.models.contains)
        }
    }

    /// Whether what its requests use must be counted.
    package func isMetered(_ workload: WorkloadIndex) -> Bool { account != nil || part(workload) != nil }

    /// Takes what a request may use from every limit that applies; nothing where one stands in the way. Allocates nothing.
    package func reserve(
        _ estimate: UsageEstimate, workload: WorkloadIndex, now: Moment
    ) -> Result<Reservation, QuotaRefusal> {
        Reservation.reserve(
            estimate, of: account, and: part(workload),
            price: prices.indices.contains(workload.value) ? prices[workload.value] : nil, now: now)
    }

    /// What is left, as the client is told: of the tenant's limits, or of those on the workload where the tenant has none.
    package func readings(
        _ workload: WorkloadIndex, now: Moment
    ) -> (requests: RateMeter.Reading?, tokens: RateMeter.Reading?) {
        let part = part(workload)
        return (
            (account?.requests ?? part?.requests)?.reading(now: now), (account?.tokens ?? part?.tokens)?.reading(now: now)
        )
    }

    private func part(_ workload: WorkloadIndex) -> QuotaAccount? {
        guard partPositions.indices.contains(workload.value), partPositions[workload.value] >= 0 else { return nil }
        return parts[Int(partPositions[workload.value])].account
    }

    /// Whether it may ask for this: by the model's name where the route goes by it. Allocates nothing.
    package func mayAsk(_ workload: WorkloadIndex, _ route: RouteEntry, model: [UInt8]) -> Bool {
        route.workload == nil ? model.withUnsafeBytes { mayAsk(model: $0) } : mayAsk(workload)
    }

    /// Whether it may ask for a model by name. Allocates nothing.
    package func mayAsk(model: UnsafeRawBufferPointer) -> Bool { mayAskAll || models.value(for: model) != nil }

    /// Whether it may ask for whatever a workload serves: on routes that do not look for a model.
    package func mayAsk(_ workload: WorkloadIndex) -> Bool {
        wholeWorkloads.indices.contains(workload.value) && wholeWorkloads[workload.value]
    }
}
