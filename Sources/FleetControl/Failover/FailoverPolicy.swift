package import FleetModel

/// How patient the fleet is before it fails a plane, and before it takes one back.
package struct FailoverPolicy: Equatable, Sendable {
    /// A majority must have lost a plane for this long before it is failed.
    package var downTime: Duration
    /// A majority must see a failed plane for this long before it is taken back the first time.
    package var upTime: Duration
    /// Longest time a plane that keeps failing must stay up.
    package var longestHold: Duration
    /// A failure this long ago does not lengthen the next hold.
    package var memory: Duration
    /// A plane that is being taken back and never gets all its replicas ready counts as taken back after this time.
    package var patience: Duration

    package init(
        downTime: Duration = .seconds(5), upTime: Duration = .seconds(30), longestHold: Duration = .seconds(1_800),
        memory: Duration = .seconds(3_600), patience: Duration = Handover.patience
    ) {
        self.downTime = downTime
        self.upTime = upTime
        self.longestHold = longestHold
        self.memory = memory
        self.patience = patience
    }

    /// A sixtieth of the shortest recovery time that any workload promises is spent on being sure, between ``leastDownTime`` and
    /// ``mostDownTime``: 5 s for the five minutes of a real-time workload. Six times that is waited before a return.
    package init(for fleet: Fleet) {
        let shortest = fleet.workloads.map(\.recovery.rto).min() ?? Workload.Class.realtime.recovery.rto
        let down = min(max(shortest / 60, Self.leastDownTime), Self.mostDownTime)
        self.init(downTime: down, upTime: down * 6)
    }

    /// Below it the reports of one observer, a second apart, could not be told from their absence.
    package static let leastDownTime = Duration.seconds(2)
    package static let mostDownTime = Duration.seconds(60)

    /// How long a plane must be seen before it is taken back: doubled with each failure within ``memory``, as ejections of
    /// replicas are and as the penalty of flapping routes is made to be felt (RFC 2439, section 2).
    ///
    /// - Parameter failures: this one included.
    package func hold(failures: Int) -> Duration {
        var hold = upTime
        for _ in 1..<max(1, min(failures, 32)) where hold < longestHold { hold = hold * 2 }
        return min(hold, max(longestHold, upTime))
    }
}
