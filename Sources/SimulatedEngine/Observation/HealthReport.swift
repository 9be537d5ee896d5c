/// The deep health of an engine: what is checked, and whether it holds.
struct HealthReport: Equatable, Sendable {
    struct Check: Equatable, Sendable {
        var name: String
        var isPassed: Bool
        var detail: String
    }

    /// A process that holds more memory than this is ill. An idle engine holds about a tenth.
    static let residentLimitBytes = 512 << 20

    var checks: [Check]

    var isReady: Bool { checks.allSatisfy(\.isPassed) }

    init(observation: EngineObservation, residentBytes: Int?) {
        let loadLeft = max(0, observation.loadNanosecondsLeft)
        checks = [
            Check(
                name: "model", isPassed: loadLeft == 0 && !observation.isDraining,
                detail: observation.isDraining
                    ? "shutting down" : loadLeft == 0 ? "loaded" : "loading, \(loadLeft / 1_000_000) ms left"),
            Check(
                name: "accelerator", isPassed: !observation.isAcceleratorLost,
                detail: observation.isAcceleratorLost ? "lost" : "present"),
            Check(
                name: "memory", isPassed: (residentBytes ?? 0) <= Self.residentLimitBytes,
                detail: (residentBytes.map { "\($0 >> 20) MiB resident, " } ?? "")
                    + "KV cache \(Int((observation.gauges.kvUse * 100).rounded())) % used"),
            Check(
                name: "queue", isPassed: observation.gauges.waiting < observation.waitingLimit,
                detail:
                    "\(observation.gauges.waiting) of \(observation.waitingLimit) waiting, \(observation.gauges.running) running"),
        ]
    }

    var json: String {
        let items = checks.map {
            "{\"name\":\"\($0.name)\",\"ok\":\($0.isPassed),\"detail\":\(JSONText.quoted($0.detail))}"
        }
        return "{\"status\":\"\(isReady ? "ready" : "unready")\",\"checks\":[\(items.joined(separator: ","))]}"
    }
}
