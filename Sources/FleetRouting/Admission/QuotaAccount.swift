package import FleetModel

/// What one set of limits has left at this gateway: a tenant's, or a tenant's on one workload. Shared by all event loops and kept
/// over snapshots.
package final class QuotaAccount: Sendable {
    package let limits: Tenant.Limits
    /// Gateways the limits are shared by, this one among them.
    package let gateways: Int
    package let requests: RateMeter?
    package let tokens: RateMeter?
    package let concurrency: CeilingMeter?
    /// Billionths of a dollar.
    package let day: CeilingMeter?
    package let month: CeilingMeter?

    /// - Parameter previous: the account this one follows. Its meters go on, for requests in flight hold of them; another limit or another
    ///   number of gateways is brought to them by the ``QuotaHolder``.
    init(_ limits: Tenant.Limits, gateways: Int, previous: QuotaAccount?) {
        self.limits = limits
        self.gateways = gateways
        func share(_ limit: QuotaLimit) -> Int64? {
            limits.total(limit).map { QuotaSharing.staticShare($0, gateways: gateways) }
        }
        requests = share(.requests).map { previous?.requests ?? RateMeter(perMinute: $0) }
        tokens = share(.tokens).map { previous?.tokens ?? RateMeter(perMinute: $0) }
        concurrency = share(.concurrency).map { previous?.concurrency ?? CeilingMeter(ceiling: $0) }
        day = share(.day).map { previous?.day ?? CeilingMeter(ceiling: $0) }
        month = share(.month).map { previous?.month ?? CeilingMeter(ceiling: $0) }
    }

    package func rate(_ limit: QuotaLimit) -> RateMeter? {
        switch limit {
        case .requests: requests
        case .tokens: tokens
        case .concurrency, .day, .month: nil
        }
    }

    package func ceiling(_ limit: QuotaLimit) -> CeilingMeter? {
        switch limit {
        case .requests, .tokens: nil
        case .concurrency: concurrency
        case .day: day
        case .month: month
        }
    }

    /// What a predecessor of this process may have used counts as used.
    package func distrustRates() {
        requests?.empty()
        tokens?.empty()
    }
}
