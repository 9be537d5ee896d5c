package import FleetModel

/// Requests of one workload that wait at one event loop: by priority, among equals by deadline (earliest deadline first: Liu and Layland,
/// 1973), then in the order they came. Bounded in requests and in the bytes of their bodies.
package struct WaitingLine: Sendable {
    package struct Limits: Equatable, Sendable {
        package var requests: Int
        package var bytes: Int

        package init(requests: Int, bytes: Int) { (self.requests, self.bytes) = (requests, bytes) }
    }

    package enum Entrance: Equatable, Sendable {
        case entered
        /// It took the place of these, which are of lower priority.
        case replaced([UInt64])
        case full
    }

    private struct Place: Sendable {
        var ticket: UInt64
        var rank: UInt8
        var deadline: Moment
        var bytes: Int

        func precedes(_ other: Place) -> Bool {
            (rank, deadline, ticket) < (other.rank, other.deadline, other.ticket)
        }
    }

    /// In order: the first is next.
    private var places: [Place] = []
    package private(set) var bytes = 0

    package init() {}

    package var count: Int { places.count }
    package var first: UInt64? { places.first?.ticket }

    /// - Parameter ticket: unique among those in the line; a smaller one came earlier.
    package mutating func enter(
        _ ticket: UInt64, _ priority: Tenant.Priority, deadline: Moment, bytes count: Int, limits: Limits
    ) -> Entrance {
        let place = Place(ticket: ticket, rank: Self.rank(priority), deadline: deadline, bytes: max(0, count))
        guard place.bytes <= limits.bytes, limits.requests > 0 else { return .full }
        // Looked at before anybody is sent away: nobody goes for a request that finds no room even so.
        var (kept, keptBytes) = (places.count, bytes)
        while kept >= limits.requests || keptBytes + place.bytes > limits.bytes {
            guard kept > 0, places[kept - 1].rank > place.rank else { return .full }
            kept -= 1
            keptBytes -= places[kept].bytes
        }
        let replaced = kept < places.count ? places[kept...].map(\.ticket) : []
        places.removeSubrange(kept...)
        bytes = keptBytes + place.bytes
        places.insert(place, at: position(of: place))
        return replaced.isEmpty ? .entered : .replaced(replaced)
    }

    /// Takes the next one out.
    package mutating func next() -> UInt64? {
        guard let place = places.first else { return nil }
        places.removeFirst()
        bytes -= place.bytes
        return place.ticket
    }

    /// Takes one out that waits no longer; does nothing where it is not there.
    package mutating func leave(_ ticket: UInt64) {
        guard let index = places.firstIndex(where: { $0.ticket == ticket }) else { return }
        bytes -= places.remove(at: index).bytes
    }

    private func position(of place: Place) -> Int {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].precedes(place) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func rank(_ priority: Tenant.Priority) -> UInt8 {
        switch priority {
        case .critical: 0
        case .standard: 1
        case .sheddable: 2
        }
    }
}
