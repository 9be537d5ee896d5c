import FoundationEssentials

/// How long ago something happened, as short as a table wants it, after `kubectl`: `42s`, `5m`, `7m30s`, `3h`, `2d4h`.
package enum AgeText {
    /// What stands where no age is known.
    package static let unknown = "-"

    /// Two units while the second one tells something, one beyond. Negative ages (clocks differ) read as `0s`.
    package static func text(seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return unknown }
        let whole = Int64(min(max(0, seconds), 1e12))
        let (minutes, hours, days) = (whole / 60, whole / 3_600, whole / 86_400)
        if whole < 120 { return "\(whole)s" }
        if minutes < 10 { return pair(minutes, "m", whole % 60, "s") }
        if hours < 3 { return "\(minutes)m" }
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        if days < 8 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        return pair(days / 365, "y", days % 365, "d")
    }

    /// Seconds from an RFC 3339 time, as the API writes it, to `now` (seconds since 1970, UTC); nil for any other text.
    package static func seconds(since timestamp: String, now: Double) -> Double? {
        guard let moment = secondsSince1970(timestamp) else { return nil }
        return now - moment
    }

    private static func secondsSince1970(_ timestamp: String) -> Double? {
        let whole = Date.ISO8601FormatStyle()
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for style in [whole, fractional] {
            if let date = try? Date(timestamp, strategy: style) { return date.timeIntervalSince1970 }
        }
        return nil
    }

    private static func pair(_ first: Int64, _ firstUnit: String, _ second: Int64, _ secondUnit: String) -> String {
        second == 0 ? "\(first)\(firstUnit)" : "\(first)\(firstUnit)\(second)\(secondUnit)"
    }
}
