import FleetModel

/// Counts that a plane or gateway may report: what lies beyond can only be an error or an attack, and would overflow where counts
/// are added up.
enum ReportBounds {
    /// The largest whole number that JSON readers agree about (RFC 8259, section 6).
    static let mostCounted: UInt64 = 1 << 53
    /// Milliseconds: some thirty thousand years.
    static let longest = 1e15

    static func holds(_ counts: Int?...) -> Bool { counts.allSatisfy { $0.map { 0...Int(mostCounted) ~= $0 } ?? true } }
    static func holds(_ counts: UInt64?...) -> Bool { counts.allSatisfy { $0.map { $0 <= mostCounted } ?? true } }
    static func holds(milliseconds: Double?...) -> Bool { milliseconds.allSatisfy { $0.map { $0.magnitude < longest } ?? true } }
}

extension PlaneReport {
    /// The first part of the report with a number that cannot be; nil where all can.
    var impossiblePart: String? {
        if let index = replicas.firstIndex(where: { !ReportBounds.holds($0.running, $0.waiting, $0.restarts) }) {
            return "replicas[\(index)]"
        }
        let isNodePossible = { (node: NodeReport) in
            ReportBounds.holds(node.index)
                && ReportBounds.holds(milliseconds: node.stateAgeMilliseconds, node.reclaimInMilliseconds)
        }
        if let index = nodes?.firstIndex(where: { !isNodePossible($0) }) { return "nodes[\(index)]" }
        let isPoolPossible = { (pool: PoolHistory) in
            ReportBounds.holds(pool.unavailable)
                && ReportBounds.holds(pool.launched, pool.refused, pool.reclaimed, pool.released)
        }
        return history?.firstIndex { !isPoolPossible($0) }.map { "history[\($0)]" }
    }
}

extension GatewayReport {
    /// The first part of the report with a number that cannot be; nil where all can.
    var impossiblePart: String? {
        if let name = requests.keys.sorted().first(where: { !ReportBounds.holds(requests[$0]) }) { return "requests.\(name)" }
        let isDemandPossible = { (demand: WorkloadDemand) in
            ReportBounds.holds(demand.inFlight, demand.queued)
                && ReportBounds.holds(
                    demand.arrived, demand.succeeded, demand.failed, demand.refused, demand.missed, demand.promptTokens,
                    demand.completionTokens, demand.firstBytes)
        }
        if let name = demand?.filter({ !isDemandPossible($0.value) }).keys.min() { return "demand.\(name)" }
        if let name = planeSights?.filter({ !ReportBounds.holds($0.value.replicas, $0.value.usable) }).keys.min() {
            return "planeSights.\(name)"
        }
        let isOutcomePossible = { (outcome: RevisionOutcome) in
            ReportBounds.holds(outcome.requests, outcome.failures, outcome.firstBytes)
        }
        return revisions?.filter { !$0.value.allSatisfy(isOutcomePossible) }.keys.min().map { "revisions.\($0)" }
    }
}
