import AsyncHTTPClient
import EngineTiming
import NIOCore
import NIOHTTP1
import SimulatedEngine
import Synchronization
import Testing

@Suite struct FaultTests {
    @Test("faults are set, told and taken back while the engine runs")
    func runTime() async throws {
        try await EngineFixture.run { engine in
            let set = try await engine.post("/faults", #"{"erroringShare":1,"slowFactor":2}"#)
            #expect(set.status == 200)
            #expect(try set.value("erroringShare") == .number(1))
            #expect(try await engine.get("/faults").body == set.body)
            let failed = try await engine.chat()
            #expect(failed.status == 500)
            #expect(try failed.value("error", "code") == .string("erroring"))
            #expect(try await engine.get("/health").status == 200)
            _ = try await engine.post("/faults", "{}")
            #expect(try await engine.chat().status == 200)
        }
    }

    @Test("an unknown fault and an impossible value are refused by name")
    func invalid() async throws {
        try await EngineFixture.run { engine in
            let unknown = try await engine.post("/faults", #"{"eroringShare":1}"#)
            #expect(unknown.status == 400)
            #expect(try unknown.value("error", "message")?.string?.contains("accepted are slowFactor") == true)
            let impossible = try await engine.post("/faults", #"{"erroringShare":7}"#)
            #expect(try impossible.value("error", "message") == .string("erroringShare is 7.0; accepted is 0 to 1"))
            #expect(try await engine.post("/faults", #"{"refusing":"politely"}"#).status == 400)
            #expect(try await engine.chat().status == 200)
        }
    }

    @Test("a share of errors hits the same requests with the same seed")
    func erroringShare() async throws {
        func statuses() async throws -> [Int] {
            try await EngineFixture.run(seed: 42, faults: FaultSettings(erroringShare: 0.5)) { engine in
                var statuses: [Int] = []
                for _ in 0..<40 { statuses.append(try await engine.chat(#","max_tokens":1"#).status) }
                return statuses
            }
        }
        let first = try await statuses()
        #expect((8...32).contains(first.count { $0 == 500 }))
        #expect(try await statuses() == first)
    }

    @Test("refusing answers 503 or closes; reaching health it does so there too")
    func refusing() async throws {
        try await EngineFixture.run(faults: FaultSettings(refusing: .unavailable)) { engine in
            let answer = try await engine.chat()
            #expect(answer.status == 503)
            #expect(answer.header("retry-after") == "1")
            #expect(try await engine.get("/health/ready").status == 200)
            _ = try await engine.post("/faults", #"{"refusing":"unavailable","reachesHealth":true}"#)
            #expect(try await engine.get("/health").status == 503)
            _ = try await engine.post("/faults", #"{"refusing":"closing"}"#)
            await #expect(throws: (any Error).self) { try await engine.chat() }
        }
    }

    @Test("a hanging request is never answered and leaves nothing behind when its client goes")
    func hanging() async throws {
        try await EngineFixture.run(faults: FaultSettings(hangingShare: 1)) { engine in
            let request = engine.request("/v1/chat/completions", "{}")
            await #expect(throws: HTTPClientError.deadlineExceeded) {
                try await engine.client.execute(request, deadline: .now() + .milliseconds(200))
            }
            _ = try await engine.post("/faults", "{}")
            #expect(try await engine.chat().status == 200)
        }
    }

    @Test("a cut stream ends after its tokens without [DONE]; a cut answer has no byte")
    func cut() async throws {
        try await EngineFixture.run(faults: FaultSettings(cutAfterTokens: 2)) { engine in
            let request = engine.request(
                "/v1/chat/completions", #"{"model":"chat","stream":true,"messages":[{"role":"user","content":"x"}]}"#)
            let response = try await engine.client.execute(request, timeout: .seconds(60))
            #expect(response.status.code == 200)
            var text = ""
            await #expect(throws: (any Error).self) { for try await part in response.body { text += String(buffer: part) } }
            // The role and two tokens.
            #expect(text.split(separator: "\n\n").count == 3)
            #expect(!text.contains("[DONE]"))
            await #expect(throws: (any Error).self) { try await engine.chat() }
            #expect(try await engine.chat(#","max_tokens":1"#).status == 200)
            #expect(try await engine.metric("vllm:num_requests_running", becomes: 0))
        }
    }

    @Test("dying ends the process once the tokens are made")
    func dying() async throws {
        let deaths = Mutex(0)
        let die: @Sendable () -> Void = { deaths.withLock { $0 += 1 } }
        try await EngineFixture.run(die: die) { engine in
            _ = try await engine.post("/faults", #"{"dieAfterTokens":10}"#)
            _ = try await engine.chat(#","max_tokens":9"#)
            #expect(deaths.withLock { $0 } == 0)
            _ = try await engine.chat(#","max_tokens":2"#)
            #expect(deaths.withLock { $0 } > 0)
        }
    }

    @Test("slow steps multiply the time a request takes")
    func slow() async throws {
        var timing = EngineFixture.slowTiming
        timing.decodeTokensPerSecond = 100
        try await EngineFixture.run(timing: timing, faults: FaultSettings(slowFactor: 1_000)) { engine in
            try await engine.during(chats: 1, #","max_tokens":9"#) { () async throws in
                #expect(try await engine.metric("vllm:num_requests_running", becomes: 1))
                // A normal engine is done in 80 ms; this one is not when it has been asked for 300 ms.
                let deadline = ContinuousClock.now + .milliseconds(300)
                while ContinuousClock.now < deadline {
                    #expect(try await engine.metric("vllm:num_requests_running") == 1)
                }
            }
        }
    }
}
