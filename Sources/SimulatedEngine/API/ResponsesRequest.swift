/// The body of `POST /v1/responses`, OpenAI's API as vLLM serves it: answers text and keeps nothing, so `previous_response_id` is
/// refused; other fields are accepted and ignored.
struct ResponsesRequest: Decodable {
    struct Item: Decodable {
        var type: String?
        var role: String?
        var content: PromptContent?
        /// What a tool answered.
        var output: TextOrList<PromptBlock.Part>?
    }

    enum Input: Decodable {
        case text(String)
        case items([Item])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .items(try container.decode([Item].self))
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case model, input, instructions, stream
        case maxOutputTokens = "max_output_tokens"
        case previousResponse = "previous_response_id"
    }

    var model: String
    var input: Input
    var instructions: String?
    var stream: Bool?
    var maxOutputTokens: Int?
    var previousResponse: String?

    func checked() throws(OpenAIError) -> GenerationRequest {
        guard previousResponse == nil else {
            throw .invalid("Responses are not kept here; send the whole conversation as `input`.", param: "previous_response_id")
        }
        try GenerationRequest.check(
            n: nil, maxTokens: maxOutputTokens, parameter: "max_output_tokens", hasStreamOptions: false,
            isStreamed: stream == true)
        var prompt = PromptReading(model: model)
        if let instructions { prompt.add([instructions]) }
        switch input {
        case .text(let text): prompt.message(role: "user", [text])
        case .items(let items):
            guard !items.isEmpty else { throw .invalid("`input` is empty; accepted is at least one item.", param: "input") }
            for (index, item) in items.enumerated() {
                let said = try item.content?.texts("input[\(index)].content") ?? []
                prompt.message(role: item.role ?? item.type ?? "user", said + (item.output?.texts ?? []))
            }
        }
        return GenerationRequest(
            shape: .response, model: model, promptTokens: prompt.tokens, promptHash: prompt.hash, maxTokens: maxOutputTokens,
            ignoresEnd: false, seed: nil, isStreamed: stream ?? false, includesUsage: true)
    }
}
