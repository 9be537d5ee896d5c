import FleetModel

/// A metric's mean over a window that moves, in parts.
struct MovingMean: Equatable {
    /// Fewest parts of the window, and of the shortest span a mean is asked for: one that began before the span is left out.
    static let parts = 60
    static let partsOfSpan = 6

    private struct Part: Equatable {
        var start: Moment
        var sum: Double
        var samples: Int
        var isComplete: Bool
    }

    private var held: [Part] = []

    /// - Parameter span: the shortest a mean is asked for.
    mutating func add(_ reading: WorkloadSignals.Reading, window: Duration, span: Duration, now: Moment) {
        held.removeAll { now.since($0.start) >= window }
        if let last = held.indices.last, now.since(held[last].start) < min(window / Self.parts, span / Self.partsOfSpan) {
            held[last].sum += reading.sum
            held[last].samples += 1
            held[last].isComplete = held[last].isComplete && reading.isComplete
        } else {
            held.append(Part(start: now, sum: reading.sum, samples: 1, isComplete: reading.isComplete))
        }
    }

    /// The mean as a reading of the newest one's sources.
    func mean(over span: Duration, like newest: WorkloadSignals.Reading, now: Moment) -> WorkloadSignals.Reading {
        let parts = held.filter { now.since($0.start) < span }
        let samples = parts.reduce(0) { $0 + $1.samples }
        guard samples > 0 else { return newest }
        let missing = parts.allSatisfy(\.isComplete) ? 0 : max(1, newest.missing)
        return WorkloadSignals.Reading(
            sum: parts.reduce(0) { $0 + $1.sum } / Double(samples), sources: newest.sources, missing: missing)
    }
}

/// Knative's panic mode (its autoscaler's `Scale`): when the short window asks for so many times the ready replicas, the size
/// follows the short window and does not fall until a whole stable window has passed without that.
struct PanicDetector: Equatable {
    private var means: [ScalingMetric: MovingMean] = [:]
    /// When the threshold was last exceeded; nil while calm.
    private var since: Moment?
    /// The most there was in this panic.
    private(set) var held = 0

    var isPanicking: Bool { since != nil }

    /// What is to be kept for the process after this one; nil while calm.
    func kept(as workload: WorkloadName, now: Moment) -> ControllerMemory.Panic? {
        since.map { ControllerMemory.Panic(workload: workload, seconds: now.since($0).inSeconds, held: held) }
    }

    /// A panic that goes on from what was kept: its window was not watched meanwhile.
    mutating func recall(_ kept: ControllerMemory.Panic, now: Moment) {
        (since, held) = (now.ago(kept.seconds), max(0, kept.held))
    }

    struct Wishes: Equatable {
        /// By the stable window, in place of the newest readings.
        var stable: [ScalingMetric: WorkloadSignals.Reading] = [:]
        /// By the short window; nil while calm.
        var panic: ScalingDecision.Wish?
    }

    mutating func observe(_ policy: ScalingPolicy, _ signals: WorkloadSignals, now: Moment) -> Wishes {
        guard let panic = policy.panic else {
            self = PanicDetector()
            return Wishes()
        }
        var wishes = Wishes()
        var needed = 0
        for (metric, level) in policy.target.all where !metric.isUse {
            let newest = signals.reading(metric)
            means[metric, default: MovingMean()].add(
                newest, window: panic.stableWindow, span: panic.panicWindow, now: now)
            guard let mean = means[metric] else { continue }
            wishes.stable[metric] = mean.mean(over: panic.stableWindow, like: newest, now: now)
            let short = mean.mean(over: panic.panicWindow, like: newest, now: now)
            needed = max(needed, TargetTracking.ceiling(short.sum / level))
        }
        means = means.filter { policy.target[$0.key] != nil }
        let ready = max(1, signals.ready)
        if Double(needed) / Double(ready) >= panic.panicThresholdPercentage / 100 {
            since = now
        } else if let last = since, now.since(last) >= panic.stableWindow {
            since = nil
            held = 0
        }
        if isPanicking {
            wishes.panic = ScalingDecision.Wish(
                policy: "panic", replicas: needed,
                because: "the last \(panic.panicWindow.text) ask for \(needed) replicas, \(signals.ready) are ready")
        }
        return wishes
    }

    /// What panic makes of a decision: never less than there was.
    mutating func hold(_ decided: Int, before: Int) -> Int {
        guard isPanicking else { return decided }
        held = max(held, max(decided, before))
        return held
    }
}
