/// How a workload gets over the loss of a place.
package enum RedundancyMode: String, CaseIterable, Sendable, Codable {
    /// Every place that has replicas serves.
    case activeActive = "active-active"
    /// One region (or provider) serves; others stand by until it fails.
    case activePassive = "active-passive"
}

/// Capacity that stands by outside the region or provider that serves.
package struct Standby: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable, Codable {
        /// Replicas run and wait for the first request.
        case hot
        /// Accelerators are kept free; replicas start when the primary fails.
        case warm
    }

    /// Of the throughput that the primary is placed for. Above 0.
    package var share: Share
    package var state: State

    package init(share: Share = Share(0.3), state: State = .hot) { (self.share, self.state) = (share, state) }
}

/// What was promised for the loss of a place, as declared; nil takes what ``Workload/Class/recovery`` says.
package struct DeclaredRecovery: Equatable, Sendable {
    /// Recovery time objective: from the loss until every request succeeds again.
    package var rto: Duration?
    /// Recovery point objective: how far back acknowledged work may be lost. Zero: none may.
    package var rpo: Duration?

    package init(rto: Duration? = nil, rpo: Duration? = nil) { (self.rto, self.rpo) = (rto, rpo) }
}

/// A promise with both its halves.
package struct RecoveryObjective: Equatable, Sendable {
    package var rto: Duration
    package var rpo: Duration

    package init(rto: Duration, rpo: Duration) { (self.rto, self.rpo) = (rto, rpo) }
}

extension Workload.Class {
    /// What holds where a workload declares nothing.
    package var recovery: RecoveryObjective {
        switch self {
        case .realtime: RecoveryObjective(rto: .seconds(300), rpo: .zero)
        case .batch: RecoveryObjective(rto: .seconds(3_600), rpo: .seconds(900))
        case .training: RecoveryObjective(rto: .seconds(14_400), rpo: .seconds(3_600))
        }
    }
}

extension Workload {
    /// What its users were promised for the loss of a place.
    package var recovery: RecoveryObjective {
        let standard = workloadClass.recovery
        return RecoveryObjective(rto: objective.recovery.rto ?? standard.rto, rpo: objective.recovery.rpo ?? standard.rpo)
    }

    /// What stands by; nil where every place serves.
    package var standby: Standby? {
        objective.mode == .activePassive ? objective.standby ?? Standby() : nil
    }
}
