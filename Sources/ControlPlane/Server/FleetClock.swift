package import FleetModel
import FoundationEssentials

/// Where the control plane's time comes from, so that tests own it.
package protocol FleetClock: Sendable {
    /// Monotonic; decides.
    func now() -> Moment
    /// Civil: shown to people, and the hour by which a plan is followed.
    func timestamp() -> Timestamp
}

/// The machine's clocks.
package struct SystemClock: FleetClock {
    private let origin = ContinuousClock.now

    package init() {}

    package func now() -> Moment { Moment.origin.advanced(by: ContinuousClock.now - origin) }
    package func timestamp() -> Timestamp { Timestamp(seconds: UInt64(max(0, Date().timeIntervalSince1970))) }
}
