import NIOCore

/// The JSON and the events of one answer of `POST /v1/responses` (OpenAI API reference, "Streaming events").
struct ResponseText: AnswerWriting {
    let request: GenerationRequest
    let words: WordSource
    let outputTokens: Int
    let id: String
    let created: Int

    /// Events before the first token's, which take sequence numbers of their own.
    private static let eventsBeforeTokens = 4

    private var isWhole: Bool { outputTokens >= words.naturalLength }
    private var text: String { words.text(tokens: outputTokens) }
    private var part: String { "{\"type\":\"output_text\",\"text\":\"\(text)\",\"annotations\":[]}" }
    private var status: String { isWhole ? "completed" : "incomplete" }

    private func item(status: String, content: String) -> String {
        "{\"id\":\"msg_\(id)\",\"type\":\"message\",\"status\":\"\(status)\",\"role\":\"assistant\",\"content\":[\(content)]}"
    }

    private func response(status: String, output: String, usage: String) -> String {
        let reason = status == "incomplete" ? "{\"reason\":\"max_output_tokens\"}" : "null"
        return "{\"id\":\"resp_\(id)\",\"object\":\"response\",\"created_at\":\(created),\"status\":\"\(status)\",\"error\":null,"
            + "\"incomplete_details\":\(reason),\"instructions\":null,\"metadata\":{},\"model\":\"\(request.model)\","
            + "\"output\":[\(output)],\"parallel_tool_calls\":true,\"temperature\":1.0,\"tool_choice\":\"auto\",\"tools\":[],"
            + "\"top_p\":1.0,\"usage\":\(usage)}"
    }

    private var usage: String {
        "{\"input_tokens\":\(request.promptTokens),\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":\(outputTokens),"
            + "\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":\(request.promptTokens + outputTokens)}"
    }

    func whole() -> String { response(status: status, output: item(status: status, content: part), usage: usage) }

    func writeTokens(_ range: Range<Int>, to buffer: inout ByteBuffer) {
        if range.lowerBound == 0, !range.isEmpty { writeBeginning(to: &buffer) }
        for index in range {
            let (hasSpace, word) = words.token(index)
            let fields = place + ",\"content_index\":0,\"delta\":\"\(hasSpace ? " " : "")\(word)\",\"logprobs\":[]"
            write("response.output_text.delta", index + Self.eventsBeforeTokens, fields, to: &buffer)
        }
    }

    private var place: String { ",\"item_id\":\"msg_\(id)\",\"output_index\":0" }

    private func writeBeginning(to buffer: inout ByteBuffer) {
        let empty = response(status: "in_progress", output: "", usage: "null")
        write("response.created", 0, ",\"response\":\(empty)", to: &buffer)
        write("response.in_progress", 1, ",\"response\":\(empty)", to: &buffer)
        write(
            "response.output_item.added", 2, ",\"output_index\":0,\"item\":" + item(status: "in_progress", content: ""),
            to: &buffer)
        write(
            "response.content_part.added", 3,
            place + ",\"content_index\":0,\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[]}", to: &buffer)
    }

    func writeEnd(to buffer: inout ByteBuffer) {
        let next = outputTokens + Self.eventsBeforeTokens
        write("response.output_text.done", next, place + ",\"content_index\":0,\"text\":\"\(text)\",\"logprobs\":[]", to: &buffer)
        write("response.content_part.done", next + 1, place + ",\"content_index\":0,\"part\":\(part)", to: &buffer)
        write(
            "response.output_item.done", next + 2, ",\"output_index\":0,\"item\":" + item(status: status, content: part),
            to: &buffer)
        write("response.\(status)", next + 3, ",\"response\":\(whole())", to: &buffer)
    }

    private func write(_ type: String, _ number: Int, _ fields: String, to buffer: inout ByteBuffer) {
        buffer.writeString("event: \(type)\ndata: {\"type\":\"\(type)\",\"sequence_number\":\(number)\(fields)}\n\n")
    }
}
