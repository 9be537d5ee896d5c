/// The body of `POST /v1/completions`, as far as an engine without weights needs it; other fields are accepted and ignored.
struct CompletionRequest: Decodable {
    /// OpenAI's default for this endpoint.
    static let defaultMaxTokens = 16

    private enum CodingKeys: String, CodingKey {
        case model, prompt, stream, n, seed
        case streamOptions = "stream_options"
        case maxTokens = "max_tokens"
        case ignoresEnd = "ignore_eos"
    }

    var model: String
    var prompt: TokenInput
    var stream: Bool?
    var streamOptions: StreamOptions?
    var maxTokens: Int?
    var n: Int?
    var seed: Int?
    var ignoresEnd: Bool?

    func checked() throws(OpenAIError) -> GenerationRequest {
        try GenerationRequest.check(
            n: n, maxTokens: maxTokens, parameter: "max_tokens", hasStreamOptions: streamOptions != nil,
            isStreamed: stream == true)
        guard prompt.items.count == 1, let item = prompt.items.first else {
            throw .invalid("`prompt` has \(prompt.items.count) entries; accepted is one.", param: "prompt")
        }
        var hash = item.hash
        hash.combine(model)
        return GenerationRequest(
            shape: .completion, model: model, promptTokens: max(1, item.tokens), promptHash: hash,
            maxTokens: maxTokens ?? Self.defaultMaxTokens, ignoresEnd: ignoresEnd ?? false, seed: seed,
            isStreamed: stream ?? false,
            includesUsage: streamOptions?.includesUsage ?? false)
    }
}
