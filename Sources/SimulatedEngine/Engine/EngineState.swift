import EngineTiming

/// Everything an engine knows, behind the driver's lock: the timing model, the open requests, the faults and the counters.
///
/// Each input is a mutating function that returns the waiters to resume; the driver resumes them after it has let go of the lock.
/// Open requests are bounded by the connections, those in the timing model by its batch and queue limits.
struct EngineState {
    struct Resumption {
        var continuation: CheckedContinuation<GenerationProgress, Never>
        var progress: GenerationProgress
    }

    /// Whether `wait` parked its continuation.
    enum Waiting {
        case parked
        case ready(GenerationProgress)
    }

    private struct Waiter {
        /// Wakes when more tokens than this exist, and at the end.
        var seen: Int
        var continuation: CheckedContinuation<GenerationProgress, Never>
    }

    private struct Request {
        var submittedAt: Int64
        var promptTokens: Int
        var finishReason: EngineMetrics.FinishReason
        var progress = GenerationProgress(tokens: 0, end: nil)
        var waiter: Waiter?
    }

    private(set) var timing: EngineTiming
    private(set) var gate: FaultGate
    private(set) var metrics = EngineMetrics()
    private(set) var isDraining = false
    private var requests: [UInt64: Request] = [:]
    /// Requests that hang on purpose, oldest first; they are in `requests`, too.
    private var hanging: [UInt64] = []
    private var lastID: UInt64 = 0
    private var diesAtTokens: Int?
    /// Kept for its storage.
    private var notifications: [EngineNotification] = []

    init(timing: EngineTiming, gate: FaultGate) {
        self.timing = timing
        self.gate = gate
    }

    /// Whether the `dieAfterTokens` fault has come due.
    var mustDie: Bool { diesAtTokens.map { timing.generatedTokens >= $0 } ?? false }

    func observation(now: Int64) -> EngineObservation {
        EngineObservation(
            gauges: EngineMetrics.Gauges(
                running: timing.runningCount, waiting: timing.waitingCount, kvUse: timing.kvUse,
                generatedTokens: timing.generatedTokens,
                batchFill: Double(timing.runningCount) / Double(max(1, timing.parameters.maxBatch))),
            loadNanosecondsLeft: max(0, timing.loadedAt - now), waitingLimit: timing.parameters.waitingLimit,
            isAcceleratorLost: gate.settings.acceleratorLost, isDraining: isDraining)
    }

    // MARK: Faults

    mutating func judgeInference() -> FaultGate.Verdict { gate.judgeInference() }
    mutating func judgeHealth() -> FaultGate.Verdict { gate.judgeHealth() }

    mutating func replaceFaults(_ settings: FaultSettings, now: Int64) -> [Resumption] {
        gate.replace(settings)
        let resumptions = handle(.slowed(factor: settings.slowFactor), now: now)
        diesAtTokens = settings.dieAfterTokens.map { timing.generatedTokens + $0 }
        return resumptions
    }

    /// A request that hangs until its client leaves or the engine stops.
    mutating func hang(now: Int64) -> UInt64 {
        let id = open(promptTokens: 0, finishReason: .abort, now: now)
        if isDraining { requests[id]?.progress.end = .cancelled } else { hanging.append(id) }
        return id
    }

    /// The engine stops: what hangs will never end by itself.
    mutating func beginDraining() -> [Resumption] {
        isDraining = true
        defer { hanging.removeAll() }
        return hanging.compactMap { end($0, .cancelled) }
    }

    // MARK: Requests

    /// Gives a request to the timing model. The refusal, where there is one, is known at once.
    mutating func submit(
        promptTokens: Int, outputTokens: Int, isStreamed: Bool, finishReason: EngineMetrics.FinishReason, now: Int64
    ) -> (id: UInt64, refusal: EngineRefusal?, resumptions: [Resumption]) {
        let id = open(promptTokens: promptTokens, finishReason: finishReason, now: now)
        let request = EngineRequest(
            id: id, promptTokens: promptTokens, outputTokens: outputTokens, isWatched: isStreamed || gate.settings.countsTokens)
        var refusal: EngineRefusal?
        let resumptions = handle(.submitted(request), now: now, refusalOf: id, refusal: &refusal)
        if refusal != nil { requests[id] = nil }
        return (id, refusal, resumptions)
    }

