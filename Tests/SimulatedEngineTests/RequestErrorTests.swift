import EngineTiming
import SimulatedEngine
import Testing

@Suite struct RequestErrorTests {
    @Test(
        "a wrong request gets 400 that names the field",
        arguments: [
            (#"{"model":"chat","#, "null", "not valid JSON"),
            (#"[1,2]"#, "null", ""),
            (#"{"messages":[{"role":"user","content":"x"}]}"#, "model", "`model` is missing"),
            (#"{"model":"chat"}"#, "messages", "`messages` is missing"),
            (#"{"model":"chat","messages":[]}"#, "messages", "empty"),
            (#"{"model":"chat","messages":[{"content":"x"}]}"#, "messages", "`messages[0].role` is missing"),
            (#"{"model":7,"messages":[{"role":"user","content":"x"}]}"#, "model", "a string"),
            (#"{"model":"chat","messages":[{"role":"user","content":"x"}],"n":2}"#, "n", "accepted is 1"),
            (#"{"model":"chat","messages":[{"role":"user","content":"x"}],"max_tokens":0}"#, "max_tokens", "1 or more"),
            (
                #"{"model":"chat","messages":[{"role":"user","content":"x"}],"stream_options":{"include_usage":true}}"#,
                "stream_options", "`stream` is true"
            ),
        ])
    func invalid(body: String, param: String, message: String) async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.post("/v1/chat/completions", body)
            #expect(answer.status == 400)
            #expect(try answer.value("error", "type") == .string("invalid_request_error"))
            #expect(try answer.value("error", "param") == (param == "null" ? .null : .string(param)))
            let text = try #require(try answer.value("error", "message")?.string)
            #expect(message.isEmpty || text.contains(message), "\(text)")
        }
    }

    @Test("an unknown model gets 404 model_not_found, whatever its name holds")
    func unknownModel() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.post(
                "/v1/chat/completions", #"{"model":"a\"b\\c\u0001","messages":[{"role":"user","content":"x"}]}"#)
            #expect(answer.status == 404)
            #expect(try answer.value("error", "code") == .string("model_not_found"))
            #expect(try answer.value("error", "message")?.string?.contains("chat, chat-large") == true)
        }
    }

    @Test("a request longer than the context gets 400 context_length_exceeded")
    func tooLong() async throws {
        try await EngineFixture.run(maxContextTokens: 100) { engine in
            let prompt = String(repeating: "a", count: 400)
            let long = try await engine.chat(prompt: prompt)
            #expect(long.status == 400)
            #expect(try long.value("error", "code") == .string("context_length_exceeded"))
            let answer = try await engine.chat(",\"max_tokens\":\(Int.max)")
            #expect(answer.status == 400)
            let fits = try await engine.chat(#","max_tokens":91"#)
            #expect(fits.status == 200)
        }
    }

    @Test("a body over the limit gets 413")
    func tooLarge() async throws {
        try await EngineFixture.run(maxBodyBytes: 2_048) { engine in
            let answer = try await engine.chat(prompt: String(repeating: "a", count: 4_096))
            #expect(answer.status == 413)
            #expect(try answer.value("error", "code") == .string("body_too_large"))
            #expect(try await engine.chat().status == 200)
        }
    }

    @Test("a path or method that does not exist gets 404 in OpenAI's shape")
    func unknownPath() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.get("/v2/nothing")
            #expect(answer.status == 404)
            #expect(try answer.value("error", "code") == .string("unknown_url"))
            #expect(try await engine.get("/v1/chat/completions").status == 404)
        }
    }

    @Test("a full queue gets 503 with retry-after")
    func queueFull() async throws {
        var timing = EngineFixture.slowTiming
        timing.maxBatch = 1
        timing.waitingLimit = 1
        try await EngineFixture.run(timing: timing) { engine in
            try await engine.during(chats: 2) { () async throws in
                #expect(try await engine.metric("vllm:num_requests_waiting", becomes: 1))
                let answer = try await engine.chat()
                #expect(answer.status == 503)
                #expect(answer.header("retry-after") == "1")
                #expect(try answer.value("error", "code") == .string("queue_full"))
                let ready = try await engine.get("/health/ready")
                #expect(ready.status == 503)
                #expect(try ready.value("checks", "3", "ok") == .bool(false))
            }
        }
    }

    @Test("a configuration no engine can run with is refused in words")
    func configuration() {
        func message(_ change: (inout SimulatedEngineConfiguration) -> Void) -> String? {
            var configuration = SimulatedEngineConfiguration(models: ["chat"])
            change(&configuration)
            do { try configuration.validate() } catch { return "\(error)" }
            return nil
        }
        #expect(message { _ in } == nil)
        #expect(message { $0.models = [] }?.contains("name at least one") == true)
        #expect(message { $0.models = ["a\"b"] }?.contains("printable ASCII") == true)
        #expect(message { $0.replicaID = "a\nb" }?.contains("printable ASCII") == true)
        #expect(message { $0.port = 70_000 } == "port is 70000; accepted is 0 to 65535")
        #expect(message { $0.timing.maxBatch = 0 }?.hasPrefix("maxBatch is 0") == true)
        #expect(message { $0.faults.erroringShare = 2 } == "erroringShare is 2.0; accepted is 0 to 1")
        #expect(message { $0.faults.slowFactor = .nan }?.hasPrefix("slowFactor is nan") == true)
    }
}
