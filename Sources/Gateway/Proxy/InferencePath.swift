/// Which POSTs ask a model for an answer and so may be sent again although POST is not idempotent: computing an answer twice
/// changes nothing. Matched as the last segments of the path
/// (`/v1/messages` is Anthropic's; `/threads/…/messages` would store one).
enum InferencePath {
    /// OpenAI's API, and what vLLM, SGLang and Text Embeddings Inference add to it.
    private static let endings: [StaticString] = [
        "/chat/completions", "/completions", "/embeddings", "/responses", "/v1/messages", "/rerank", "/score", "/classify",
        "/pooling", "/moderations", "/tokenize", "/detokenize", "/generate",
    ]

    static func matches(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>) -> Bool {
        endings.contains { ending in
            let count = ending.utf8CodeUnitCount
            return path.count >= count && bytes.spells(ending, at: path.upperBound - count, count: count)
        }
    }
}
