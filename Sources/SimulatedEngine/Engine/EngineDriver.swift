import EngineTiming
import NIOCore
import Synchronization

/// Drives the timing model with a real clock.
///
/// One task on the event loop is scheduled for the model's next event and none when it is idle, so an idle engine costs nothing.
/// Events closer together than ``shortestWake`` are handled in one wake-up.
final class EngineDriver: Sendable {
    /// Tokens of a very fast engine come in bundles rather than waking the process more often than this, in nanoseconds.
    private static let shortestWake: Int64 = 1_000_000

    private struct Timer {
        var time: Int64
        var task: Scheduled<Void>
    }

    private struct Guarded {
        var state: EngineState
        var timer: Timer?
    }

    private let guarded: Mutex<Guarded>
    private let eventLoop: any EventLoop
    /// Ends the process as `kill -9` would.
    private let die: @Sendable () -> Void

    init(state: EngineState, eventLoop: any EventLoop, die: @escaping @Sendable () -> Void) {
        guarded = Mutex(Guarded(state: state))
        self.eventLoop = eventLoop
        self.die = die
    }

    /// The monotonic clock the event loop's timers run on, too.
    static func now() -> Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }

    // MARK: Reading

    func observation() -> EngineObservation { guarded.withLock { $0.state.observation(now: Self.now()) } }

    func exposition(model: String) -> String {
        let (metrics, gauges) = guarded.withLock { ($0.state.metrics, $0.state.observation(now: Self.now()).gauges) }
        return metrics.exposition(model: model, gauges: gauges)
    }

    var faults: FaultSettings { guarded.withLock { $0.state.gate.settings } }

    // MARK: Faults

    func judgeInference() -> FaultGate.Verdict { guarded.withLock { $0.state.judgeInference() } }
    func judgeHealth() -> FaultGate.Verdict { guarded.withLock { $0.state.judgeHealth() } }
    func replaceFaults(_ settings: FaultSettings) { update { $0.replaceFaults(settings, now: Self.now()) } }
    func beginDraining() { update { $0.beginDraining() } }

    /// A generation that never makes a token.
    func hang() -> Generation { Generation(id: guarded.withLock { $0.state.hang(now: Self.now()) }, driver: self) }

    // MARK: Requests

    func submit(
        promptTokens: Int, outputTokens: Int, isStreamed: Bool, finishReason: EngineMetrics.FinishReason
    ) -> Result<Generation, EngineRefused> {
        var id: UInt64 = 0
        var refusal: EngineRefusal?
        update { state in
            let outcome = state.submit(
                promptTokens: promptTokens, outputTokens: outputTokens, isStreamed: isStreamed, finishReason: finishReason,
                now: Self.now())
            (id, refusal) = (outcome.id, outcome.refusal)
            return outcome.resumptions
        }
        return refusal.map { .failure(EngineRefused(refusal: $0)) } ?? .success(Generation(id: id, driver: self))
    }

    func progress(of id: UInt64, beyond seen: Int) async -> GenerationProgress {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiting = guarded.withLock { $0.state.wait(for: id, beyond: seen, continuation: continuation) }
                if case .ready(let progress) = waiting { continuation.resume(returning: progress) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    func cancel(_ id: UInt64) { update { $0.cancel(id, now: Self.now()) } }
    func release(_ id: UInt64) { update { $0.release(id, now: Self.now()) } }

    // MARK: Time

    private func update(_ change: (inout EngineState) -> [EngineState.Resumption]) {
        let (resumptions, mustDie) = guarded.withLock { guarded in
            let resumptions = change(&guarded.state)
            schedule(&guarded)
            return (resumptions, guarded.state.mustDie)
        }
        if mustDie { die() }
        for resumption in resumptions { resumption.continuation.resume(returning: resumption.progress) }
    }

    /// Keeps a timer at the model's next event. One that is too early stays: it finds nothing to do and is set anew.
    private func schedule(_ guarded: inout Guarded) {
        guard let next = guarded.state.timing.nextEventTime else { return }
        if let timer = guarded.timer {
            if timer.time <= next { return }
            timer.task.cancel()
        }
        let earliest = Self.now() + Self.shortestWake
        let time = max(next, earliest)
        let task = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(time))) { self.wake() }
        guarded.timer = Timer(time: time, task: task)
    }

    private func wake() {
        guarded.withLock { $0.timer = nil }
        update { $0.advance(now: Self.now()) }
    }
}

/// The engine did not take a request.
struct EngineRefused: Error, Equatable {
    var refusal: EngineRefusal
}
