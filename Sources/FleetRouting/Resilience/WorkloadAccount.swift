package import FleetModel

/// What one workload has under way at one plane, over all loops.
package struct PlaneAccount: Sendable {
    package let requests = SharedCount()
    package let connections = SharedCount()
    package let retries = SharedCount()

    package init() {}
}

/// What one workload has under way in this gateway, and how much it may have: Envoy's circuit breakers and retry budget. Every
/// loop holds the same counts; they outlive tables and snapshots.
package final class WorkloadAccount: Sendable {
    /// Requests that hold a retry budget to a share of themselves.
    package let active: SharedCount
    package let retries: SharedCount
    package let pending: SharedCount
    /// By plane index.
    package let planes: [PlaneAccount]
    package let limits: CircuitBreakers
    /// Whether any count is kept at all.
    package let isLimited: Bool

    /// - Parameter previous: whose counts go on.
    package init(limits: CircuitBreakers, planeCount: Int, previous: WorkloadAccount?) {
        active = previous?.active ?? SharedCount()
        retries = previous?.retries ?? SharedCount()
        pending = previous?.pending ?? SharedCount()
        let known = previous?.planes ?? []
        planes = (0..<planeCount).map { known.indices.contains($0) ? known[$0] : PlaneAccount() }
        self.limits = limits
        isLimited = limits != CircuitBreakers()
    }

    /// Whether a plane can take no more requests: they are bounded by `maxRequests`, and by `maxConnections`, since a
    /// connection carries one request at a time.
    package func isFull(_ plane: PlaneIndex) -> Bool {
        guard isLimited, planes.indices.contains(plane.value) else { return false }
        return planes[plane.value].requests.value >= requestLimit
    }

    var requestLimit: Int { min(limits.maxRequests ?? .max, limits.maxConnections ?? .max) }

    /// Takes what an attempt needs, all or nothing; nil where a breaker is open or the budget is spent.
    /// - Parameter budget: what repetitions are held to; nil for a first attempt, where `isRetry` is false.
    package func begin(at plane: PlaneIndex, isRetry: Bool, budget: RetryPolicy.Budget?) -> AttemptTicket? {
        var ticket = AttemptTicket()
        guard planes.indices.contains(plane.value), isLimited || budget != nil && isRetry else { return ticket }
        let account = planes[plane.value]
        guard ticket.take(account.requests, limit: requestLimit) else { return nil }
        guard isRetry else { return ticket }
        let most = budget.map { RetryAllowance.concurrent(active: active.value, $0) } ?? .max
        guard ticket.take(account.retries, limit: limits.maxRetries ?? .max), ticket.take(retries, limit: most) else {
            ticket.end()
            return nil
        }
        return ticket
    }
}

/// How many repetitions may be in flight at once: a share of the requests in flight, with a floor (Envoy's `retry_budget`:
/// `budget_percent` and `min_retry_concurrency`).
package enum RetryAllowance {
    package static func concurrent(active: Int, _ budget: RetryPolicy.Budget) -> Int {
        let share = budget.share.isFinite ? min(max(budget.share, 0), 1) : 0
        return max(budget.minRetryConcurrency, Int(share * Double(max(active, 0))))
    }
}

/// What one attempt took from its accounts; given back once, at its end.
package struct AttemptTicket: Sendable {
    private var first: SharedCount?
    private var second: SharedCount?
    private var third: SharedCount?

    package init() {}

    /// Whether it holds anything.
    package var isEmpty: Bool { first == nil }

    mutating func take(_ count: SharedCount, limit: Int) -> Bool {
        guard count.reserve(limit: limit) else { return false }
        if first == nil { first = count } else if second == nil { second = count } else { third = count }
        return true
    }

    /// Gives everything back; again does nothing.
    package mutating func end() {
        first?.release()
        second?.release()
        third?.release()
        self = AttemptTicket()
    }
}
