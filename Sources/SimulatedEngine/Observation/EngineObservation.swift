/// The state of an engine at one moment, for health and metrics.
struct EngineObservation: Equatable, Sendable {
    var gauges: EngineMetrics.Gauges
    /// 0 once loaded.
    var loadNanosecondsLeft: Int64
    var waitingLimit: Int
    var isAcceleratorLost: Bool
    var isDraining: Bool
}
