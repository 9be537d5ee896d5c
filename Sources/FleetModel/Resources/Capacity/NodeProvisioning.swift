/// How the nodes of a pool come and go: asked for when replicas want them, let go when none is left.
///
/// A pool that declares none has its nodes always: they are there without being asked for.
package struct NodeProvisioning: Equatable, Sendable, Codable {
    /// `--scale-down-unneeded-time` of the Kubernetes Cluster Autoscaler.
    package static let standardScaleDownDelay = Duration.seconds(600)
    /// Karpenter's time for an offering that was out of capacity (`UnavailableOfferingsTTL`).
    package static let standardCooldown = Duration.seconds(180)

    /// From asking for a node until it can run replicas.
    package var launchTime: Duration
    /// The same for a node that was kept stopped; nil where it is no shorter.
    package var resumeTime: Duration?
    /// How long a node without replicas is kept before it is let go, as Karpenter's `consolidateAfter`.
    package var scaleDownDelay: Duration
    /// How long a node that was reclaimed, or refused for want of capacity, is not asked for again. Doubles with every refusal in
    /// a row.
    package var cooldown: Duration

    package init(
        launchTime: Duration, resumeTime: Duration? = nil, scaleDownDelay: Duration = standardScaleDownDelay,
        cooldown: Duration = standardCooldown
    ) {
        self.launchTime = launchTime
        self.resumeTime = resumeTime
        self.scaleDownDelay = scaleDownDelay
        self.cooldown = cooldown
    }
}

/// Nodes kept ready before anybody needs them, after the warm pools of EC2 Auto Scaling: refilled after use, never serving.
package struct WarmPool: Equatable, Sendable, Codable {
    package enum State: String, CaseIterable, Sendable, Codable {
        /// Launched once and shut down: resumed sooner than a new node is launched, and paid for as its disk is.
        case stopped
        /// Running and empty: ready at once, paid for in full.
        case idle
    }

    /// How many are kept; within the pool's `maxNodes`, and less where those are in use.
    package var nodes: Int
    package var state: State
    /// Price of one kept node in USD per hour; nil: of an idle one the pool's own price, of a stopped one not known.
    package var usdPerNodeHour: Double?

    package init(nodes: Int, state: State = .stopped, usdPerNodeHour: Double? = nil) {
        self.nodes = nodes
        self.state = state
        self.usdPerNodeHour = usdPerNodeHour
    }
}

/// Whose replicas may stand on one node.
package enum NodeSharing: String, CaseIterable, Sendable, Codable {
    /// Workloads of one class: real-time, batch and training keep to nodes of their own.
    case sameClass = "same-class"
    /// Workloads of every class.
    case any
}

extension CapacityPool {
    /// True where nodes need not be asked for.
    package var isStanding: Bool { provisioning.map { $0.launchTime <= .zero } ?? true }

    /// From asking for a node until it can run replicas: of a standing pool for the replacement of a lost one.
    package var launchTime: Duration {
        if let provisioning, !isStanding { return provisioning.launchTime }
        return replacementTime ?? .zero
    }

    package var resumeTime: Duration { provisioning?.resumeTime ?? launchTime }
    package var scaleDownDelay: Duration { provisioning?.scaleDownDelay ?? NodeProvisioning.standardScaleDownDelay }
    package var cooldown: Duration { provisioning?.cooldown ?? NodeProvisioning.standardCooldown }

    /// Whether replicas of two classes may stand on one node; a class that is not known may stand with any.
    package func mayShare(_ one: Workload.Class?, _ other: Workload.Class?) -> Bool {
        guard sharing != .any, let one, let other else { return true }
        return one == other
    }

    /// Price of one node in USD per hour in a state; nil where it is not known.
    ///
    /// A node counts in full from the moment it is asked for, as providers bill it while it boots; what is owned costs nothing
    /// more.
    package func usdPerHour(of state: NodeReport.State) -> Double? {
        if owned { return 0 }
        return switch state {
        case .launching, .ready, .reclaiming: usdPerNodeHour
        case .idle: warm?.usdPerNodeHour ?? usdPerNodeHour
        case .stopped: warm?.usdPerNodeHour
        }
    }
}
