import FleetControl
import FleetModel

/// What the loop did since the process began, counted for whoever watches it. Bounded by what is declared: counts of workloads and
/// planes that are gone go with them.
struct LoopCounts: Equatable, Sendable {
    struct EventKey: Hashable, Comparable, Sendable {
        var kind: ResourceKind
        var reason: String

        static func < (left: Self, right: Self) -> Bool {
            (left.kind.rawValue, left.reason) < (right.kind.rawValue, right.reason)
        }
    }

    enum Direction: String, CaseIterable, Sendable { case up, down }

    struct Failovers: Equatable, Sendable {
        /// A local copy in seconds, half a minute, and the promises of the classes of workloads.
        var duration = DurationHistogram(bounds: [1, 2.5, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 14_400])
        var within: UInt64 = 0
        var beyond: UInt64 = 0
    }

    /// Events by what they are of and their reason: both are fixed sets of this program's.
    private(set) var events: [EventKey: UInt64] = [:]
    private(set) var scalings: [WorkloadName: [Direction: UInt64]] = [:]
    private(set) var failovers: [WorkloadName: Failovers] = [:]
    private(set) var planeFailures: [PlaneName: UInt64] = [:]
    private(set) var passes = DurationHistogram(
        bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])

    mutating func note(pass duration: Duration) { passes.record(duration.seconds) }

    mutating func note(_ happened: [FleetEvent]) {
        for event in happened { events[EventKey(kind: event.subject.kind, reason: event.reason), default: 0] += 1 }
    }

    /// - Parameter before: the decision before it; nil before the first.
    mutating func note(_ decided: ControlDecision, after before: ControlDecision?) {
        for (workload, decision) in decided.scaling {
            guard let old = before?.scaling[workload]?.replicas, old != decision.replicas else { continue }
            scalings[workload, default: [:]][decision.replicas > old ? .up : .down, default: 0] += 1
        }
        for finished in decided.finishedFailovers {
            var own = failovers[finished.workload] ?? Failovers()
            own.duration.record(finished.duration.seconds)
            if finished.isWithinPromise { own.within += 1 } else { own.beyond += 1 }
            failovers[finished.workload] = own
        }
        for plane in decided.failover.failed.keys where before?.failover.failed[plane] == nil {
            planeFailures[plane, default: 0] += 1
        }
        let (workloads, planes) = (Set(decided.fleet.workloads.map(\.name)), Set(decided.fleet.planes.map(\.name)))
        scalings = scalings.filter { workloads.contains($0.key) }
        failovers = failovers.filter { workloads.contains($0.key) }
        planeFailures = planeFailures.filter { planes.contains($0.key) }
    }
}
