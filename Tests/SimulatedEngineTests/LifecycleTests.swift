import AsyncHTTPClient
import EngineTiming
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import SimulatedEngine
import Testing

@Suite struct LifecycleTests {
    @Test("a client that leaves cancels its request, streamed or not", arguments: [true, false])
    func disconnect(isStreamed: Bool) async throws {
        try await EngineFixture.run(timing: EngineFixture.slowTiming) { engine in
            try await engine.during(chats: 1, ",\"stream\":\(isStreamed)") { () async throws in
                #expect(try await engine.metric("vllm:num_requests_running", becomes: 1))
            }
            #expect(try await engine.metric("vllm:num_requests_running", becomes: 0))
            #expect(try await engine.metric("vllm:request_success_total", becomes: 1, "abort"))
            #expect(try await engine.metric("vllm:kv_cache_usage_perc") == 0)
        }
    }

    @Test("a client that leaves while it waits leaves the queue")
    func disconnectWaiting() async throws {
        var timing = EngineFixture.slowTiming
        timing.maxBatch = 1
        try await EngineFixture.run(timing: timing) { engine in
            try await engine.during(chats: 1) { () async throws in
                #expect(try await engine.metric("vllm:num_requests_running", becomes: 1))
                try await engine.during(chats: 1) { () async throws in
                    #expect(try await engine.metric("vllm:num_requests_waiting", becomes: 1))
                }
                #expect(try await engine.metric("vllm:num_requests_waiting", becomes: 0))
                #expect(try await engine.metric("vllm:num_requests_running") == 1)
            }
        }
    }

    @Test("a stream's head comes before its first token")
    func earlyHead() async throws {
        var timing = EngineFixture.slowTiming
        timing.prefillTokensPerSecond = 0.01
        try await EngineFixture.run(timing: timing) { engine in
            let request = engine.request(
                "/v1/chat/completions", #"{"model":"chat","stream":true,"messages":[{"role":"user","content":"x"}]}"#)
            let response = try await engine.client.execute(request, timeout: .seconds(60))
            #expect(response.status.code == 200)
            #expect(try await engine.metric("vllm:generation_tokens_total") == 0)
        }
    }

    @Test("a graceful shutdown finishes what runs, lets go of what hangs, and ends")
    func gracefulShutdown() async throws {
        // About a second for 20 tokens.
        let configuration = SimulatedEngineConfiguration(
            models: ["chat"], timing: EngineTimingParameters(prefillTokensPerSecond: 1e8, decodeTokensPerSecond: 20))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = try SimulatedEngineServer(configuration: configuration, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let engine = EngineFixture(address: try #require(await server.boundAddress()), client: client)
            async let running = engine.chat(#","max_tokens":20"#)
            #expect(try await engine.metric("vllm:num_requests_running", becomes: 1))
            _ = try await engine.post("/faults", #"{"hangingShare":1}"#)
            async let hanging = try? engine.chat()
            await group.triggerGracefulShutdown()
            #expect(try await running.status == 200)
            #expect(await hanging == nil)
            try await tasks.waitForAll()
        }
        try await client.shutdown()
    }

    @Test("an address that is taken is an error, and there is no bound address then")
    func addressTaken() async throws {
        try await EngineFixture.run { engine in
            let configuration = SimulatedEngineConfiguration(port: engine.address.port, models: ["chat"])
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let second = try SimulatedEngineServer(configuration: configuration, logger: logger)
            await #expect(throws: (any Error).self) { try await second.run() }
            #expect(await second.boundAddress() == nil)
        }
    }
}
