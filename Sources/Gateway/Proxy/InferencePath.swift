/// Which POSTs ask a model for an answer and so may be sent again although POST is not idempotent: computing an answer twice
/// changes nothing. Matched as the last segments of the path
/// (`/v1/messages` is Anthropic's; `/threads/…/messages` would store one).
enum InferencePath {
    /// Text in, text or vectors out, counted in tokens: OpenAI's API, and what Anthropic, vLLM, SGLang and Text Embeddings Inference
    /// add to it.
    private static let textEndings: [StaticString] = [
        "/chat/completions", "/completions", "/embeddings", "/responses", "/v1/messages", "/rerank", "/score", "/classify",
        "/pooling", "/moderations", "/tokenize", "/detokenize", "/generate", "/messages/count_tokens", "/responses/input_tokens",
        "/generate_stream",
    ]

    /// Sound, images and tensors, whose bytes are no tokens.
    private static let otherEndings: [StaticString] = [
        "/audio/transcriptions", "/audio/translations", "/audio/speech", "/images/generations", "/images/edits",
        "/images/variations", "/infer", "/predict",
    ]

    /// Those whose answers are short and never stream.
    private static let shortEndings: [StaticString] = [
        "/embeddings", "/rerank", "/score", "/classify", "/pooling", "/moderations", "/tokenize", "/detokenize",
        "/messages/count_tokens", "/responses/input_tokens", "/infer", "/predict",
    ]

    static func matches(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>) -> Bool {
        ends(bytes, path, with: textEndings) || ends(bytes, path, with: otherEndings)
    }

    /// What it asks for is counted in tokens.
    static func isText(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>) -> Bool { ends(bytes, path, with: textEndings) }

    static func isShort(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>) -> Bool { ends(bytes, path, with: shortEndings) }

    private static func ends(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>, with endings: [StaticString]) -> Bool {
        endings.contains { ending in
            let count = ending.utf8CodeUnitCount
            return path.count >= count && bytes.spells(ending, at: path.upperBound - count, count: count)
        }
    }
}
