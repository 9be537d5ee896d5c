/// How far one time zone's clocks are ahead of UTC, and when that changes.
package struct TimeZoneOffsets: Equatable, Sendable {
    package struct Transition: Equatable, Sendable {
        /// Seconds since 1970-01-01T00:00:00Z from which on the offset holds.
        package var at: Int64
        /// Seconds ahead of UTC.
        package var offset: Int

        package init(at: Int64, offset: Int) { (self.at, self.offset) = (at, offset) }
    }

    /// As the IANA time zone database calls it.
    package var name: String
    /// Seconds ahead of UTC before the first transition.
    package var firstOffset: Int
    /// By time.
    package var transitions: [Transition]
    /// False where this machine does not know the zone's rules.
    package var isKnown: Bool

    package init(name: String, firstOffset: Int, transitions: [Transition] = []) {
        self.name = name
        self.firstOffset = firstOffset
        self.transitions = transitions
        isKnown = true
    }

    /// A zone whose rules could not be found.
    package init(unknown name: String) {
        self.init(name: name, firstOffset: 0)
        isKnown = false
    }

    package static let utc = TimeZoneOffsets(name: "UTC", firstOffset: 0)

    /// Seconds ahead of UTC at a time in seconds since 1970-01-01T00:00:00Z.
    package func offset(at seconds: Int64) -> Int {
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? firstOffset : transitions[low - 1].offset
    }

    /// What clocks show at a time, counted as if it were UTC.
    package func local(_ seconds: Int64) -> Int64 { seconds + Int64(offset(at: seconds)) }

    /// When clocks show a time, as RFC 5545 (section 3.3.5) says: of a time that is shown twice the first, and a time that is
    /// skipped by the offset before the gap, so that 02:30 of a night that goes from 02:00 to 03:00 is 03:30.
    package func seconds(local: Int64) -> Int64 {
        // No zone changes its clocks twice within two days.
        let (before, after) = (Int64(offset(at: local - 86_400)), Int64(offset(at: local + 86_400)))
        let shown = [local - before, local - after].filter { self.local($0) == local }
        return shown.min() ?? local - before
    }
}
