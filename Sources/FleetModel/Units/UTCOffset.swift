/// How far a place's clocks are ahead of UTC, in minutes. Written `+9h`, `-3h30m` or `0h`.
package struct UTCOffset: Hashable, Sendable, Comparable {
    /// What clocks on Earth show: -12 to +14 hours.
    package static let possible = (-12 * 60)...(14 * 60)

    package var minutes: Int

    package init(minutes: Int) { self.minutes = minutes }

    /// By the sun: an hour for every 15 degrees, east ahead, to the nearest hour.
    package init(longitude: Double) {
        let hours = (longitude / 15).rounded()
        minutes = hours.isFinite ? Int(max(-12, min(12, hours))) * 60 : 0
    }

    package static func < (left: Self, right: Self) -> Bool { left.minutes < right.minutes }
}

/// Hours of a week counted from Monday 00:00.
package enum HourOfWeek {
    package static let count = 168

    /// The same hour between 0 and 167; negative hours count back from Sunday's end.
    package static func wrapped(_ hour: Int) -> Int { ((hour % count) + count) % count }

    /// The hour of a moment in seconds since 1970-01-01T00:00:00Z, a Thursday.
    package static func utc(secondsSince1970 seconds: UInt64) -> Int { wrapped(Int(seconds / 3_600 % UInt64(count)) + 72) }
}
