/// Which POSTs ask a model for an answer and so may be sent again although POST is not idempotent: computing an answer twice
/// changes nothing. Matched as the last segments of the path
/// (`/v1/messages` is Anthropic's; `/threads/…/messages` would store one).
enum InferencePath {
    /// OpenAI's API, and what vLLM, SGLang and Text Embeddings Inference add to it.
    private static let endings: [StaticString] = [
        "/chat/completions", "/completions", "/embeddings", "/responses", "/v1/messages", "/rerank", "/score", "/classify",
        "/pooling", "/moderations", "/tokenize", "/detokenize", "/generate",
    ]

    /// Those whose answers are short and never stream.
    private static let shortEndings: [StaticString] = [
        "/embeddings", "/rerank", "/score", "/classify", "/pooling", "/moderations", "/tokenize", "/detokenize",
    ]

    static func matches(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>) -> Bool { ends(bytes, path, with: endings) }

    static func isShort(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>) -> Bool { ends(bytes, path, with: shortEndings) }

    private static func ends(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>, with endings: [StaticString]) -> Bool {
        endings.contains { ending in
            let count = ending.utf8CodeUnitCount
            return path.count >= count && bytes.spells(ending, at: path.upperBound - count, count: count)
        }
    }
}
