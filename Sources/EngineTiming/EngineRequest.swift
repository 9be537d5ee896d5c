/// One request as the timing model sees it: sizes only.
package struct EngineRequest: Equatable, Sendable {
    /// Chosen by the caller; unique among the requests that have not ended.
    package var id: UInt64
    package var promptTokens: Int
    /// Tokens that will be generated; 0 for a request that only reads its prompt (an embedding).
    package var outputTokens: Int
    /// Whether every token is notified, or only the first and the end. Times are the same either way; watching costs one event
    /// per token, so a simulator leaves it off and a server turns it on for streamed answers only.
    package var isWatched: Bool

    package init(id: UInt64, promptTokens: Int, outputTokens: Int, isWatched: Bool = true) {
        self.id = id
        self.promptTokens = max(0, promptTokens)
        self.outputTokens = max(0, outputTokens)
        self.isWatched = isWatched
    }

    /// What the request holds in the KV cache from admission to its end; saturates instead of overflowing.
    package var kvTokens: Int {
        let (sum, overflow) = promptTokens.addingReportingOverflow(outputTokens)
        return overflow ? .max : max(1, sum)
    }
}
