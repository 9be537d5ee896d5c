import EngineTiming
import Testing

private let millisecond: Int64 = 1_000_000

/// 10,000 prompt tokens/s and 50 tokens/s alone, so that 100 prompt tokens take 10 ms and a lone decode step 20 ms.
private func makeEngine(_ change: (inout EngineTimingParameters) -> Void = { _ in }) throws -> EngineTiming {
    var parameters = EngineTimingParameters(prefillTokensPerSecond: 10_000, decodeTokensPerSecond: 50, batchSlowdown: 0.5)
    change(&parameters)
    return try EngineTiming(parameters: parameters, startedAt: 0)
}

private func note(_ milliseconds: Int64, _ id: UInt64, _ kind: EngineNotification.Kind) -> EngineNotification {
    EngineNotification(time: milliseconds * millisecond, id: id, kind: kind)
}

/// Submits at the given milliseconds and lets the engine run until it is idle.
private func run(_ engine: inout EngineTiming, _ requests: [(Int64, EngineRequest)]) -> [EngineNotification] {
    var notifications: [EngineNotification] = []
    for (milliseconds, request) in requests {
        engine.handle(.submitted(request), now: milliseconds * millisecond, into: &notifications)
    }
    while let next = engine.nextEventTime { engine.handle(.advanced, now: next, into: &notifications) }
    return notifications
}

