import FleetModel
import FoundationEssentials

/// A point in civil time, for people to read (events, audit, conditions) and to follow a plan by. Nothing else is decided by it.
package struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z.
    package let seconds: UInt64

    package init(seconds: UInt64) { self.seconds = seconds }

    /// Hours since the last Monday 00:00 UTC, 0 to 167.
    package var hourOfWeekUTC: Int { HourOfWeek.utc(secondsSince1970: seconds) }

    /// RFC 3339 in UTC: `2026-01-31T09:30:00Z`.
    package var description: String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }
}
