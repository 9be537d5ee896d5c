import EngineTiming
import SeededCases
import Testing

/// Seeded random engines and request streams, checked against what must always hold.
@Suite struct EngineTimingPropertyTests {
    private static let seed: UInt64 = 0x7261_6465_7769_6e64
    /// 10⁴, or `TRADEWIND_SOAK_CASES`.
    private static let cases = Int(caseCount())

    @Test("every request ends exactly once, in order, within batch, cache and queue limits")
    func invariants() throws {
        for number in 0..<Self.cases {
            let world = World(seed: Self.seed &+ UInt64(number))
            var isWithinLimits = true
            let notifications = try world.play { engine in
                isWithinLimits =
                    isWithinLimits && engine.runningCount <= world.parameters.maxBatch
                    && (0...world.parameters.kvCapacityTokens).contains(engine.kvReserved)
                    && engine.waitingCount <= world.parameters.waitingLimit
            }
            #expect(isWithinLimits, "case \(number), seed \(Self.seed)")
            #expect(violation(world, notifications) == nil, "case \(number), seed \(Self.seed)")
        }
    }

    @Test("the same events give the same notifications, however often time is advanced")
    func determinism() throws {
        for number in 0..<Self.cases {
            let world = World(seed: Self.seed &+ UInt64(number))
            let once = try world.play()
            #expect(try world.play() == once, "case \(number), seed \(Self.seed)")
            #expect(try world.play(extraAdvances: 5) == once, "case \(number), seed \(Self.seed)")
        }
    }

    @Test("watching tokens changes no time")
    func watchingIsFree() throws {
        for number in 0..<Self.cases {
            var world = World(seed: Self.seed &+ UInt64(number))
            let isMilestone: (EngineNotification) -> Bool = { note in
                if case .tokenReady(let index) = note.kind { index == 0 } else { true }
            }
            world.watched = .all
            let all = try world.play().filter(isMilestone)
            world.watched = .none
            let none = try world.play()
            world.watched = .some
            let some = try world.play().filter(isMilestone)
            #expect(none == all, "case \(number), seed \(Self.seed)")
            #expect(some == all, "case \(number), seed \(Self.seed)")
        }
    }

    /// The first rule the notifications break; nil when they break none.
    private func violation(_ world: World, _ notifications: [EngineNotification]) -> String? {
        var hasEnded = [Bool](repeating: false, count: world.requests.count)
        var tokens = [Int](repeating: 0, count: world.requests.count)
        var lastAdmitted: UInt64 = 0
        var lastTime = Int64.min
        for note in notifications {
            let index = Int(note.id) - 1
            if note.time < lastTime { return "time goes back at \(note)" }
            lastTime = note.time
            if hasEnded[index] { return "after its end: \(note)" }
            switch note.kind {
            case .admitted:
                if note.id <= lastAdmitted { return "out of order: \(note)" }
                lastAdmitted = note.id
            case .tokenReady(let token):
                if token != tokens[index] { return "after \(tokens[index]) tokens: \(note)" }
                tokens[index] += 1
            case .cancelled(let generated):
                if generated != tokens[index] { return "after \(tokens[index]) tokens: \(note)" }
            case .finished:
                if tokens[index] != world.requests[index].outputTokens { return "after \(tokens[index]) tokens: \(note)" }
            case .refused: break
            }
            hasEnded[index] = note.kind.isEnd
        }
        return hasEnded.firstIndex(of: false).map { "request \($0 + 1) never ended" }
    }
}

/// A generated engine with its request stream. Ids are 1, 2, … in order of submission.
private struct World {
    enum Watched { case all, none, some }

    var parameters: EngineTimingParameters
    var requests: [EngineRequest] = []
    /// Sorted by time.
    var events: [(time: Int64, event: EngineEvent)] = []
    var watched = Watched.all

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        parameters = EngineTimingParameters(
            prefillTokensPerSecond: Double(random.next(in: 100...20_000)),
            decodeTokensPerSecond: Double(random.next(in: 1...200)),
            batchSlowdown: Double(random.next(in: 0...100)) / 100, maxBatch: random.next(in: 1...6),
            kvCapacityTokens: random.next(in: 20...400), stepPrefillTokens: random.next(in: 1...200),
            waitingLimit: random.next(in: 1...8), loadNanoseconds: Int64(random.next(in: 0...2)) * 100_000_000,
            warmUpNanoseconds: Int64(random.next(in: 0...2)) * 300_000_000)
        var time: Int64 = 0
        for id in 1...UInt64(random.next(in: 1...30)) {
            time += Int64(random.next(in: 0...200)) * 1_000_000
            let request = EngineRequest(id: id, promptTokens: random.next(in: 0...150), outputTokens: random.next(in: 0...40))
            requests.append(request)
            events.append((time, .submitted(request)))
            switch random.next(in: 0...9) {
            case 0...2: events.append((time + Int64(random.next(in: 0...900)) * 1_000_000, .cancelled(id: id)))
            case 3: events.append((time, .slowed(factor: Double(random.next(in: 1...4)))))
            default: break
            }
        }
        // Stable, so that a cancellation never comes before its submission.
        events = events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }

    func play(
        extraAdvances: Int = 0, observing observe: (EngineTiming) -> Void = { _ in }
    ) throws -> [EngineNotification] {
        var engine = try EngineTiming(parameters: parameters, startedAt: 0)
        var notifications: [EngineNotification] = []
        var last: Int64 = 0
        for (time, event) in events {
            for part in 1..<Int64(extraAdvances + 1) {
                let instant = last + (time - last) * part / Int64(extraAdvances + 1)
                engine.handle(.advanced, now: instant, into: &notifications)
            }
            last = time
            var event = event
            if case .submitted(var request) = event {
                request.isWatched =
                    switch watched {
                    case .all: true
                    case .none: false
                    case .some: request.id.isMultiple(of: 3)
                    }
                event = .submitted(request)
            }
            engine.handle(event, now: time, into: &notifications)
            observe(engine)
        }
        while let next = engine.nextEventTime {
            engine.handle(.advanced, now: next, into: &notifications)
            observe(engine)
        }
        return notifications
    }
}
