/// What a message says: a text, or blocks of which text is read; what tools were asked and answered counts by its text.
typealias PromptContent = TextOrList<PromptBlock>

struct PromptBlock: Decodable {
    /// The kinds an engine that reads only text accepts (Anthropic's Messages and OpenAI's Responses).
    static let kinds = [
        "text", "input_text", "output_text", "tool_use", "tool_result", "thinking", "redacted_thinking",
    ]

    struct Part: Decodable { var text: String? }

    var type: String
    var text: String?
    var thinking: String?
    var name: String?
    /// The content of a tool's result.
    var content: TextOrList<Part>?
}

extension TextOrList<PromptBlock.Part> {
    var texts: [String] {
        switch self {
        case .text(let text): [text]
        case .list(let parts): parts.compactMap(\.text)
        }
    }
}

extension TextOrList<PromptBlock> {
    /// Its texts in order; `field` names it in the error for a block of another kind, such as an image.
    func texts(_ field: String) throws(OpenAIError) -> [String] {
        switch self {
        case .text(let text): return [text]
        case .list(let blocks):
            if let other = blocks.first(where: { !PromptBlock.kinds.contains($0.type) }) {
                throw .invalid(
                    "`\(field)` has a block of type \(other.type.prefix(32)); this model reads only text.", param: field)
            }
            return blocks.flatMap { [$0.text, $0.thinking, $0.name].compactMap { $0 } + ($0.content?.texts ?? []) }
        }
    }
}

/// Counts and hashes a prompt made of several texts.
struct PromptReading {
    private(set) var tokens = TokenCount.perChat
    private(set) var hash = StableHash()

    init(model: String) { hash.combine(model) }

    mutating func message(role: String, _ texts: [String]) {
        tokens += TokenCount.perMessage
        hash.combine(role)
        add(texts)
    }

    mutating func add(_ texts: [String]) {
        for text in texts {
            tokens += TokenCount.of(text)
            hash.combine(text)
        }
    }
}
