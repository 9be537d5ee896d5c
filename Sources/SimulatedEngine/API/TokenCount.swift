/// How many tokens a text is taken for. No tokenizer runs here: prompts are counted by length, answers have one token per word.
enum TokenCount {
    /// About four characters of English are one token (OpenAI help centre, "What are tokens and how to count them").
    private static let bytesPerToken = 4
    /// What a chat template adds: per message three and its role, per request three to prime the answer (OpenAI cookbook, "How to
    /// count tokens with tiktoken").
    static let perMessage = 4
    static let perChat = 3

    static func of(_ text: String) -> Int { (text.utf8.count + bytesPerToken - 1) / bytesPerToken }
}
