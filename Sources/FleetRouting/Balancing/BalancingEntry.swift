package import FleetModel

/// Balancing rules as the data path sees them. Immutable, so that a request may keep them over table changes.
package final class BalancingEntry: Sendable {
    package let policy: BalancingRules.Policy
    package let affinity: BalancingRules.Affinity
    package let hashOn: BalancingRules.HashSource
    /// The header's name; empty where none is used.
    package let header: [UInt8]
    package let cookie: BalancingRules.Cookie
    package let cookieName: [UInt8]
    package let planes: PlaneShares?

    /// - Parameter planes: names by plane index.
    package init(_ rules: BalancingRules, planes: [PlaneName]) {
        policy = rules.policy
        affinity = rules.affinity
        hashOn = rules.hashOn ?? .clientAddress
        header = Array((rules.header ?? "").utf8)
        cookie = rules.cookie ?? BalancingRules.Cookie()
        cookieName = Array(cookie.name.utf8)
        self.planes = PlaneShares(rules, planes: planes)
    }
}
