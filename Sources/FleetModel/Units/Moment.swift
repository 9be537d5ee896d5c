/// A monotonic instant: nanoseconds since an origin that only its own process (or simulated world) knows.
///
/// Core functions take `now` as an argument and never read a clock. Moments never leave their process: messages carry ages.
package struct Moment: Hashable, Sendable, Comparable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static let origin = Moment(nanoseconds: 0)

    package func advanced(by duration: Duration) -> Moment {
        Moment(nanoseconds: nanoseconds + duration.nanoseconds)
    }

    /// The time from an earlier moment to this one.
    package func since(_ earlier: Moment) -> Duration { .nanoseconds(nanoseconds - earlier.nanoseconds) }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
}
