package import FleetModel

/// A provider's word that it will, or may, take a node back.
package struct ReclaimNotice: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable, Codable {
        /// The node is taken at the end of the notice: EC2's `spot/instance-action`, GCP's `instance/preempted`, Azure's `Preempt`.
        case termination
        /// Advice: the node is at a raised risk and goes on running (EC2's `events/recommendations/rebalance`).
        case rebalance
    }

    /// What a termination that does not say when is taken for: the shortest notice of the three large providers (Azure, GCP).
    package static let shortest = Duration.seconds(30)

    package var kind: Kind
    /// When the node is taken; nil for advice.
    package var deadline: Moment?

    package init(kind: Kind, deadline: Moment?) { (self.kind, self.deadline) = (kind, deadline) }
}
