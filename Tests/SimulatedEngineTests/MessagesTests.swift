import EngineTiming
import FoundationEssentials
import SimulatedEngine
import Testing

/// Anthropic's Messages and OpenAI's Responses, as vLLM serves them.
@Suite struct MessagesTests {
    private static let hello = #""messages":[{"role":"user","content":"hello"}]"#

    private static func events(_ text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("event: ") }.map { String($0.dropFirst(7)) }
    }

    @Test("a message is answered in Anthropic's shape, with its usage")
    func message() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.post("/v1/messages", #"{"model":"chat","max_tokens":5,\#(Self.hello)}"#)
            #expect(answer.status == 200)
            #expect(try answer.value("type") == .string("message"))
            #expect(try answer.value("role") == .string("assistant"))
            #expect(try answer.value("stop_reason") == .string("max_tokens"))
            let text = try #require(try answer.value("content", "0", "text")?.string)
            #expect(text.split(separator: " ").count == 5)
            // "hello" is 2 tokens, the message 4 and the answer's primer 3.
            #expect(try answer.value("usage", "input_tokens") == .number(9))
            #expect(try answer.value("usage", "output_tokens") == .number(5))
            let long = try await engine.post("/v1/messages", #"{"model":"chat","max_tokens":500,\#(Self.hello)}"#)
            #expect(try long.value("stop_reason") == .string("end_turn"))
        }
    }

    @Test("a streamed message sends Anthropic's events in their order, with the usage at both ends")
    func stream() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.post("/v1/messages", #"{"model":"chat","max_tokens":3,"stream":true,\#(Self.hello)}"#)
            #expect(answer.header("content-type")?.hasPrefix("text/event-stream") == true)
            #expect(
                Self.events(answer.body) == [
                    "message_start", "content_block_start", "ping", "content_block_delta", "content_block_delta",
                    "content_block_delta", "content_block_stop", "message_delta", "message_stop",
                ])
            #expect(answer.body.contains(#""usage":{"input_tokens":9,"output_tokens":1}}}"#))
            #expect(answer.body.contains(#""usage":{"input_tokens":9,"output_tokens":3}}"#))
        }
    }

    @Test("system, tools and blocks of text count as prompt, and are counted alike without an answer")
    func prompt() async throws {
        try await EngineFixture.run { engine in
            let prompt = #"""
                "model":"chat","system":[{"type":"text","text":"be brief"}],"tools":[{"name":"weather","input_schema":{}}],
                "messages":[{"role":"user","content":"hello"},
                {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"weather","input":{}}]},
                {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"rain"}]}]}]
                """#
            let counted = try await engine.post("/v1/messages/count_tokens", "{\(prompt)}")
            // 3 + "be brief" 2 + "weather" 2 + three messages of 4 + "hello" 2 + "weather" 2 + "rain" 1.
            #expect(counted.body == #"{"input_tokens":24}"#)
            let answered = try await engine.post("/v1/messages", "{\"max_tokens\":1,\(prompt)}")
            #expect(try answered.value("usage", "input_tokens") == .number(24))
        }
    }

    @Test("errors have Anthropic's shape")
    func errors() async throws {
        try await EngineFixture.run { engine in
            for (body, status, kind) in [
                (#"{"model":"none","max_tokens":1,\#(Self.hello)}"#, 404, "not_found_error"),
                (#"{"model":"chat",\#(Self.hello)}"#, 400, "invalid_request_error"),
                (#"{"model":"chat","max_tokens":1,"messages":[]}"#, 400, "invalid_request_error"),
                (
                    #"{"model":"chat","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image"}]}]}"#, 400,
                    "invalid_request_error"
                ),
            ] {
                let answer = try await engine.post("/v1/messages", body)
                #expect(answer.status == status, "\(body)")
                #expect(try answer.value("type") == .string("error"))
                #expect(try answer.value("error", "type") == .string(kind))
            }
        }
    }

    @Test("a response is answered in OpenAI's shape, whole and as events, the last one with its usage")
    func response() async throws {
        try await EngineFixture.run { engine in
            let whole = try await engine.post("/v1/responses", #"{"model":"chat","input":"hello","instructions":"be brief"}"#)
            #expect(try whole.value("object") == .string("response"))
            #expect(try whole.value("status") == .string("completed"))
            // 3 + "be brief" 2 + a message of 4 + "hello" 2.
            #expect(try whole.value("usage", "input_tokens") == .number(11))
            let text = try #require(try whole.value("output", "0", "content", "0", "text")?.string)
            let streamed = try await engine.post(
                "/v1/responses",
                #"{"model":"chat","input":[{"role":"user","content":[{"type":"input_text","text":"hello"}]}],"instructions":"be brief","stream":true}"#
            )
            let events = Self.events(streamed.body)
            #expect(
                events.prefix(5) == [
                    "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
                    "response.output_text.delta",
                ])
            #expect(
                events.suffix(4) == [
                    "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
                ])
            #expect(streamed.body.contains("\"text\":\"\(text)\""))
            for number in events.indices { #expect(streamed.body.contains("\"sequence_number\":\(number),")) }
            let cut = try await engine.post("/v1/responses", #"{"model":"chat","input":"hello","max_output_tokens":2}"#)
            #expect(try cut.value("incomplete_details", "reason") == .string("max_output_tokens"))
            #expect(
                try await engine.post("/v1/responses", #"{"model":"chat","input":"a","previous_response_id":"r"}"#).status == 400)
        }
    }
}
