import FleetModel

/// The least of the last round trips to one plane. The least, because everything that is not distance (queues, scheduling) only
/// adds; of the last only, so that a route that became longer is noticed within ``length`` probes.
package struct RoundTripWindow: Equatable, Sendable {
    package static let length = 16

    private var samples: [Duration] = []
    private var next = 0

    package init() {}

    package var least: Duration? { samples.min() }

    /// Takes a sample; returns the new least where it moved by more than 2 % and 50 µs, so that readers are not told of noise.
    package mutating func take(_ roundTrip: Duration) -> Duration? {
        let before = least
        if samples.count < Self.length {
            samples.append(roundTrip)
        } else {
            samples[next] = roundTrip
            next = (next + 1) % Self.length
        }
        guard let before, let least else { return least }
        let change = abs((least - before).milliseconds)
        return change > 0.05 && change > 0.02 * before.milliseconds ? least : nil
    }
}
