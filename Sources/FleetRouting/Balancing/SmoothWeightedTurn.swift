/// One turn of nginx's smooth weighted round robin (`ngx_http_upstream_get_peer`): every candidate's current weight grows by its
/// weight, the highest is taken, and its current weight falls by the sum of all. Weights 5, 1, 1 give a a b a c a a, not a a a a
/// a b c.
package struct SmoothWeightedTurn: Sendable {
    private var total = 0.0
    private var highest = -Double.infinity
    /// The candidate to take; nil before any was considered.
    package private(set) var chosen: Int32?

    package init() {}

    /// - Parameter current: the candidate's current weight, kept from turn to turn.
    package mutating func consider(_ candidate: Int32, weight: Double, current: inout Double) {
        current += weight
        total += weight
        if chosen == nil || current > highest { (chosen, highest) = (candidate, current) }
    }

    /// - Parameter current: the chosen one's current weight.
    package func finish(current: inout Double) { current -= total }
}
