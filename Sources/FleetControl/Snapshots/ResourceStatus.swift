package import FleetModel

/// What the control plane knows of a resource: its `status`.
package struct ResourceStatus: Equatable, Sendable, Codable {
    /// One aspect, after Kubernetes' conditions.
    package struct Condition: Equatable, Sendable, Codable {
        package enum Value: String, Sendable, Codable {
            case yes = "True"
            case no = "False"
            case unknown = "Unknown"
        }

        package var type: String
        package var status: Value
        package var reason: String
        package var message: String
        /// RFC 3339; when `status` last changed.
        package var lastTransitionTime: String
        package var observedGeneration: UInt64

        package init(
            type: String, status: Value, reason: String, message: String, lastTransitionTime: String = "",
            observedGeneration: UInt64 = 0
        ) {
            self.type = type
            self.status = status
            self.reason = reason
            self.message = message
            self.lastTransitionTime = lastTransitionTime
            self.observedGeneration = observedGeneration
        }
    }

    /// Replicas of a workload, or on a plane.
    package struct Replicas: Equatable, Sendable, Codable {
        package var wanted: Int
        package var ready: Int

        package init(wanted: Int, ready: Int) { (self.wanted, self.ready) = (wanted, ready) }
    }

    package var observedGeneration: UInt64
    /// In a fixed order per kind.
    package var conditions: [Condition]
    package var replicas: Replicas?
    /// Where a workload runs, sorted.
    package var planes: [PlaneName]?
    /// Where a gateway takes requests, or a plane's feed listens.
    package var address: String?
    /// The version of the snapshot a gateway routes by.
    package var snapshot: String?
    /// Of a workload, where somebody asks.
    package var demand: Demand?

    package init(
        observedGeneration: UInt64 = 0, conditions: [Condition] = [], replicas: Replicas? = nil, planes: [PlaneName]? = nil,
        address: String? = nil, snapshot: String? = nil
    ) {
        self.observedGeneration = observedGeneration
        self.conditions = conditions
        self.replicas = replicas
        self.planes = planes
        self.address = address
        self.snapshot = snapshot
    }

    /// The reason of a condition nothing can be said about yet, because the control plane has only just started.
    package static let awaitingReports = "AwaitingReports"

    /// This status as the successor of an older one: a condition that keeps its value keeps its time, and one that awaits
    /// reports stays as it was.
    ///
    /// - Parameter time: RFC 3339.
    package func following(_ old: ResourceStatus?, generation: UInt64, time: String) -> ResourceStatus {
        var status = self
        if let old, conditions.contains(where: { $0.reason == Self.awaitingReports }) {
            // Nothing was heard yet, which says nothing about what is there.
            status.replicas = replicas.map { Replicas(wanted: $0.wanted, ready: old.replicas?.ready ?? $0.ready) }
            status.address = address ?? old.address
            status.snapshot = snapshot ?? old.snapshot
        }
        status.observedGeneration = generation
        status.conditions = conditions.map { condition in
            let before = old?.conditions.first { $0.type == condition.type }
            if condition.reason == Self.awaitingReports, let before { return before }
            var condition = condition
            condition.observedGeneration = generation
            condition.lastTransitionTime = before?.status == condition.status ? before?.lastTransitionTime ?? time : time
            return condition
        }
        return status
    }
}
