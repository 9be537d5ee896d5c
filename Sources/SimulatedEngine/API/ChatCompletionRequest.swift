/// The body of `POST /v1/chat/completions`, as far as an engine without weights needs it; other fields are accepted and ignored.
struct ChatCompletionRequest: Decodable {
    struct Message: Decodable {
        var role: String
        /// Of its parts only text is accepted.
        var content: TextOrList<Part>?
    }

    struct Part: Decodable {
        var type: String
        var text: String?
    }

    private enum CodingKeys: String, CodingKey {
        case model, messages, stream, n, seed
        case streamOptions = "stream_options"
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
        case ignoresEnd = "ignore_eos"
    }

    var model: String
    var messages: [Message]
    var stream: Bool?
    var streamOptions: StreamOptions?
    var maxTokens: Int?
    var maxCompletionTokens: Int?
    var n: Int?
    var seed: Int?
    var ignoresEnd: Bool?

    func checked() throws(OpenAIError) -> GenerationRequest {
        guard !messages.isEmpty else {
            throw .invalid("`messages` is empty; accepted is at least one message.", param: "messages")
        }
        try GenerationRequest.check(
            n: n, maxTokens: maxCompletionTokens ?? maxTokens,
            parameter: maxCompletionTokens == nil ? "max_tokens" : "max_completion_tokens",
            hasStreamOptions: streamOptions != nil,
            isStreamed: stream == true)
        var tokens = TokenCount.perChat
        var hash = StableHash()
        hash.combine(model)
        for (index, message) in messages.enumerated() {
            tokens += TokenCount.perMessage
            hash.combine(message.role)
            switch message.content {
            case nil: break
            case .text(let text):
                tokens += TokenCount.of(text)
                hash.combine(text)
            case .list(let parts):
                for part in parts {
                    guard part.type == "text", let text = part.text else {
                        throw .invalid(
                            "`messages[\(index)].content` has a part that is no text; this model reads only text.",
                            param: "messages")
                    }
                    tokens += TokenCount.of(text)
                    hash.combine(text)
                }
            }
        }
        return GenerationRequest(
            shape: .chat, model: model, promptTokens: tokens, promptHash: hash, maxTokens: maxCompletionTokens ?? maxTokens,
            ignoresEnd: ignoresEnd ?? false, seed: seed, isStreamed: stream ?? false,
            includesUsage: streamOptions?.includesUsage ?? false)
    }
}
