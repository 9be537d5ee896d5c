import EngineTiming
import FoundationEssentials
import SimulatedEngine
import Testing

@Suite struct CompletionTests {
    @Test("a chat is answered in OpenAI's shape, with usage and the replica that answered")
    func chat() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.chat(#","max_tokens":5"#)
            #expect(answer.status == 200)
            #expect(answer.header("x-engine-replica") == "replica-7")
            #expect(try answer.value("object") == .string("chat.completion"))
            #expect(try answer.value("model") == .string("chat"))
            #expect(try answer.value("system_fingerprint") == .string("replica-7"))
            #expect(try answer.value("choices", "0", "message", "role") == .string("assistant"))
            #expect(try answer.value("choices", "0", "finish_reason") == .string("length"))
            let text = try #require(try answer.value("choices", "0", "message", "content")?.string)
            #expect(text.split(separator: " ").count == 5)
            // "hello" is 2 tokens, the message 4 and the answer's primer 3.
            #expect(try answer.value("usage", "prompt_tokens") == .number(9))
            #expect(try answer.value("usage", "completion_tokens") == .number(5))
            #expect(try answer.value("usage", "total_tokens") == .number(14))
        }
    }

    @Test("without a limit the model stops by itself")
    func naturalEnd() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.chat()
            #expect(try answer.value("choices", "0", "finish_reason") == .string("stop"))
            let tokens = try #require(try answer.value("usage", "completion_tokens")?.number)
            #expect((24...96).contains(tokens))
            let exact = try await engine.chat(#","max_completion_tokens":200,"ignore_eos":true"#)
            #expect(try exact.value("usage", "completion_tokens") == .number(200))
        }
    }

    @Test("the text depends on seed and prompt, and on nothing else")
    func determinism() async throws {
        @Sendable func text(_ engine: EngineFixture, _ extra: String, _ prompt: String) async throws -> JSONValue? {
            try await engine.chat(extra, prompt: prompt).value("choices", "0", "message", "content")
        }
        let first = try await EngineFixture.run { engine in
            let one = try await text(engine, #","seed":7"#, "hello")
            #expect(try await text(engine, #","seed":7"#, "hello") == one)
            #expect(try await text(engine, #","seed":8"#, "hello") != one)
            #expect(try await text(engine, #","seed":7"#, "hallo") != one)
            return one
        }
        #expect(first?.string?.isEmpty == false)
        #expect(try await EngineFixture.run { try await text($0, #","seed":7"#, "hello") } == first)
        #expect(try await EngineFixture.run(seed: 2) { try await text($0, #","seed":7"#, "hello") } != first)
    }

    @Test("a legacy completion gives 16 tokens by default")
    func completion() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.post("/v1/completions", #"{"model":"chat","prompt":"Once upon a time"}"#)
            #expect(try answer.value("object") == .string("text_completion"))
            #expect(try answer.value("usage", "completion_tokens") == .number(16))
            #expect(try answer.value("usage", "prompt_tokens") == .number(4))
            let ids = try await engine.post("/v1/completions", #"{"model":"chat","prompt":[[1,2,3]],"max_tokens":2}"#)
            #expect(try ids.value("usage", "prompt_tokens") == .number(3))
        }
    }

    @Test("text parts of a message count, other parts are refused")
    func parts() async throws {
        try await EngineFixture.run { engine in
            func ask(_ content: String) async throws -> EngineFixture.Answer {
                try await engine.post(
                    "/v1/chat/completions", #"{"model":"chat","max_tokens":1,"messages":[{"role":"user","content":\#(content)}]}"#
                )
            }
            let parts = try await ask(#"[{"type":"text","text":"hello"},{"type":"text","text":"you!"}]"#)
            #expect(try parts.value("usage", "prompt_tokens") == .number(10))
            #expect(try await ask("null").status == 200)
            #expect(try await ask(#"[{"type":"image_url","image_url":{"url":"x"}}]"#).status == 400)
        }
    }

    @Test("a streamed chat begins with the role, ends with the reason and [DONE], and says what the whole one says")
    func stream() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.chat(#","max_tokens":3,"stream":true"#)
            #expect(answer.header("content-type") == "text/event-stream; charset=utf-8")
            let events = try Events(answer)
            #expect(events.isDone)
            #expect(events.chunks.count == 5)
            #expect(events.chunks.first?["choices"]?[0]?["delta"]?["role"] == .string("assistant"))
            #expect(events.chunks.first?["choices"]?[0]?["delta"]?["content"] == .string(""))
            #expect(events.chunks.last?["choices"]?[0]?["finish_reason"] == .string("length"))
            #expect(events.chunks.last?["choices"]?[0]?["delta"] == .object([:]))
            #expect(events.chunks.allSatisfy { $0["object"] == .string("chat.completion.chunk") && $0["usage"] == nil })
            let whole = try await engine.chat(#","max_tokens":3"#).value("choices", "0", "message", "content")
            #expect(whole == .string(events.text { $0["delta"]?["content"] }))
        }
    }

    @Test("include_usage adds a last chunk with the usage and no choice")
    func streamUsage() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.chat(#","max_tokens":3,"stream":true,"stream_options":{"include_usage":true}"#)
            let events = try Events(answer)
            #expect(events.chunks.count == 6)
            #expect(events.chunks.dropLast().allSatisfy { $0["usage"] == .null })
            #expect(events.chunks.last?["choices"] == .array([]))
            #expect(events.chunks.last?["usage"]?["total_tokens"] == .number(12))
        }
    }

    @Test("a streamed completion carries text and no role")
    func completionStream() async throws {
        try await EngineFixture.run { engine in
            let body = #"{"model":"chat","prompt":"Once","max_tokens":4"#
            let events = try Events(await engine.post("/v1/completions", body + #","stream":true}"#))
            #expect(events.chunks.count == 5)
            let whole = try await engine.post("/v1/completions", body + "}").value("choices", "0", "text")
            #expect(whole == .string(events.text { $0["text"] }))
        }
    }

    @Test("many requests at once are all answered, each with its own text")
    func concurrency() async throws {
        try await EngineFixture.run(timing: EngineFixture.fastTiming { $0.maxBatch = 8 }) { engine in
            let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<100 {
                    group.addTask { (number, try await engine.chat(#","max_tokens":9"#, prompt: "number \(number % 50)").body) }
                }
                return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
            }
            #expect(answers.count == 100)
            #expect(try await engine.metric("vllm:request_success_total", becomes: 100, "length"))
            #expect(try await engine.metric("vllm:num_requests_running") == 0)
            #expect(try await engine.metric("vllm:generation_tokens_total") == 900)
            #expect(try await engine.metric("vllm:time_to_first_token_seconds_count") == 100)
            #expect(try await engine.metric("vllm:e2e_request_latency_seconds_bucket", "+Inf") == 100)
        }
    }
}

/// The events of a streamed answer.
private struct Events {
    var chunks: [JSONValue] = []
    var isDone = false

    init(_ answer: EngineFixture.Answer) throws {
        var lines = answer.body.split(separator: "\n\n").map(String.init)
        if lines.last == "data: [DONE]" {
            isDone = true
            lines.removeLast()
        }
        for line in lines {
            try #require(line.hasPrefix("data: "))
            chunks.append(try JSONDecoder().decode(JSONValue.self, from: Data(line.dropFirst(6).utf8)))
        }
    }

    func text(_ select: (JSONValue) -> JSONValue?) -> String {
        chunks.compactMap { $0["choices"]?[0].flatMap(select)?.string }.joined()
    }
}
