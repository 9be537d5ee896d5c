package import FleetControl

/// How many events are kept.
package enum EventLimits {
    /// Newest events kept of one resource.
    package static let perResource = 64
    /// Newest events kept over all, those of deleted resources included.
    package static let total = 8_192
}

/// An event as stored: repetitions of a resource's newest event count up instead of piling up.
package struct StoredEvent: Equatable, Sendable {
    package var id: UInt64
    package var event: FleetEvent
    package var firstTime: String
    package var lastTime: String
    package var count: Int
}
