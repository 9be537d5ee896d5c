/// How long a continuous-batching engine takes: a deterministic state machine over virtual time.
///
/// Scheduling is iteration-level (Yu et al., "Orca", OSDI 2022; vLLM's default scheduler, Kwon et al., SOSP 2023): the engine works
/// in steps; each step reads the prompts admitted at its start and makes one token for every request that runs. A step takes
///
///     slowdown × warmUp(t) × ( P / prefill  +  [D > 0] × (1 + batchSlowdown × (D − 1)) / decode )
///
/// seconds for `P` prompt tokens admitted at its start and `D` requests that already ran; `warmUp(t)` falls linearly from
/// `warmUpSlowdown` to 1 over the warm-up. An admitted request has its first token at the end of the step that read its prompt.
///
/// Waiting is strictly first come, first served: when the head of the queue does not fit (batch, KV cache, prompt tokens per step),
/// nobody passes it. KV space for prompt and answer is taken whole at admission and given back at the end ("Orca (Oracle)" in
/// Kwon et al., section 6.1): requests are never preempted.
///
/// Times are nanoseconds of the caller's monotonic clock. The same calls give the same notifications, and how often `advanced` is
/// called changes nothing. Steps in which nothing is notified are passed over in one go, so cost goes with notifications, not steps.
///
/// Invariants: `running.count ≤ maxBatch`; `kvReserved ≤ kvCapacityTokens`; `waiting.count ≤ waitingLimit`; once loaded, an engine
/// without a run has an empty queue.
package struct EngineTiming: Sendable {
    /// No step is longer, whatever the parameters: one hour.
    package static let longestStep: Int64 = 3_600_000_000_000
    /// Steps are passed over in stretches no longer than this: one day. Also the longest load and warm-up.
    package static let longestRun: Int64 = 86_400_000_000_000

    package let parameters: EngineTimingParameters
    /// When the weights are in memory.
    package let loadedAt: Int64
    /// Tokens of the KV cache held by running requests.
    package private(set) var kvReserved = 0
    /// Tokens made since the start, by all requests, in steps that have ended.
    package private(set) var generatedTokens = 0

    private var now: Int64
    private var slowdown = 1.0
    private var waiting = WaitingQueue()
    /// In order of admission.
    private var running: [Running] = []
    private var watchedCount = 0
    /// Steps that have ended, ever. Each gave every request that ran in it exactly one token.
    private var endedSteps: Int64 = 0
    private var run: Run?

    private struct Running: Sendable {
        var id: UInt64
        /// `endedSteps` at admission.
        var firstStep: Int64
        /// `endedSteps` when its last token exists.
        var lastStep: Int64
        var kvTokens: Int
        var isWatched: Bool
        var makesTokens: Bool
    }

    /// Equal steps, one after the other, at whose inner boundaries nothing happens.
    private struct Run: Sendable {
        var start: Int64
        var stepDuration: Int64
        var steps: Int64

        var end: Int64 { start + stepDuration * steps }
    }

    /// - Throws: ``InvalidTimingParameter`` for a parameter outside its range.
    package init(parameters: EngineTimingParameters, startedAt: Int64) throws(InvalidTimingParameter) {
        try parameters.validate()
        self.parameters = parameters
        self.now = startedAt
        self.loadedAt = startedAt + parameters.loadNanoseconds
    }

    package var runningCount: Int { running.count }
    package var waitingCount: Int { waiting.count }

    /// The share of the KV cache that running requests hold, 0 to 1.
    package var kvUse: Double { Double(kvReserved) / Double(parameters.kvCapacityTokens) }

    package func isLoaded(at instant: Int64) -> Bool { instant >= loadedAt }

    /// When something will be notified next if nobody intervenes (now and then a moment at which nothing is, never one too late);
    /// nil when the engine is idle.
    package var nextEventTime: Int64? { run?.end ?? (waiting.isEmpty ? nil : loadedAt) }

    /// Takes one event at `now` and appends what it, and the time passed until then, led to. A `now` before an earlier one counts
    /// as that earlier one.
    package mutating func handle(_ event: EngineEvent, now instant: Int64, into notifications: inout [EngineNotification]) {
        advance(to: instant, into: &notifications)
        switch event {
        case .submitted(let request): submit(request, into: &notifications)
        case .cancelled(let id): cancel(id, into: &notifications)
        case .slowed(let factor):
            slowdown = min(max(factor, 0.001), 1_000_000)
            shortenRun()
        case .advanced: break
        }
    }

    /// ``handle(_:now:into:)`` with the notifications returned.
    package mutating func handle(_ event: EngineEvent, now instant: Int64) -> [EngineNotification] {
        var notifications: [EngineNotification] = []
        handle(event, now: instant, into: &notifications)
        return notifications
    }

    // MARK: Events

    private mutating func advance(to instant: Int64, into notifications: inout [EngineNotification]) {
        now = max(now, instant)
        if run == nil, !waiting.isEmpty, loadedAt <= now { beginRun(at: loadedAt, into: &notifications) }
        while let ended = run, ended.end <= now {
            endRun(ended, into: &notifications)
            beginRun(at: ended.end, into: &notifications)
        }
    }

    private mutating func submit(_ request: EngineRequest, into notifications: inout [EngineNotification]) {
        func refuse(_ refusal: EngineRefusal) {
            notifications.append(EngineNotification(time: now, id: request.id, kind: .refused(refusal)))
        }
        guard request.kvTokens <= parameters.kvCapacityTokens else {
            return refuse(.largerThanCache(needed: request.kvTokens, capacity: parameters.kvCapacityTokens))
        }
        guard waiting.count < parameters.waitingLimit else { return refuse(.queueFull(limit: parameters.waitingLimit)) }
        waiting.append(request)
        if run != nil {
            if waiting.count == 1, hasRoom(for: request) { shortenRun() }
        } else if loadedAt <= now {
            beginRun(at: now, into: &notifications)
        }
    }

    private mutating func cancel(_ id: UInt64, into notifications: inout [EngineNotification]) {
        if let index = running.firstIndex(where: { $0.id == id }) {
            let request = running.remove(at: index)
            release(request)
            // Steps of the run that have ended but were not counted yet.
            let ended = run.map { max(0, now - $0.start) / $0.stepDuration } ?? 0
            let tokens = request.makesTokens ? Int(endedSteps + ended - request.firstStep) : 0
            if request.makesTokens { generatedTokens += Int(ended) }
            notifications.append(EngineNotification(time: now, id: id, kind: .cancelled(generatedTokens: tokens)))
            shortenRun()
        } else if waiting.remove(id: id) {
            notifications.append(EngineNotification(time: now, id: id, kind: .cancelled(generatedTokens: 0)))
            if let head = waiting.first, hasRoom(for: head) { shortenRun() }
        }
    }

    // MARK: Steps

    private func hasRoom(for request: EngineRequest) -> Bool {
        running.count < parameters.maxBatch && request.kvTokens <= parameters.kvCapacityTokens - kvReserved
    }

    private mutating func release(_ request: Running) {
        kvReserved -= request.kvTokens
        if request.isWatched { watchedCount -= 1 }
    }

    /// Ends the run with the step in progress, because the batch changes after it.
    private mutating func shortenRun() {
        guard let current = run else { return }
        run?.steps = min(current.steps, max(0, now - current.start) / current.stepDuration + 1)
    }

    /// Admits what fits and starts the next steps; without anything to run the engine becomes idle.
    private mutating func beginRun(at start: Int64, into notifications: inout [EngineNotification]) {
        let decoding = running.count
        var promptTokens = 0
        while let head = waiting.first, hasRoom(for: head),
            running.count == decoding || promptTokens + head.promptTokens <= parameters.stepPrefillTokens
        {
            waiting.removeFirst()
            promptTokens += head.promptTokens
            kvReserved += head.kvTokens
            if head.isWatched { watchedCount += 1 }
            running.append(
                Running(
                    id: head.id, firstStep: endedSteps, lastStep: endedSteps + Int64(max(1, head.outputTokens)),
                    kvTokens: head.kvTokens, isWatched: head.isWatched, makesTokens: head.outputTokens > 0))
            notifications.append(EngineNotification(time: start, id: head.id, kind: .admitted))
        }
        guard !running.isEmpty else {
            run = nil
            return
        }
        let duration = stepDuration(at: start, promptTokens: promptTokens, decoding: decoding)
        let isWarm = start >= loadedAt + parameters.warmUpNanoseconds
        let admitted = running.count - decoding
        var steps: Int64 = 1
        if admitted == 0, watchedCount == 0, isWarm {
            let untilFirstEnd = running.reduce(Int64.max) { min($0, $1.lastStep) } - endedSteps
            steps = max(1, min(untilFirstEnd, Self.longestRun / duration))
        }
        run = Run(start: start, stepDuration: duration, steps: steps)
    }

    /// Gives every running request its tokens of the run and lets go of those that are done.
    private mutating func endRun(_ ended: Run, into notifications: inout [EngineNotification]) {
        endedSteps += ended.steps
        var kept = 0
        for index in running.indices {
            let request = running[index]
            if request.makesTokens {
                generatedTokens += Int(ended.steps)
                let tokens = endedSteps - request.firstStep
                if request.isWatched || tokens == ended.steps {
                    notifications.append(
                        EngineNotification(time: ended.end, id: request.id, kind: .tokenReady(index: Int(tokens) - 1)))
                }
            }
            if request.lastStep <= endedSteps {
                release(request)
                notifications.append(EngineNotification(time: ended.end, id: request.id, kind: .finished))
            } else {
                if kept != index { running[kept] = request }
                kept += 1
            }
        }
        running.removeLast(running.count - kept)
    }

    private func stepDuration(at start: Int64, promptTokens: Int, decoding: Int) -> Int64 {
        var seconds = Double(promptTokens) / parameters.prefillTokensPerSecond
        if decoding > 0 {
            seconds += (1 + parameters.batchSlowdown * Double(decoding - 1)) / parameters.decodeTokensPerSecond
        }
        let nanoseconds = seconds * slowdown * warmUpFactor(at: start) * 1e9
        return Int64(min(max(nanoseconds, 1), Double(Self.longestStep)) + 0.5)
    }

    private func warmUpFactor(at instant: Int64) -> Double {
        let left = loadedAt + parameters.warmUpNanoseconds - instant
        guard left > 0 else { return 1 }
        return 1 + (parameters.warmUpSlowdown - 1) * Double(left) / Double(parameters.warmUpNanoseconds)
    }
}
