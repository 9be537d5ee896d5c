import FleetModel

/// Reads a file in the Time Zone Information Format (RFC 9636), versions 2 and later.
enum TimeZoneFile {
    /// Transitions from here on are kept: nothing is scheduled in the past.
    private static let firstYear = 2020
    /// The footer's rule is carried out up to here.
    private static let lastYear = 2100

    static func zone(_ name: String, _ bytes: [UInt8]) -> TimeZoneOffsets? {
        guard let old = Header(bytes, at: 0), old.version >= 50 else { return nil }
        let start = Header.size + old.length(timeSize: 4)
        guard let header = Header(bytes, at: start) else { return nil }
        var cursor = start + Header.size
        guard bytes.count >= cursor + header.length(timeSize: 8), header.types > 0 else { return nil }
        let times = (0..<header.times).map { Int64(bitPattern: number(bytes, cursor + 8 * $0, 8)) }
        cursor += 8 * header.times
        let indices = (0..<header.times).map { Int(bytes[cursor + $0]) }
        cursor += header.times
        let offsets = (0..<header.types).map { Int(Int32(truncatingIfNeeded: number(bytes, cursor + 6 * $0, 4))) }
        guard indices.allSatisfy({ $0 < header.types }), zip(times, times.dropFirst()).allSatisfy(<),
            offsets.allSatisfy({ abs($0) <= 26 * 3_600 })
        else { return nil }
        let footer = bytes[(start + Header.size + header.length(timeSize: 8))...]
        var transitions = zip(times, indices).map { TimeZoneOffsets.Transition(at: $0, offset: offsets[$1]) }
        if footer.count > 2, footer.first == 10, let end = footer.dropFirst().firstIndex(of: 10) {
            let rule = String(decoding: footer[(footer.startIndex + 1)..<end], as: UTF8.self)
            if !rule.isEmpty {
                guard let rule = TimeZoneRule(rule) else { return nil }
                let newest = transitions.last?.at ?? .min
                transitions += rule.transitions(years: firstYear...lastYear).filter { $0.at > newest }
                if transitions.isEmpty { return TimeZoneOffsets(name: name, firstOffset: rule.standardOffset) }
            }
        }
        let floor = Int64(CivilDate.daysSince1970(year: firstYear, month: 1, day: 1)) * 86_400
        let past = transitions.prefix { $0.at < floor }
        return TimeZoneOffsets(
            name: name, firstOffset: past.last?.offset ?? offsets[0], transitions: Array(transitions.dropFirst(past.count)))
    }

    private struct Header {
        static let size = 44
        let version: UInt8
        private let counts: [Int]

        init?(_ bytes: [UInt8], at start: Int) {
            guard start >= 0, bytes.count >= start + Self.size, bytes[start..<(start + 4)].elementsEqual("TZif".utf8) else {
                return nil
            }
            version = bytes[start + 4]
            counts = (0..<6).map { Int(number(bytes, start + 20 + 4 * $0, 4)) }
            // A file of the largest accepted size has no more entries than bytes.
            guard counts.allSatisfy({ $0 <= bytes.count }) else { return nil }
        }

        var times: Int { counts[3] }
        var types: Int { counts[4] }

        func length(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + counts[5] + counts[2] * (timeSize + 4) + counts[1] + counts[0]
        }
    }

    /// An unsigned number, the most significant byte first.
    private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
        bytes[start..<(start + count)].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
