/// When something begins, by the clocks of a place: the five fields of crontab(5), minute, hour, day of month, month and day of
/// week, with names, lists, ranges and steps.
///
/// As in Vixie's cron, a day fits where both day fields do; where neither begins with `*`, one of the two is enough.
package struct CronExpression: Hashable, Sendable, TextQuantity {
    package static var accepted: String {
        "minute, hour, day of month, month and day of week such as 0 8 * * MON-FRI or '*/15 9-17 1 JAN,JUL *'"
    }

    package let text: String
    /// Bits of the values that fit.
    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    private let weekdays: UInt64
    /// Whether a day need fit only one of the two day fields.
    private let isEitherDay: Bool

    private static let monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    private static let dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

    /// `* * * * *`.
    package static let everyMinute = CronExpression()

    private init() {
        text = "* * * * *"
        (minutes, hours, days, months, weekdays) = ((1 << 60) - 1, (1 << 24) - 1, 0xFFFF_FFFE, 0x1FFE, 0x7F)
        isEitherDay = false
    }

    package init?(text: String) {
        guard text.utf8.count <= 256 else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count == 5, let minutes = Self.bits(fields[0], 0...59), let hours = Self.bits(fields[1], 0...23),
            let days = Self.bits(fields[2], 1...31), let months = Self.bits(fields[3], 1...12, names: Self.monthNames),
            let written = Self.bits(fields[4], 0...7, names: Self.dayNames)
        else { return nil }
        self.text = fields.joined(separator: " ")
        (self.minutes, self.hours, self.days, self.months) = (minutes, hours, days, months)
        // 7 is Sunday too.
        weekdays = (written | (written >> 7 & 1)) & 0x7F
        isEitherDay = !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
        // Some day of some year must fit: the 30th of February never comes.
        let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let hasDate = longest.indices.contains { month in
            months >> UInt64(month + 1) & 1 == 1 && days & ((1 << UInt64(longest[month] + 1)) - 1) != 0
        }
        guard hasDate || isEitherDay else { return nil }
    }

    package func fits(_ date: CivilDate) -> Bool {
        guard Self.has(months, date.month) else { return false }
        let (byDate, byWeekday) = (Self.has(days, date.day), Self.has(weekdays, date.weekday))
        return isEitherDay ? byDate || byWeekday : byDate && byWeekday
    }

    /// The times of a fitting day in minutes from midnight, the latest first, from the given one backwards.
    package func minutes(upTo last: Int) -> some Sequence<Int> {
        stride(from: last / 60, through: 0, by: -1).lazy.filter { Self.has(hours, $0) }.flatMap { hour in
            stride(from: min(59, last - hour * 60), through: 0, by: -1).lazy.filter { Self.has(minutes, $0) }.map {
                hour * 60 + $0
            }
        }
    }

    private static func has(_ bits: UInt64, _ value: Int) -> Bool { bits >> UInt64(value) & 1 == 1 }

    /// One field: `*`, `5`, `1-5`, `*/15`, `9-17/2` or a list of them.
    private static func bits(_ field: Substring, _ range: ClosedRange<Int>, names: [String] = []) -> UInt64? {
        var bits: UInt64 = 0
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            guard (1...2).contains(pieces.count) else { return nil }
            var step = 1
            if pieces.count == 2 {
                guard let given = whole(pieces[1]), (1...range.upperBound).contains(given) else { return nil }
                step = given
            }
            let ends = pieces[0].split(separator: "-", omittingEmptySubsequences: false)
            let (low, high): (Int, Int)
            if pieces[0] == "*" {
                (low, high) = (range.lowerBound, range.upperBound)
            } else if ends.count == 2, let first = value(ends[0], names, range), let last = value(ends[1], names, range) {
                (low, high) = (first, last)
            } else if let only = value(pieces[0], names, range) {
                (low, high) = (only, pieces.count == 2 ? range.upperBound : only)
            } else {
                return nil
            }
            guard low <= high else { return nil }
            for value in stride(from: low, through: high, by: step) { bits |= 1 << UInt64(value) }
        }
        return bits
    }

    private static func value(_ text: Substring, _ names: [String], _ range: ClosedRange<Int>) -> Int? {
        if let position = names.firstIndex(of: text.uppercased()) { return position + (names.count == 12 ? 1 : 0) }
        return whole(text).flatMap { range.contains($0) ? $0 : nil }
    }

    private static func whole(_ text: Substring) -> Int? {
        (1...2).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }
}
