import NIOCore

/// The JSON and the events of one answer of `POST /v1/messages` (Anthropic API reference, "Streaming messages").
struct MessageText: AnswerWriting {
    let request: GenerationRequest
    let words: WordSource
    let outputTokens: Int
    let id: String

    private var stopReason: String { outputTokens < words.naturalLength ? "max_tokens" : "end_turn" }

    private func message(content: String, stopReason: String, outputTokens: Int) -> String {
        "{\"id\":\"msg_\(id)\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"\(request.model)\",\"content\":[\(content)],"
            + "\"stop_reason\":\(stopReason),\"stop_sequence\":null,\"usage\":{\"input_tokens\":\(request.promptTokens),"
            + "\"output_tokens\":\(outputTokens)}}"
    }

    func whole() -> String {
        message(
            content: "{\"type\":\"text\",\"text\":\"\(words.text(tokens: outputTokens))\"}", stopReason: "\"\(stopReason)\"",
            outputTokens: outputTokens)
    }

    func writeTokens(_ range: Range<Int>, to buffer: inout ByteBuffer) {
        if range.lowerBound == 0, !range.isEmpty {
            write("message_start", ",\"message\":" + message(content: "", stopReason: "null", outputTokens: 1), to: &buffer)
            write("content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}", to: &buffer)
            write("ping", "", to: &buffer)
        }
        for index in range {
            let (hasSpace, word) = words.token(index)
            write(
                "content_block_delta",
                ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"\(hasSpace ? " " : "")\(word)\"}", to: &buffer)
        }
    }

    func writeEnd(to buffer: inout ByteBuffer) {
        write("content_block_stop", ",\"index\":0", to: &buffer)
        write(
            "message_delta",
            ",\"delta\":{\"stop_reason\":\"\(stopReason)\",\"stop_sequence\":null},"
                + "\"usage\":{\"input_tokens\":\(request.promptTokens),\"output_tokens\":\(outputTokens)}", to: &buffer)
        write("message_stop", "", to: &buffer)
    }

    private func write(_ type: String, _ fields: String, to buffer: inout ByteBuffer) {
        buffer.writeString("event: \(type)\ndata: {\"type\":\"\(type)\"\(fields)}\n\n")
    }
}
