import FleetModel
import Gateway
import NIOCore
import Testing

@Suite("Predictions in an engine's words")
struct PredictTranslationTests {
    private static func request(_ text: String, _ target: PredictTarget = .completions, model: String? = nil) -> Result<
        String, PredictTranslation.Problem
    > {
        PredictTranslation.request(ByteBuffer(string: text), to: target, model: model.map { Array($0.utf8) }).map(
            String.init(buffer:))
    }

    private static func answer(_ text: String, _ target: PredictTarget, version: String? = nil) -> String? {
        PredictTranslation.answer(ByteBuffer(string: text), of: target, version: version, latency: .microseconds(12_045))
            .map(String.init(buffer:))
    }

    @Test("a request keeps every value as it was written")
    func requests() {
        #expect(
            Self.request(
                #" { "parameters" : {"max_tokens": 1e1, "stop":["\u000a","}"]} ,"model_id":"\u0061", "inputs" :"x\"," }"#)
                == .success(#"{"model":"\u0061","prompt":"x\",","max_tokens":1e1,"stop":["\u000a","}"]}"#))
        #expect(
            Self.request(#"{"model_id":"m","inputs":["a" , "b"],"parameters":{}}"#, .embeddings, model: #""other""#)
                == .success(#"{"model":"other","encoding_format":"float","input":["a" , "b"]}"#))
    }

    @Test("a request that would lose or change something is refused, with the field at fault")
    func refused() {
        for (text, field) in [
            (#"{"model_id":"m","inputs":"x","top_k":1}"#, "top_k"), (#"{"model_id":"m"}"#, "inputs"),
            (#"{"model_id":"m","inputs":1}"#, "inputs"), (#"{"model_id":"m","inputs":[]}"#, "inputs"),
            (#"{"model_id":"m","inputs":["a",{}]}"#, "inputs"), (#"{"model_id":"m","inputs":{"a":"b"}}"#, "inputs"),
            (#"{"model_id":"m","inputs":"x","parameters":[]}"#, "parameters"),
            (#"{"model_id":"m","inputs":"x","parameters":null}"#, "parameters"),
            (#"{"model_id":"m","inputs":"x","parameters":{"a":1,"a":2}}"#, "parameters"),
            (#"{"model_id":"m","inputs":"x","parameters":{"mod\u0065l":"phi"}}"#, "parameters"),
            (#"{"model_id":"m","inputs":"x","inputs":"y"}"#, ""), (#"{"model_id":"m","\u0069nputs":"x"}"#, ""),
        ] {
            guard case .failure(let problem) = Self.request(text) else {
                Issue.record("\(text) passed")
                continue
            }
            #expect(problem.field == field, "\(text)")
        }
        for name in ["model", "prompt", "input", "stream", "Model", "n", "encoding_format"] {
            guard case .failure(let problem) = Self.request(#"{"model_id":"m","inputs":"x","parameters":{"\#(name)":"phi"}}"#)
            else {
                Issue.record("\(name) passed")
                continue
            }
            #expect(problem.field == "parameters.\(name)")
        }
    }

    @Test("a conversation, or what a user says, has one message for its prediction")
    func conversations() {
        let messages = #"[{"role":"system","content":"be brief"},{"content":[{"type":"text","text":"hi"}],"role":"user"}]"#
        #expect(
            Self.request(#"{"model_id":"m","inputs":\#(messages),"parameters":{"max_tokens":3}}"#, .chatCompletions)
                == .success(#"{"model":"m","messages":\#(messages),"max_tokens":3}"#))
        #expect(
            Self.request(#"{"model_id":"m","inputs":"a \"b\""}"#, .chatCompletions, model: #""other""#)
                == .success(#"{"model":"other","messages":[{"role":"user","content":"a \"b\""}]}"#))
        for inputs in ["[]", #"["hi"]"#, #"[{"content":"hi"}]"#, #"[{"role":"user"},"hi"]"#, #"{"role":"user"}"#, "1"] {
            guard case .failure(let problem) = Self.request(#"{"model_id":"m","inputs":\#(inputs)}"#, .chatCompletions) else {
                Issue.record("\(inputs) passed")
                continue
            }
            #expect(problem.field == "inputs" && problem.message.contains("messages"), "\(inputs)")
        }
        for name in ["messages", "n", "stream"] {
            let text = #"{"model_id":"m","inputs":"x","parameters":{"\#(name)":1}}"#
            guard case .failure(let problem) = Self.request(text, .chatCompletions) else {
                Issue.record("\(name) passed")
                continue
            }
            #expect(problem.field == "parameters.\(name)")
        }
        let message = #"{"role":"assistant","content":"a\u0020b"}"#
        let answer = #"{"model":"m","choices":[{"index":0,"message":\#(message),"finish_reason":"stop"}]}"#
        #expect(
            Self.answer(answer, .chatCompletions, version: "7")
                == #"{"predictions":[\#(message)],"model_version":"7","latency_ms":12.045}"#)
    }

    @Test("predictions stand in the order of their inputs, as the replica wrote them")
    func answers() {
        let completion = #"{"id":"c","model":"m-7","choices":[{"index":1,"text":"b\u0020}"},{"index":0,"text":"a"}],"usage":{}}"#
        #expect(
            Self.answer(completion, .completions)
                == #"{"predictions":["a","b\u0020}"],"model_version":"m-7","latency_ms":12.045}"#)
        let vectors = #"{"object":"list","data":[{"object":"embedding","embedding":[0.1,-2E-3],"index":0}],"model":"m"}"#
        #expect(
            Self.answer(vectors, .embeddings, version: "2026-11")
                == #"{"predictions":[[0.1,-2E-3]],"model_version":"2026-11","latency_ms":12.045}"#)
    }

    @Test("an answer that is no answer is none")
    func unreadable() {
        for text in [
            "", "{}", "no JSON", #"{"model":"m"}"#, #"{"model":"m","choices":[]}"#, #"{"model":"m","choices":{}}"#,
            #"{"model":"m","choices":[{"index":0}]}"#, #"{"model":"m","choices":[{"index":1,"text":"a"}]}"#,
            #"{"model":"m","choices":[{"index":0,"text":"a"},{"index":0,"text":"b"}]}"#,
            #"{"model":"m","choices":[{"index":-1,"text":"a"}]}"#, #"{"model":"m","choices":[{"index":0,"text":"a"}]"#,
            #"{"choices":[{"index":0,"text":"a"}]}"#,
        ] {
            #expect(Self.answer(text, .completions) == nil, "\(text)")
        }
    }
}