@Suite struct EngineTimingTests {
    @Test("a lone request takes its prefill and one decode step per further token")
    func loneRequest() throws {
        var engine = try makeEngine()
        let notifications = run(&engine, [(0, EngineRequest(id: 1, promptTokens: 100, outputTokens: 3))])
        #expect(
            notifications == [
                note(0, 1, .admitted), note(10, 1, .tokenReady(index: 0)), note(30, 1, .tokenReady(index: 1)),
                note(50, 1, .tokenReady(index: 2)), note(50, 1, .finished),
            ])
        #expect(engine.generatedTokens == 3)
        #expect(engine.kvReserved == 0)
    }

    @Test("an unwatched request tells its first token and its end, at the same times")
    func unwatchedRequest() throws {
        var engine = try makeEngine()
        let notifications = run(&engine, [(0, EngineRequest(id: 1, promptTokens: 100, outputTokens: 3, isWatched: false))])
        #expect(notifications == [note(0, 1, .admitted), note(10, 1, .tokenReady(index: 0)), note(50, 1, .finished)])
        #expect(engine.generatedTokens == 3)
    }

    @Test("an embedding ends with its prefill and makes no token")
    func embedding() throws {
        var engine = try makeEngine()
        let notifications = run(&engine, [(0, EngineRequest(id: 1, promptTokens: 100, outputTokens: 0))])
        #expect(notifications == [note(0, 1, .admitted), note(10, 1, .finished)])
        #expect(engine.generatedTokens == 0)
    }

    @Test("a newcomer joins at the next step boundary, and its prefill delays the others' token")
    func joinsAtBoundary() throws {
        var engine = try makeEngine()
        let notifications = run(
            &engine,
            [
                (0, EngineRequest(id: 1, promptTokens: 100, outputTokens: 4)),
                (15, EngineRequest(id: 2, promptTokens: 200, outputTokens: 2)),
            ])
        // 0–10 prefill 1; 10–30 decode 1; 30–70 prefill 2 (20 ms) + decode 1 (20 ms); 70–100 decode two: 20 ms × 1.5.
        #expect(
            notifications == [
                note(0, 1, .admitted), note(10, 1, .tokenReady(index: 0)), note(30, 1, .tokenReady(index: 1)),
                note(30, 2, .admitted), note(70, 1, .tokenReady(index: 2)), note(70, 2, .tokenReady(index: 0)),
                note(100, 1, .tokenReady(index: 3)), note(100, 1, .finished), note(100, 2, .tokenReady(index: 1)),
                note(100, 2, .finished),
            ])
    }

    @Test("a full batch generates batch ÷ step time tokens per second")
    func throughput() throws {
        var engine = try makeEngine {
            $0.maxBatch = 11
            $0.stepPrefillTokens = 1_000_000
        }
        let requests = (1...11).map { (Int64(0), EngineRequest(id: $0, promptTokens: 0, outputTokens: 1_001, isWatched: false)) }
        let notifications = run(&engine, requests)
        // The first takes its first token alone in 1 ns; ten follow in its first decode step (20 ms); then all eleven decode with
        // steps of 20 ms × (1 + 0.5 × 10) = 120 ms: number 1 needs 999 of those, the others 1,000, the last of them ten strong.
        let ends = notifications.filter { $0.kind.isEnd }.map(\.time)
        #expect(ends.first == 1 + 20 * millisecond + 999 * 120 * millisecond)
        #expect(ends.last == 1 + 20 * millisecond + 999 * 120 * millisecond + 110 * millisecond)
        #expect(engine.generatedTokens == 11 * 1_001)
    }

    @Test("a step reads no more prompt tokens than its budget")
    func prefillBudget() throws {
        var engine = try makeEngine { $0.stepPrefillTokens = 250 }
        let requests = (1...4).map { (Int64(0), EngineRequest(id: $0, promptTokens: 100, outputTokens: 0)) }
        let admitted = run(&engine, requests).filter { $0.kind == .admitted }.map { $0.time / millisecond }
        #expect(admitted == [0, 10, 10, 30])
    }

    @Test("a request waits until its KV space is free, and nobody passes it")
    func waitsForCache() throws {
        var engine = try makeEngine { $0.kvCapacityTokens = 300 }
        let notifications = run(
            &engine,
            [
                (0, EngineRequest(id: 1, promptTokens: 190, outputTokens: 10, isWatched: false)),
                (1, EngineRequest(id: 2, promptTokens: 100, outputTokens: 1, isWatched: false)),
                (2, EngineRequest(id: 3, promptTokens: 10, outputTokens: 1, isWatched: false)),
            ])
        // 1 ends after 19 ms of prefill and nine steps of 20 ms.
        #expect(notifications.filter { $0.kind == .admitted }.map(\.id) == [1, 2, 3])
        #expect(notifications.contains(note(199, 1, .finished)))
        #expect(notifications.contains(note(199, 2, .admitted)))
        #expect(notifications.contains(note(199, 3, .admitted)))
    }

    @Test("a request larger than the whole cache is refused")
    func largerThanCache() throws {
        var engine = try makeEngine { $0.kvCapacityTokens = 300 }
        let request = EngineRequest(id: 7, promptTokens: 299, outputTokens: 2)
        #expect(
            engine.handle(.submitted(request), now: 5)
                == [EngineNotification(time: 5, id: 7, kind: .refused(.largerThanCache(needed: 301, capacity: 300)))])
        let absurd = EngineRequest(id: 8, promptTokens: .max, outputTokens: .max)
        #expect(
            engine.handle(.submitted(absurd), now: 5).map(\.kind) == [.refused(.largerThanCache(needed: .max, capacity: 300))])
        #expect(engine.nextEventTime == nil)
    }

    @Test("one request more than may wait is refused")
    func queueFull() throws {
        var engine = try makeEngine {
            $0.maxBatch = 1
            $0.waitingLimit = 2
        }
        let kinds = (1...4).flatMap {
            engine.handle(.submitted(EngineRequest(id: $0, promptTokens: 10, outputTokens: 1)), now: 0).map(\.kind)
        }
        #expect(kinds == [.admitted, .refused(.queueFull(limit: 2))])
        #expect(engine.waitingCount == 2)
    }

    @Test("requests wait until the weights are loaded")
    func waitsForLoad() throws {
        var engine = try makeEngine { $0.loadNanoseconds = 500 * millisecond }
        #expect(!engine.isLoaded(at: 499 * millisecond))
        let notifications = run(&engine, [(3, EngineRequest(id: 1, promptTokens: 100, outputTokens: 1))])
        #expect(notifications == [note(500, 1, .admitted), note(510, 1, .tokenReady(index: 0)), note(510, 1, .finished)])
        #expect(engine.isLoaded(at: 500 * millisecond))
    }

    @Test("steps are slower at first and reach their speed at the end of the warm-up")
    func warmUp() throws {
        var engine = try makeEngine {
            $0.warmUpNanoseconds = 100 * millisecond
            $0.warmUpSlowdown = 3
        }
        let notifications = run(
            &engine,
            [
                (0, EngineRequest(id: 1, promptTokens: 100, outputTokens: 1)),
                (50, EngineRequest(id: 2, promptTokens: 100, outputTokens: 1)),
                (100, EngineRequest(id: 3, promptTokens: 100, outputTokens: 1)),
            ])
        #expect(notifications.filter { $0.kind == .finished }.map { $0.time / millisecond } == [30, 70, 110])
    }

    @Test("a cancelled running request frees its place at the next step boundary")
    func cancelRunning() throws {
        var engine = try makeEngine { $0.maxBatch = 1 }
        var notifications: [EngineNotification] = []
        engine.handle(
            .submitted(EngineRequest(id: 1, promptTokens: 100, outputTokens: 500, isWatched: false)), now: 0, into: &notifications
        )
        engine.handle(.submitted(EngineRequest(id: 2, promptTokens: 100, outputTokens: 1)), now: 0, into: &notifications)
        // Tokens at 10, 30 and 50 ms; the step in progress ends at 70 ms.
        engine.handle(.cancelled(id: 1), now: 55 * millisecond, into: &notifications)
        #expect(notifications.last == note(55, 1, .cancelled(generatedTokens: 3)))
        #expect(engine.generatedTokens == 3)
        while let next = engine.nextEventTime { engine.handle(.advanced, now: next, into: &notifications) }
        #expect(notifications.contains(note(70, 2, .admitted)))
        #expect(notifications.last == note(80, 2, .finished))
    }

    @Test("cancelling the one that waits first lets the next one in")
    func cancelWaiting() throws {
        var engine = try makeEngine { $0.kvCapacityTokens = 1_000 }
        var notifications: [EngineNotification] = []
        engine.handle(
            .submitted(EngineRequest(id: 1, promptTokens: 100, outputTokens: 500, isWatched: false)), now: 0, into: &notifications
        )
        engine.handle(.submitted(EngineRequest(id: 2, promptTokens: 900, outputTokens: 1)), now: 0, into: &notifications)
        engine.handle(.submitted(EngineRequest(id: 3, promptTokens: 100, outputTokens: 0)), now: 0, into: &notifications)
        engine.handle(.cancelled(id: 2), now: 15 * millisecond, into: &notifications)
        #expect(notifications.last == note(15, 2, .cancelled(generatedTokens: 0)))
        #expect(engine.nextEventTime == 30 * millisecond)
        #expect(engine.handle(.advanced, now: 30 * millisecond) == [note(30, 3, .admitted)])
    }

    @Test("cancelling what has ended or never was changes nothing")
    func cancelUnknown() throws {
        var engine = try makeEngine()
        _ = run(&engine, [(0, EngineRequest(id: 1, promptTokens: 100, outputTokens: 1))])
        #expect(engine.handle(.cancelled(id: 1), now: 20 * millisecond) == [])
        #expect(engine.nextEventTime == nil)
    }

    @Test("a slowdown holds from the next step on")
    func slowdown() throws {
        var engine = try makeEngine()
        var notifications: [EngineNotification] = []
        engine.handle(
            .submitted(EngineRequest(id: 1, promptTokens: 100, outputTokens: 4, isWatched: false)), now: 0, into: &notifications)
        engine.handle(.slowed(factor: 3), now: 15 * millisecond, into: &notifications)
        while let next = engine.nextEventTime { engine.handle(.advanced, now: next, into: &notifications) }
        // 10 prefill, 30 first decode step at normal speed, then two steps of 60 ms.
        #expect(notifications.last == note(150, 1, .finished))
    }

    @Test("parameters no engine could have are refused by name")
    func invalidParameters() {
        #expect(throws: InvalidTimingParameter.self) { try makeEngine { $0.maxBatch = 0 } }
        #expect(throws: InvalidTimingParameter.self) { try makeEngine { $0.prefillTokensPerSecond = .nan } }
        #expect(throws: InvalidTimingParameter.self) { try makeEngine { $0.decodeTokensPerSecond = .infinity } }
        var parameters = EngineTimingParameters()
        parameters.waitingLimit = -1
        let error = #expect(throws: InvalidTimingParameter.self) { try parameters.validate() }
        #expect(error?.description == "waitingLimit is -1; accepted is a number from 1 to 1000000")
    }
}
