/// How many replicas a workload should have, and why.
package struct ScalingDecision: Equatable, Sendable {
    /// Within the workload's bounds.
    package var replicas: Int
    /// The policy that decided, with the figures it decided from, for people.
    package var because: String

    package init(replicas: Int, because: String) { (self.replicas, self.because) = (replicas, because) }
}
