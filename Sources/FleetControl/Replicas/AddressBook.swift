package import FleetModel

/// Which port of a plane's host belongs to which workload, now and in the recent past.
///
/// A port that one workload's replica held is given to no other workload for ten minutes after that replica is gone
/// (``quarantine``): a gateway that has not yet heard of the end may still send there, and what it sends may be PHI.
/// Ports that were never used come first, in order, then those whose end lies longest ago.
package struct AddressBook: Equatable, Sendable {
    package static let defaultPorts: ClosedRange<Int> = 20_000...29_999
    package static let defaultQuarantine = Duration.seconds(600)

    /// A port with a past, as it is kept across restarts of the plane.
    package struct Record: Equatable, Sendable {
        package var port: Int
        package var workload: WorkloadName
        /// Time since its replica ended; nil while one holds it.
        package var endedAgo: Duration?

        package init(port: Int, workload: WorkloadName, endedAgo: Duration?) {
            (self.port, self.workload, self.endedAgo) = (port, workload, endedAgo)
        }
    }

    private struct Entry: Equatable {
        var workload: WorkloadName
        var ended: Moment?
    }

    private let ports: ClosedRange<Int>
    private let quarantine: Duration
    private var entries: [Int: Entry] = [:]
    /// Every port below it has been used.
    private var nextFresh: Int

    /// - Parameters:
    ///   - records: what was kept by an earlier run. A port still held then has ended at the latest `now`.
    package init(
        ports: ClosedRange<Int> = defaultPorts, quarantine: Duration = defaultQuarantine, records: [Record] = [],
        now: Moment
    ) {
        self.ports = ports
        self.quarantine = quarantine
        nextFresh = ports.lowerBound
        for record in records where ports.contains(record.port) {
            let ago = max(.zero, record.endedAgo ?? .zero)
            entries[record.port] = Entry(workload: record.workload, ended: now.advanced(by: .zero - min(ago, quarantine)))
            nextFresh = max(nextFresh, record.port + 1)
        }
    }

    /// Takes a port for a workload; nil when every one is held or in another workload's quarantine.
    package mutating func take(for workload: WorkloadName, now: Moment) -> Int? {
        guard let port = freshPort() ?? agedPort(for: workload, now: now) else { return nil }
        entries[port] = Entry(workload: workload, ended: nil)
        return port
    }

    /// Gives a port back: its quarantine begins.
    package mutating func release(_ port: Int, now: Moment) {
        guard entries[port]?.ended == nil else { return }
        entries[port]?.ended = now
    }

    /// When the next port leaves its quarantine; nil when none is in one.
    package func nextRelease(now: Moment) -> Moment? {
        entries.values.compactMap { $0.ended?.advanced(by: quarantine) }.filter { $0 > now }.min()
    }

    /// What must outlive the plane's process, sorted by port.
    package func records(now: Moment) -> [Record] {
        entries.sorted { $0.key < $1.key }.map { port, entry in
            Record(port: port, workload: entry.workload, endedAgo: entry.ended.map { now.since($0) })
        }
    }

    private mutating func freshPort() -> Int? {
        while ports.contains(nextFresh) {
            let port = nextFresh
            nextFresh += 1
            if entries[port] == nil { return port }
        }
        return nil
    }

    /// The port whose end lies longest ago: out of quarantine, or this workload's own.
    private func agedPort(for workload: WorkloadName, now: Moment) -> Int? {
        var best: (port: Int, ended: Moment)?
        for (port, entry) in entries {
            guard let ended = entry.ended else { continue }
            guard entry.workload == workload || ended.advanced(by: quarantine) <= now else { continue }
            if let known = best, (known.ended, known.port) < (ended, port) { continue }
            best = (port, ended)
        }
        return best?.port
    }
}
