/// What a message says: a text, or blocks of which text is read; what tools were asked and answered counts by its text.
enum PromptContent: Decodable {
    case text(String)
    case blocks([Block])

    struct Block: Decodable {
        /// The kinds an engine that reads only text accepts (Anthropic's Messages and OpenAI's Responses).
        static let kinds = [
            "text", "input_text", "output_text", "tool_use", "tool_result", "thinking", "redacted_thinking",
        ]

        var type: String
        var text: String?
        var thinking: String?
        var name: String?
        var content: Nested?
    }

    /// The content of a tool's result.
    enum Nested: Decodable {
        case text(String)
        case parts([Part])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .parts(try container.decode([Part].self))
            }
        }

        var texts: [String] {
            switch self {
            case .text(let text): [text]
            case .parts(let parts): parts.compactMap(\.text)
            }
        }
    }

    struct Part: Decodable { var text: String? }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .blocks(try container.decode([Block].self))
        }
    }

    /// Its texts in order; `field` names it in the error for a block of another kind, such as an image.
    func texts(_ field: String) throws(OpenAIError) -> [String] {
        switch self {
        case .text(let text): return [text]
        case .blocks(let blocks):
            if let other = blocks.first(where: { !Block.kinds.contains($0.type) }) {
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
