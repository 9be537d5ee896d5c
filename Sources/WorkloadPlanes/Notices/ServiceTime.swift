/// Reads the times clouds write: seconds since 1970-01-01T00:00:00Z.
package enum ServiceTime {
    /// RFC 3339 in UTC as EC2 writes it, `2017-09-18T08:22:00Z`; a fraction of a second is passed over. Nil for anything else.
    package static func rfc3339(_ text: String) -> Int64? {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T"), let time = reader.timeOfDay()
        else { return nil }
        if reader.take(".") { guard reader.skipDigits(atMost: 9) else { return nil } }
        guard reader.take("Z"), reader.isAtEnd else { return nil }
        return seconds(year: year, month: month, day: day, time: time)
    }

    /// The preferred form of RFC 9110, 5.6.7, as Azure writes it: `Mon, 19 Sep 2016 18:29:47 GMT`. The day's name is not checked
    /// against the date: Azure's own documentation has examples where they differ. Nil for anything else.
    package static func httpDate(_ text: String) -> Int64? {
        let parts = text.split(separator: ", ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, days.contains(String(parts[0])) else { return nil }
        var reader = DigitReader(String(parts[1]))
        guard let day = reader.number(2), reader.take(" "), let month = reader.word(of: months), reader.take(" "),
            let year = reader.number(4), reader.take(" "), let time = reader.timeOfDay(), reader.take(" "), reader.take("G"),
            reader.take("M"), reader.take("T"), reader.isAtEnd
        else { return nil }
        return seconds(year: year, month: Int64(month + 1), day: day, time: time)
    }

    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// By Howard Hinnant's `days_from_civil` (chrono-Compatible Low-Level Date Algorithms).
    private static func seconds(year: Int64, month: Int64, day: Int64, time: Int64) -> Int64? {
        guard year >= 1970, (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year: year) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + time
    }

    private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Takes a text of fixed form apart, byte by byte.
private struct DigitReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: Character) -> Bool {
        guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
        position += 1
        return true
    }

    /// Exactly so many digits.
    mutating func number(_ digits: Int) -> Int64? {
        guard position + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + digits] {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 48)
        }
        position += digits
        return value
    }

    mutating func skipDigits(atMost limit: Int) -> Bool {
        let digits = bytes[position...].prefix { (48...57).contains($0) }.count
        guard (1...limit).contains(digits) else { return false }
        position += digits
        return true
    }

    /// `hh:mm:ss` as seconds; a leap second counts as the last of its minute.
    mutating func timeOfDay() -> Int64? {
        guard let hour = number(2), take(":"), let minute = number(2), take(":"), let second = number(2), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        return hour * 3_600 + minute * 60 + min(second, 59)
    }

    /// The position in the list of the three letters that come next.
    mutating func word(of words: [String]) -> Int? {
        guard position + 3 <= bytes.count else { return nil }
        let text = String(decoding: bytes[position..<position + 3], as: UTF8.self)
        guard let index = words.firstIndex(of: text) else { return nil }
        position += 3
        return index
    }
}
