/// A world at one moment, and what happened since the point before.
package struct TimelinePoint: Equatable, Sendable {
    /// Since the world's begin.
    package var seconds: Double
    package var arrivedPerSecond: Double
    package var answeredPerSecond: Double
    package var lostPerSecond: Double
    /// Waiting in gateways and engines.
    package var waiting: Double
    package var wantedReplicas: Int
    package var readyReplicas: Int
    /// Nodes held, by tier.
    package var reservedNodes: Int
    package var onDemandNodes: Int
    package var spotNodes: Int
    /// Of what is paid for at the moment.
    package var usdPerHour: Double
    /// Milliseconds to the first token, 95 % of the requests; nil where none was answered.
    package var firstTokenP95: Double?

    /// Names of ``values``, for the first line of a file.
    package static let columns = [
        "seconds", "arrived_per_second", "answered_per_second", "lost_per_second", "waiting", "wanted_replicas",
        "ready_replicas", "reserved_nodes", "on_demand_nodes", "spot_nodes", "usd_per_hour", "first_token_p95_ms",
    ]

    package var values: [Double?] {
        [
            seconds, arrivedPerSecond, answeredPerSecond, lostPerSecond, waiting, Double(wantedReplicas), Double(readyReplicas),
            Double(reservedNodes), Double(onDemandNodes), Double(spotNodes), usdPerHour, firstTokenP95,
        ]
    }
}

/// What is gathered between two points.
struct TimelineWindow {
    var since: Int64 = 0
    var arrived = 0.0
    var answered = 0.0
    var lost = 0.0
    var firstToken = LatencyDistribution()
}
