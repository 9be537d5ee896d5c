import EngineTiming
import SimulatedEngine
import Testing

@Suite struct HealthTests {
    @Test("an engine that loads is alive, not ready, and sends requests away")
    func loading() async throws {
        var timing = EngineFixture.fastTiming()
        timing.loadNanoseconds = 3_600_000_000_000
        try await EngineFixture.run(timing: timing) { engine in
            #expect(try await engine.get("/health").status == 200)
            let ready = try await engine.get("/health/ready")
            #expect(ready.status == 503)
            #expect(try ready.value("status") == .string("unready"))
            #expect(try ready.value("checks", "0", "ok") == .bool(false))
            let answer = try await engine.chat()
            #expect(answer.status == 503)
            #expect(try answer.value("error", "code") == .string("model_loading"))
        }
    }

    @Test("an engine becomes ready when it has loaded, and lists every check")
    func ready() async throws {
        try await EngineFixture.run(timing: EngineFixture.fastTiming { $0.loadNanoseconds = 50_000_000 }) { engine in
            let deadline = ContinuousClock.now + .seconds(30)
            var answer = try await engine.get("/health/ready")
            while answer.status != 200, ContinuousClock.now < deadline { answer = try await engine.get("/health/ready") }
            #expect(answer.status == 200)
            let names = try (0..<4).map { try answer.value("checks", "\($0)", "name") }
            #expect(names == [.string("model"), .string("accelerator"), .string("memory"), .string("queue")])
            #expect(try await engine.chat().status == 200)
        }
    }

    @Test("a lost accelerator fails deep health and inference, not shallow health")
    func acceleratorLost() async throws {
        try await EngineFixture.run(faults: FaultSettings(acceleratorLost: true)) { engine in
            #expect(try await engine.get("/health").status == 200)
            let ready = try await engine.get("/health/ready")
            #expect(ready.status == 503)
            #expect(try ready.value("checks", "1", "ok") == .bool(false))
            let answer = try await engine.chat()
            #expect(answer.status == 500)
            #expect(try answer.value("error", "code") == .string("accelerator_lost"))
        }
    }

    @Test("models are listed")
    func models() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.get("/v1/models")
            #expect(try answer.value("data", "0", "id") == .string("chat"))
            #expect(try answer.value("data", "1", "id") == .string("chat-large"))
            #expect(try answer.value("data", "0", "max_model_len") == .number(4_096))
        }
    }

    @Test("metrics show what runs, what waits and how full the cache is")
    func gauges() async throws {
        var timing = EngineFixture.slowTiming
        timing.maxBatch = 1
        timing.kvCapacityTokens = 1_000
        try await EngineFixture.run(timing: timing) { engine in
            try await engine.during(chats: 3, #","max_tokens":91,"ignore_eos":true"#) { () async throws in
                #expect(try await engine.metric("vllm:num_requests_waiting", becomes: 2))
                #expect(try await engine.metric("vllm:num_requests_running", "model_name=\"chat\"") == 1)
                #expect(try await engine.metric("vllm:kv_cache_usage_perc") == 0.1)
            }
        }
    }
}