    /// Registers a continuation to be resumed when more than `seen` tokens exist or the request has ended. One waiter at a time.
    mutating func wait(
        for id: UInt64, beyond seen: Int, continuation: CheckedContinuation<GenerationProgress, Never>
    ) -> Waiting {
        guard let request = requests[id] else { return .ready(GenerationProgress(tokens: 0, end: .cancelled)) }
        if request.progress.end != nil || request.progress.tokens > seen { return .ready(request.progress) }
        precondition(request.waiter == nil, "two waiters for one request")
        requests[id]?.waiter = Waiter(seen: seen, continuation: continuation)
        return .parked
    }

    /// The client no longer waits. Nothing happens when the request has ended already.
    mutating func cancel(_ id: UInt64, now: Int64) -> [Resumption] {
        guard let request = requests[id], request.progress.end == nil else { return [] }
        if let index = hanging.firstIndex(of: id) {
            hanging.remove(at: index)
            return end(id, .cancelled).map { [$0] } ?? []
        }
        return handle(.cancelled(id: id), now: now)
    }

    /// Forgets a request nobody will ask about again, cancelling what is left of it.
    mutating func release(_ id: UInt64, now: Int64) -> [Resumption] {
        let resumptions = cancel(id, now: now)
        requests[id] = nil
        return resumptions
    }

    mutating func advance(now: Int64) -> [Resumption] { handle(.advanced, now: now) }

    // MARK: Notifications

    private mutating func open(promptTokens: Int, finishReason: EngineMetrics.FinishReason, now: Int64) -> UInt64 {
        lastID += 1
        requests[lastID] = Request(submittedAt: now, promptTokens: promptTokens, finishReason: finishReason)
        return lastID
    }

    private mutating func handle(_ event: EngineEvent, now: Int64) -> [Resumption] {
        var refusal: EngineRefusal?
        return handle(event, now: now, refusalOf: 0, refusal: &refusal)
    }

    private mutating func handle(
        _ event: EngineEvent, now: Int64, refusalOf submitted: UInt64, refusal: inout EngineRefusal?
    ) -> [Resumption] {
        timing.handle(event, now: now, into: &notifications)
        var resumptions: [Resumption] = []
        for note in notifications {
            switch note.kind {
            case .admitted: break
            case .tokenReady(let index): tokenReady(note.id, index: index, at: note.time)
            case .finished: requestEnded(note, .finished)
            case .cancelled: requestEnded(note, .cancelled)
            case .refused(let reason): if note.id == submitted { refusal = reason }
            }
        }
        // Second pass: a request with several tokens, or a token and its end, is resumed once.
        for note in notifications { if let resumption = wake(note.id) { resumptions.append(resumption) } }
        notifications.removeAll(keepingCapacity: true)
        return resumptions
    }

    private mutating func tokenReady(_ id: UInt64, index: Int, at time: Int64) {
        guard let request = requests[id] else { return }
        requests[id]?.progress.tokens = index + 1
        if index == 0 {
            metrics.promptRead(tokens: request.promptTokens)
            metrics.firstTokenMade(after: time - request.submittedAt)
        }
    }

    private mutating func requestEnded(_ note: EngineNotification, _ end: GenerationProgress.End) {
        guard let request = requests[note.id] else { return }
        requests[note.id]?.progress.end = end
        let isPromptOnly = end == .finished && request.progress.tokens == 0
        if isPromptOnly { metrics.promptRead(tokens: request.promptTokens) }
        metrics.requestEnded(end == .finished ? request.finishReason : .abort, after: note.time - request.submittedAt)
    }

    private mutating func end(_ id: UInt64, _ end: GenerationProgress.End) -> Resumption? {
        requests[id]?.progress.end = end
        return wake(id)
    }

    private mutating func wake(_ id: UInt64) -> Resumption? {
        guard let request = requests[id], let waiter = request.waiter else { return nil }
        guard request.progress.end != nil || request.progress.tokens > waiter.seen else { return nil }
        requests[id]?.waiter = nil
        return Resumption(continuation: waiter.continuation, progress: request.progress)
    }
}
