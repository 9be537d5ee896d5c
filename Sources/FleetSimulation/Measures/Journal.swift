package import FleetControl
import FleetModel

/// What happened, for people: the events that a live fleet stores, and the mishaps of the scenario, in order.
package struct Journal: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        /// Since the world's begin.
        package var nanoseconds: Int64
        package var event: FleetEvent
    }

    /// Entries kept; later ones are counted only.
    package static let limit = 100_000

    package private(set) var entries: [Entry] = []
    package private(set) var count = 0
    /// By reason, sorted when read.
    private var reasons: [String: Int] = [:]

    package init() {}

    mutating func add(_ event: FleetEvent, at nanoseconds: Int64) {
        count += 1
        reasons[event.reason, default: 0] += 1
        if entries.count < Self.limit { entries.append(Entry(nanoseconds: nanoseconds, event: event)) }
    }

    /// How often each reason occurred, by reason.
    package var counts: [(reason: String, count: Int)] { reasons.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    package func count(of reason: String) -> Int { reasons[reason] ?? 0 }
}
