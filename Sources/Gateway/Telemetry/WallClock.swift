package import FleetModel
import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What time of the day a monotonic moment was. Read once for a batch of records, so that times within one keep their order and
/// their distances whatever is done to the clock.
package struct WallClock: Equatable, Sendable {
    /// Unix nanoseconds of ``Moment/origin``.
    private let origin: Int64

    package init(origin: Int64) { self.origin = origin }

    package static func read() -> WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        return WallClock(origin: now - Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    }

    package func unixNanoseconds(of moment: Moment) -> Int64 { origin + moment.nanoseconds }

    /// RFC 3339 in UTC with milliseconds: `2026-11-21T20:00:00.123Z`.
    package func text(of moment: Moment) -> String { Self.text(unixNanoseconds: unixNanoseconds(of: moment)) }

    /// The date by Howard Hinnant's `civil_from_days` (chrono-Compatible Low-Level Date Algorithms).
    package static func text(unixNanoseconds: Int64) -> String {
        let milliseconds = max(0, unixNanoseconds) / 1_000_000
        let seconds = milliseconds / 1_000
        let shifted = seconds / 86_400 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let second = seconds % 86_400
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(second / 3_600, 2)):"
            + "\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2)).\(padded(milliseconds % 1_000, 3))Z"
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
