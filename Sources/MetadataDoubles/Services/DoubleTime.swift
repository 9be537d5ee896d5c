/// Times as the clouds write them, from seconds since 1970-01-01T00:00:00Z.
enum DoubleTime {
    private struct Fields {
        var year, month, day, hour, minute, second, weekday: Int64
    }

    /// `2017-09-18T08:22:00Z`.
    static func rfc3339(_ seconds: Int64) -> String {
        let time = fields(seconds)
        return "\(time.year)-\(two(time.month))-\(two(time.day))T\(clock(time))Z"
    }

    /// `Mon, 19 Sep 2016 18:29:47 GMT`.
    static func httpDate(_ seconds: Int64) -> String {
        let time = fields(seconds)
        let day = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(time.weekday)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(day), \(two(time.day)) \(months[Int(time.month) - 1]) \(time.year) \(clock(time)) GMT"
    }

    private static func clock(_ time: Fields) -> String { "\(two(time.hour)):\(two(time.minute)):\(two(time.second))" }
    private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// The date by Howard Hinnant's `civil_from_days` (chrono-Compatible Low-Level Date Algorithms).
    private static func fields(_ seconds: Int64) -> Fields {
        let seconds = max(0, seconds)
        let days = seconds / 86_400
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let second = seconds % 86_400
        return Fields(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1,
            hour: second / 3_600, minute: second / 60 % 60, second: second % 60, weekday: days % 7)
    }
}
