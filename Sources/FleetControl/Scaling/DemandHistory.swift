package import FleetModel

/// What arrived for each workload in each quarter of an hour of the last weeks: what a forecast is fitted on.
///
/// A slot is closed once another begins; one that was watched for less than half of its time is left out. Slots are counted from
/// 1970-01-01T00:00:00Z.
package struct DemandHistory: Equatable, Sendable {
    package static let slotSeconds: Int64 = 900
    /// As many weeks as a forecast takes samples from.
    package static let weeks: Int64 = 8
    package static let slotsPerWeek: Int64 = 7 * 86_400 / slotSeconds
    /// Slots kept of each workload.
    package static let capacity = Int(weeks * slotsPerWeek)
    /// A longer time between two observations was not watched.
    private static let longestStep = 10.0

    /// One closed slot.
    package struct Entry: Equatable, Sendable, Codable {
        package var workload: WorkloadName
        package var slot: Int64
        /// Requests per second, mean over the slot.
        package var rate: Double

        package init(workload: WorkloadName, slot: Int64, rate: Double) {
            (self.workload, self.slot, self.rate) = (workload, slot, rate)
        }
    }

    private struct OpenSlot: Equatable {
        var slot: Int64
        var at: Moment
        var requests = 0.0
        var seconds = 0.0
    }

    private var series: [WorkloadName: DemandSeries] = [:]
    private var open: [WorkloadName: OpenSlot] = [:]

    package init() {}

    package static func slot(_ secondsSince1970: UInt64) -> Int64 { Int64(clamping: secondsSince1970) / slotSeconds }

    /// Takes what arrives now; nil is not known. Returns the slot this closed, if it did.
    package mutating func observe(
        _ rate: Double?, of workload: WorkloadName, now: Moment, secondsSince1970: UInt64
    ) -> Entry? {
        let slot = Self.slot(secondsSince1970)
        guard var current = open[workload] else {
            open[workload] = OpenSlot(slot: slot, at: now)
            return nil
        }
        let step = now.since(current.at).seconds
        current.at = now
        if let rate, rate.isFinite, rate >= 0, step > 0, step <= Self.longestStep {
            current.requests += rate * step
            current.seconds += step
        }
        guard slot != current.slot else {
            open[workload] = current
            return nil
        }
        open[workload] = OpenSlot(slot: slot, at: now)
        guard slot > current.slot, current.seconds * 2 >= Double(Self.slotSeconds) else { return nil }
        let closed = Entry(workload: workload, slot: current.slot, rate: current.requests / current.seconds)
        return series[workload, default: DemandSeries()].record(closed.rate, slot: closed.slot) ? closed : nil
    }

    /// Puts back what was kept.
    package mutating func restore(_ entries: [Entry]) {
        let slots = 0...Int64.max / Self.slotSeconds
        for entry in entries where entry.rate.isFinite && entry.rate >= 0 && slots.contains(entry.slot) {
            _ = series[entry.workload, default: DemandSeries()].record(entry.rate, slot: entry.slot)
        }
    }

    /// Forgets workloads that are no longer declared.
    package mutating func retain(_ names: Set<WorkloadName>) {
        series = series.filter { names.contains($0.key) }
        open = open.filter { names.contains($0.key) }
    }

    package func series(of workload: WorkloadName) -> DemandSeries { series[workload] ?? DemandSeries() }
}

/// The newest ``DemandHistory/capacity`` slots of one workload.
///
/// A slot that is further than that from the newest, before or after it, is one of a wrong clock, or the newest was: it is believed
/// once another follows it, and then everything else is forgotten. So a clock that is wrong for a quarter of an hour costs
/// nothing, and one that was wrong does not end forecasting.
package struct DemandSeries: Equatable, Sendable {
    package private(set) var newest: Int64?
    /// By slot modulo the capacity; negative where nothing is known.
    private var rates: [Float] = []
    /// The last slot that was too far from the newest.
    private var astray: Int64?

    package init() {}

    /// Takes a slot's rate; false where it is not believed.
    @discardableResult
    package mutating func record(_ rate: Double, slot: Int64) -> Bool {
        let capacity = Int64(DemandHistory.capacity)
        if rates.isEmpty { rates = Array(repeating: -1, count: DemandHistory.capacity) }
        if let newest, slot <= newest - capacity || slot >= newest + capacity {
            guard let astray, slot > astray, slot < astray + capacity else {
                astray = slot
                return false
            }
            (self.newest, rates) = (nil, Array(repeating: -1, count: DemandHistory.capacity))
        }
        astray = nil
        if let newest {
            for skipped in stride(from: max(newest + 1, slot - capacity + 1), to: max(newest + 1, slot), by: 1) {
                rates[Int(skipped % capacity)] = -1
            }
        }
        rates[Int(slot % capacity)] = Float(rate)
        newest = max(newest ?? slot, slot)
        return true
    }

    /// Requests per second in a slot; nil where it is not known.
    package func rate(_ slot: Int64) -> Double? {
        let capacity = Int64(DemandHistory.capacity)
        guard let newest, slot >= 0, slot <= newest, slot > newest - capacity else { return nil }
        let rate = rates[Int(slot % capacity)]
        return rate < 0 ? nil : Double(rate)
    }
}
