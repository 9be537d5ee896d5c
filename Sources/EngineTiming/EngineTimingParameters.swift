/// The speed and the size of one simulated engine.
///
/// The defaults are stand-ins, not measurements; a fleet document overrides them with what was measured.
package struct EngineTimingParameters: Equatable, Sendable {
    /// Prompt tokens the engine reads per second. Prefill is bound by arithmetic, so its time grows linearly with the prompt
    /// (Patel et al., "Splitwise", ISCA 2024, section III).
    package var prefillTokensPerSecond: Double
    /// Tokens per second of one request that is alone in the batch.
    package var decodeTokensPerSecond: Double
    /// Share by which each further request in the batch lengthens a decode step: `1 + batchSlowdown × (batch − 1)`.
    ///
    /// Decode is bound by memory bandwidth: the weights are read once per step whatever the batch, the rest is per request, so
    /// the step time is close to affine in the batch (Pope et al., "Efficiently Scaling Transformer Inference", MLSys 2023;
    /// Agrawal et al., "Sarathi-Serve", OSDI 2024). The default doubles a step at 64 requests.
    package var batchSlowdown: Double
    /// Requests that run at the same time (`max_num_seqs` in vLLM).
    package var maxBatch: Int
    /// Tokens, of prompts and of answers, that the KV cache holds over all running requests.
    package var kvCapacityTokens: Int
    /// Prompt tokens read in one step (`max_num_batched_tokens` in vLLM). A single longer prompt is still read in one step.
    package var stepPrefillTokens: Int
    /// Requests that may wait; one more is refused.
    package var waitingLimit: Int
    /// Time from the start until the weights are loaded, in nanoseconds. Requests wait until then.
    package var loadNanoseconds: Int64
    /// Time after loading in which steps are slower, in nanoseconds.
    package var warmUpNanoseconds: Int64
    /// How many times longer a step is when the warm-up begins; falls linearly to 1 at its end.
    package var warmUpSlowdown: Double

    package init(
        prefillTokensPerSecond: Double = 9_000, decodeTokensPerSecond: Double = 45, batchSlowdown: Double = 0.016,
        maxBatch: Int = 64, kvCapacityTokens: Int = 400_000, stepPrefillTokens: Int = 8_192, waitingLimit: Int = 1_024,
        loadNanoseconds: Int64 = 0, warmUpNanoseconds: Int64 = 0, warmUpSlowdown: Double = 3
    ) {
        self.prefillTokensPerSecond = prefillTokensPerSecond
        self.decodeTokensPerSecond = decodeTokensPerSecond
        self.batchSlowdown = batchSlowdown
        self.maxBatch = maxBatch
        self.kvCapacityTokens = kvCapacityTokens
        self.stepPrefillTokens = stepPrefillTokens
        self.waitingLimit = waitingLimit
        self.loadNanoseconds = loadNanoseconds
        self.warmUpNanoseconds = warmUpNanoseconds
        self.warmUpSlowdown = warmUpSlowdown
    }

    /// Throws the first parameter that is outside its range.
    package func validate() throws(InvalidTimingParameter) {
        try Self.check("prefillTokensPerSecond", prefillTokensPerSecond, in: 0.01...1e9)
        try Self.check("decodeTokensPerSecond", decodeTokensPerSecond, in: 0.01...1e9)
        try Self.check("batchSlowdown", batchSlowdown, in: 0...100)
        try Self.check("maxBatch", maxBatch, in: 1...65_536)
        try Self.check("kvCapacityTokens", kvCapacityTokens, in: 1...1_000_000_000)
        try Self.check("stepPrefillTokens", stepPrefillTokens, in: 1...1_000_000_000)
        try Self.check("waitingLimit", waitingLimit, in: 1...1_000_000)
        try Self.check("loadNanoseconds", loadNanoseconds, in: 0...EngineTiming.longestRun)
        try Self.check("warmUpNanoseconds", warmUpNanoseconds, in: 0...EngineTiming.longestRun)
        try Self.check("warmUpSlowdown", warmUpSlowdown, in: 1...1_000)
    }

    private static func check<Value: Comparable>(
        _ name: String, _ value: Value, in range: ClosedRange<Value>
    ) throws(InvalidTimingParameter) {
        guard range.contains(value) else {
            throw InvalidTimingParameter(
                name: name, given: "\(value)", accepted: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}

/// A timing parameter that no engine could have.
package struct InvalidTimingParameter: Error, Equatable, CustomStringConvertible {
    package var name: String
    package var given: String
    package var accepted: String

    package var description: String { "\(name) is \(given); accepted is \(accepted)" }
}
