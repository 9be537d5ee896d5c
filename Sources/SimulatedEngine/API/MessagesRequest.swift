/// The body of `POST /v1/messages` and `POST /v1/messages/count_tokens`, Anthropic's API as vLLM serves it; other fields are accepted
/// and ignored. Tools count as part of the prompt; this model calls none.
struct MessagesRequest: Decodable {
    struct Message: Decodable {
        var role: String
        var content: PromptContent
    }

    struct Tool: Decodable {
        var name: String
        var description: String?
    }

    private enum CodingKeys: String, CodingKey {
        case model, messages, system, stream, tools
        case maxTokens = "max_tokens"
    }

    var model: String
    var messages: [Message]
    var system: PromptContent?
    var stream: Bool?
    var tools: [Tool]?
    /// Required except where tokens are only counted.
    var maxTokens: Int?

    func prompt() throws(OpenAIError) -> PromptReading {
        guard !messages.isEmpty else {
            throw .invalid("`messages` is empty; accepted is at least one message.", param: "messages")
        }
        var prompt = PromptReading(model: model)
        if let system { prompt.add(try system.texts("system")) }
        for tool in tools ?? [] { prompt.add([tool.name, tool.description ?? ""]) }
        for (index, message) in messages.enumerated() {
            guard ["user", "assistant"].contains(message.role) else {
                throw .invalid("`messages[\(index)].role` is unknown; accepted are user and assistant.", param: "messages")
            }
            prompt.message(role: message.role, try message.content.texts("messages[\(index)].content"))
        }
        return prompt
    }

    func checked() throws(OpenAIError) -> GenerationRequest {
        guard let maxTokens else { throw .invalid("`max_tokens` is missing; it is required.", param: "max_tokens") }
        try GenerationRequest.check(
            n: nil, maxTokens: maxTokens, parameter: "max_tokens", hasStreamOptions: false, isStreamed: stream == true)
        let prompt = try prompt()
        return GenerationRequest(
            shape: .message, model: model, promptTokens: prompt.tokens, promptHash: prompt.hash, maxTokens: maxTokens,
            ignoresEnd: false, seed: nil, isStreamed: stream ?? false, includesUsage: true)
    }
}
