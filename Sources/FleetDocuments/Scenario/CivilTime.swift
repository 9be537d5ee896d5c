/// UTC times as text, from 1970 to 2199.
package enum CivilTime {
    /// Reads `2026-01-05` or `2026-01-05T12:30:00Z`; nil for anything else.
    package static func secondsSince1970(_ text: String) -> UInt64? {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard let day = parts.first.flatMap({ days(String($0)) }) else { return nil }
        if parts.count == 1 { return day * 86_400 }
        guard parts.count == 2, parts[1].hasSuffix("Z"), parts[1].utf8.count == 9 else { return nil }
        let clock = parts[1].dropLast().split(separator: ":", omittingEmptySubsequences: false).map {
            number(String($0), digits: 2)
        }
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2], hour < 24, minute < 60,
            second < 60
        else { return nil }
        return day * 86_400 + hour * 3_600 + minute * 60 + second
    }

    private static func number(_ text: String, digits: Int) -> UInt64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt64(text)
    }

    /// Days since 1970-01-01 in the Gregorian calendar.
    private static func days(_ text: String) -> UInt64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let year = number(parts[0], digits: 4), let month = number(parts[1], digits: 2),
            let day = number(parts[2], digits: 2), (1_970...2_199).contains(year), (1...12).contains(month), day >= 1
        else { return nil }
        func isLeap(_ year: UInt64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
        let lengths: [UInt64] = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[Int(month) - 1] else { return nil }
        let years = (1_970..<year).reduce(UInt64(0)) { $0 + (isLeap($1) ? 366 : 365) }
        return years + lengths[..<(Int(month) - 1)].reduce(0, +) + day - 1
    }
}
