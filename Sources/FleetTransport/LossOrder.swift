/// What `tradewind up` is asked to take away from its fleet for a while: the content of ``StateFolder/lossOrder``.
///
/// `up` gives everything back when the order ends, is withdrawn (the file is gone), or when `up` itself ends: whoever asked may
/// vanish.
package struct LossOrder: Codable, Equatable, Sendable {
    package enum Kind: String, CaseIterable, Codable, Sendable {
        /// The plane and its replicas are stopped where they are: no connection ends, nothing is answered, as when a region
        /// vanishes from the network.
        case freeze
        /// They are killed and not started again: connections are refused, as when machines die.
        case kill
    }

    /// Another one for each order.
    package var id: String
    package var planes: [String]
    package var kind: Kind
    /// The planes are given back after this time at the latest.
    package var seconds: Double

    /// Longest time anything is taken away for.
    package static let longest = 600.0

    package init(id: String, planes: [String], kind: Kind, seconds: Double) {
        (self.id, self.planes, self.kind, self.seconds) = (id, planes, kind, seconds)
    }
}

/// What became of a ``LossOrder``: the content of ``StateFolder/lossAnswer``.
package struct LossAnswer: Codable, Equatable, Sendable {
    package enum State: String, Codable, Sendable { case taken, restored, refused }

    /// Of the order.
    package var id: String
    package var state: State
    /// Why it was refused; empty otherwise.
    package var reason: String

    package init(id: String, state: State, reason: String = "") { (self.id, self.state, self.reason) = (id, state, reason) }
}
