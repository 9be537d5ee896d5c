/// What a path asks of a model, by the values of OpenTelemetry's `gen_ai.operation.name`. Nil for anything else.
enum GenAIOperation: String {
    case chat
    case textCompletion = "text_completion"
    case embeddings

    private static let endings: [(ending: StaticString, operation: GenAIOperation)] = [
        ("/chat/completions", .chat), ("/responses", .chat), ("/v1/messages", .chat), ("/completions", .textCompletion),
        ("/embeddings", .embeddings),
    ]

    init?(path: [UInt8]) {
        let found = Self.endings.first { entry in
            path.count >= entry.ending.utf8CodeUnitCount
                && path.suffix(entry.ending.utf8CodeUnitCount).elementsEqual(
                    UnsafeBufferPointer(start: entry.ending.utf8Start, count: entry.ending.utf8CodeUnitCount))
        }
        guard let found else { return nil }
        self = found.operation
    }
}
