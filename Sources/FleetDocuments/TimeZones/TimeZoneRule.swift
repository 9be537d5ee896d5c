import FleetModel

/// How clocks change every year: a TZ string of POSIX (IEEE Std 1003.1, section 8.3) with the longer times of RFC 9636, such as
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
struct TimeZoneRule {
    private enum Day {
        /// Month, week (5 is the last) and weekday (0 is Sunday).
        case weekday(month: Int, week: Int, weekday: Int)
        /// 1 to 365, without the 29th of February.
        case julian(Int)
        /// 0 to 365.
        case ordinal(Int)
    }

    private struct Change {
        var day: Day
        /// Seconds from midnight, by the clocks before the change.
        var seconds: Int
    }

    /// Seconds ahead of UTC.
    let standardOffset: Int
    private let summer: (offset: Int, start: Change, end: Change)?

    init?(_ text: String) {
        var scanner = Scanner(bytes: Array(text.utf8)[...])
        guard scanner.skipName(), let west = scanner.time() else { return nil }
        standardOffset = -west
        if scanner.isAtEnd {
            summer = nil
            return
        }
        guard scanner.skipName() else { return nil }
        var offset = standardOffset + 3_600
        if !scanner.isNext(44) {
            guard let west = scanner.time() else { return nil }
            offset = -west
        }
        guard scanner.skip(44), let start = scanner.change(), scanner.skip(44), let end = scanner.change(), scanner.isAtEnd else {
            return nil
        }
        summer = (offset, start, end)
    }

    /// By time.
    func transitions(years: ClosedRange<Int>) -> [TimeZoneOffsets.Transition] {
        guard let summer else { return [] }
        return years.flatMap { year in
            [
                TimeZoneOffsets.Transition(
                    at: seconds(summer.start, year) - Int64(standardOffset), offset: summer.offset),
                TimeZoneOffsets.Transition(at: seconds(summer.end, year) - Int64(summer.offset), offset: standardOffset),
            ]
        }.sorted { $0.at < $1.at }
    }

    private func seconds(_ change: Change, _ year: Int) -> Int64 {
        let newYear = CivilDate.daysSince1970(year: year, month: 1, day: 1)
        let day: Int
        switch change.day {
        case .ordinal(let number): day = newYear + number
        case .julian(let number):
            let isLeap = CivilDate.daysSince1970(year: year + 1, month: 1, day: 1) - newYear == 366
            day = newYear + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = CivilDate.daysSince1970(year: year, month: month, day: 1)
            let next = CivilDate.daysSince1970(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1)
            var found = first + (weekday - CivilDate(daysSince1970: first).weekday + 7) % 7 + 7 * (week - 1)
            while found >= next { found -= 7 }
            day = found
        }
        return Int64(day) * 86_400 + Int64(change.seconds)
    }

    private struct Scanner {
        var bytes: ArraySlice<UInt8>

        var isAtEnd: Bool { bytes.isEmpty }
        func isNext(_ byte: UInt8) -> Bool { bytes.first == byte }

        mutating func skip(_ byte: UInt8) -> Bool {
            guard bytes.first == byte else { return false }
            bytes.removeFirst()
            return true
        }

        /// Letters, or anything between angle brackets.
        mutating func skipName() -> Bool {
            if skip(60) {
                guard let end = bytes.firstIndex(of: 62) else { return false }
                bytes = bytes[(end + 1)...]
                return true
            }
            let count = bytes.prefix { (65...90).contains($0) || (97...122).contains($0) }.count
            bytes = bytes.dropFirst(count)
            return count >= 3
        }

        mutating func number(_ range: ClosedRange<Int>) -> Int? {
            let digits = bytes.prefix(3).prefix { (48...57).contains($0) }
            guard !digits.isEmpty else { return nil }
            bytes = bytes.dropFirst(digits.count)
            let value = digits.reduce(0) { $0 * 10 + Int($1) - 48 }
            return range.contains(value) ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time() -> Int? {
            let isNegative = skip(45)
            if !isNegative { _ = skip(43) }
            guard let hours = number(0...167) else { return nil }
            var seconds = hours * 3_600
            for unit in [60, 1] where skip(58) {
                guard let part = number(0...59) else { return nil }
                seconds += part * unit
            }
            return isNegative ? -seconds : seconds
        }

        mutating func change() -> Change? {
            let day: Day
            if skip(77) {
                guard let month = number(1...12), skip(46), let week = number(1...5), skip(46), let weekday = number(0...6) else {
                    return nil
                }
                day = .weekday(month: month, week: week, weekday: weekday)
            } else if skip(74) {
                guard let number = number(1...365) else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(0...365) else { return nil }
                day = .ordinal(number)
            }
            guard skip(47) else { return Change(day: day, seconds: 7_200) }
            return time().map { Change(day: day, seconds: $0) }
        }
    }
}
