/// What the APIs that write text have in common once they are decoded and checked.
struct GenerationRequest: Equatable, Sendable {
    enum Shape: Sendable {
        case chat, completion
        /// Anthropic's `/v1/messages`.
        case message
        /// OpenAI's `/v1/responses`.
        case response
    }

    var shape: Shape
    var model: String
    var promptTokens: Int
    /// Hash of model and prompt: with the seed it decides the text.
    var promptHash: StableHash
    /// Tokens asked for at most; nil leaves it to the model.
    var maxTokens: Int?
    /// Generates exactly `maxTokens`, as vLLM's `ignore_eos` does; for load tests.
    var ignoresEnd: Bool
    var seed: Int?
    var isStreamed: Bool
    var includesUsage: Bool
}

/// `stream_options` of both kinds of completion.
struct StreamOptions: Decodable {
    private enum CodingKeys: String, CodingKey { case includesUsage = "include_usage" }

    var includesUsage: Bool?
}

extension GenerationRequest {
    /// Checks what both kinds share.
    static func check(n: Int?, maxTokens: Int?, parameter: String, hasStreamOptions: Bool, isStreamed: Bool) throws(OpenAIError) {
        if let n, n != 1 { throw .invalid("`n` is \(n); accepted is 1.", param: "n") }
        if let maxTokens, maxTokens < 1 {
            throw .invalid("`\(parameter)` is \(maxTokens); accepted is 1 or more.", param: parameter)
        }
        if hasStreamOptions, !isStreamed {
            throw .invalid("`stream_options` is only accepted when `stream` is true.", param: "stream_options")
        }
    }
}
