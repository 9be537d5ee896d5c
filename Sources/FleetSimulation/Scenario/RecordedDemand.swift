package import FleetModel

/// What arrived over some time, as a control plane's history or anything else recorded it.
package struct RecordedDemand: Equatable, Sendable {
    /// The mean rate of one stretch of time.
    package struct Entry: Equatable, Sendable {
        /// Since 1970.
        package var start: UInt64
        package var seconds: UInt64
        package var requestsPerSecond: Double

        package init(start: UInt64, seconds: UInt64, requestsPerSecond: Double) {
            self.start = start
            self.seconds = seconds
            self.requestsPerSecond = requestsPerSecond
        }
    }

    /// What was asked of one workload, by all its users or by those of one origin.
    package struct Series: Equatable, Sendable {
        package var workload: WorkloadName
        /// As in the workload's `demand[].from`; nil: of all users, dealt out by what their origins declare.
        package var origin: String?
        /// In order of time, none reaching into the next.
        package var entries: [Entry]

        package init(workload: WorkloadName, origin: String? = nil, entries: [Entry]) {
            self.workload = workload
            self.origin = origin
            self.entries = entries
        }
    }

    package var name: String
    package var series: [Series]

    package init(name: String, series: [Series]) {
        self.name = name
        self.series = series
    }

    /// Seconds since 1970 of what is recorded, from the first entry's begin to the last one's end.
    package var span: Range<UInt64>? {
        let entries = series.flatMap { [$0.entries.first, $0.entries.last].compactMap(\.self) }
        guard let first = entries.map(\.start).min(), let last = entries.map({ $0.start + $0.seconds }).max(), first < last
        else { return nil }
        return first..<last
    }

    /// Seconds within a stretch of time that nothing is known of, of the series that lacks most.
    package func unknownSeconds(in range: Range<UInt64>) -> UInt64 {
        series.map { series in
            let known = series.entries.reduce(UInt64(0)) { sum, entry in
                let (from, until) = (max(entry.start, range.lowerBound), min(entry.start + entry.seconds, range.upperBound))
                return sum + (until > from ? until - from : 0)
            }
            return UInt64(range.count) - min(known, UInt64(range.count))
        }.max() ?? 0
    }

    /// What users of one origin of a workload asked for.
    func stream(of workload: Workload, at place: Int) -> RecordedStream {
        let own = series.filter { $0.workload == workload.name }
        let demand = workload.demand[place]
        if own.contains(where: { $0.origin != nil }) {
            return RecordedStream(entries: own.first { $0.origin == demand.from }?.entries ?? [], demand: demand, among: [])
        }
        return RecordedStream(entries: own.first?.entries ?? [], demand: demand, among: workload.demand)
    }
}

/// The recorded requests of one origin.
struct RecordedStream: Sendable {
    let entries: [RecordedDemand.Entry]
    let demand: Demand
    /// The origins that share what is recorded; none: all of it is this one's.
    let among: [Demand]

    /// Requests per second. Where nothing is known, as many as when something last was.
    func rate(at second: UInt64) -> Double {
        guard let index = position(of: second) else { return 0 }
        return entries[index].requestsPerSecond * share(at: second)
    }

    /// The most it can be within a stretch of time that begins in one hour and ends in it or in the next.
    func greatestRate(from: UInt64, until: UInt64) -> Double {
        guard var index = position(of: until) else { return 0 }
        var rate = entries[index].requestsPerSecond
        while entries[index].start > from, index > 0 {
            index -= 1
            rate = max(rate, entries[index].requestsPerSecond)
        }
        return rate * max(share(at: from), share(at: until))
    }

    /// The newest entry that has begun.
    private func position(of second: UInt64) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].start <= second { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }

    /// This origin's part of what all declare for the hour; of their peaks where nobody declares anything for it.
    private func share(at second: UInt64) -> Double {
        guard !among.isEmpty else { return 1 }
        let hour = HourOfWeek.utc(secondsSince1970: second)
        let whole = among.reduce(0) { $0 + $1.rate(hourOfWeekUTC: hour).value }
        if whole > 0 { return demand.rate(hourOfWeekUTC: hour).value / whole }
        let peaks = among.reduce(0) { $0 + $1.peak.value }
        return peaks > 0 ? demand.peak.value / peaks : 1 / Double(among.count)
    }
}

extension CivilDate {
    /// UTC, as RFC 3339 writes it: `2026-01-05T00:00:00Z`.
    package static func text(secondsSince1970 seconds: UInt64) -> String {
        let date = CivilDate(daysSince1970: Int(seconds / 86_400))
        func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = [seconds % 86_400 / 3_600, seconds % 3_600 / 60, seconds % 60].map(two).joined(separator: ":")
        return "\(date.year)-\(two(UInt64(date.month)))-\(two(UInt64(date.day)))T\(clock)Z"
    }
}
