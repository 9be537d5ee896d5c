package import EngineTiming
import FleetModel

/// How a continuous-batching engine answers requests of one mean size, in closed form, from the step times of ``EngineTiming``.
///
/// With `P` prompt and `G` output tokens, prefill speed f, decode speed d, batch slowdown β and n requests running, a decode step
/// takes s(n) = (1 + β(n − 1)) / d, and prompts take the share ρ = λP/f of all steps. A request is in the engine for
/// T = P/f + G s(n) / (1 − ρ), and n = λT (Little 1961); n grows to its limit N, where the greatest rate is
/// N / (N P/f + G s(N)).
package struct ServiceCurve: Equatable, Sendable {
    /// Requests running at the same time, at most.
    package private(set) var slots = 1.0
    /// Requests per second, at most.
    package private(set) var greatestRate = 0.0
    private var prefillSeconds = 0.0
    private var outputTokens = 0.0
    private var slope = 0.0
    private var aloneSeconds = 0.0

    init() {}

    package init(_ parameters: EngineTimingParameters, promptTokens: Double, outputTokens: Double) {
        prefillSeconds = promptTokens / parameters.prefillTokensPerSecond
        self.outputTokens = outputTokens
        aloneSeconds = 1 / parameters.decodeTokensPerSecond
        slope = parameters.batchSlowdown
        let size = max(1, promptTokens + outputTokens)
        slots = max(1, min(Double(parameters.maxBatch), (Double(parameters.kvCapacityTokens) / size).rounded(.down)))
        greatestRate = slots / max(1e-12, slots * prefillSeconds + outputTokens * step(slots))
    }

    private func step(_ running: Double) -> Double { (1 + slope * (running - 1)) * aloneSeconds }

    /// Requests running at a rate below the greatest.
    package func running(rate: Double) -> Double {
        let share = min(0.999, rate * prefillSeconds)
        let decode = rate * outputTokens * aloneSeconds / (1 - share)
        let rest = 1 - decode * slope
        guard rest > 0 else { return slots }
        return min(slots, max(0, (rate * prefillSeconds + decode * (1 - slope)) / rest))
    }

    /// From admission to the first token, and to the last, in seconds.
    package func times(rate: Double) -> (first: Double, last: Double) {
        let running = max(1, running(rate: rate))
        let share = min(0.999, min(rate, greatestRate) * prefillSeconds)
        // A prompt waits for the step in progress to end, half of one on average.
        let first = prefillSeconds + (rate > 0 ? step(running) / 2 : 0)
        return (first, first + max(0, outputTokens - 1) * step(running) / (1 - share))
    }

    /// Mean wait for a place in the batch at a rate below the greatest, in seconds: the M/M/n approximation of Sakasegawa (1977),
    /// ρ^(√(2(n + 1)) − 1) / (n (1 − ρ)) service times.
    package func wait(rate: Double) -> Double {
        let use = rate / max(greatestRate, 1e-12)
        guard use > 0, use < 1 else { return 0 }
        let exponent = (2 * (slots + 1)).squareRoot() - 1
        return Logarithm.power(use, exponent) / (1 - use) / max(greatestRate, 1e-12)
    }
}

/// Speeds of an engine on one accelerator: as its document describes it, made faster or slower so that the throughput measured
/// there (the workload's profile) is what it reaches with the scenario's mean request.
enum EngineCalibration {
    static func parameters(
        _ engine: EngineSpec?, rate: RequestsPerSecond, tokens: RequestTokens, modelLoad: Duration
    ) -> EngineTimingParameters {
        var parameters = EngineTimingParameters(loadNanoseconds: modelLoad.nanoseconds)
        if case .simulated(let spec) = engine {
            parameters.prefillTokensPerSecond = spec.prefillTokensPerSecond
            parameters.decodeTokensPerSecond = spec.decodeTokensPerSecond
            parameters.maxBatch = spec.maxBatch
            parameters.kvCapacityTokens = spec.kvCapacityTokens
            parameters.loadNanoseconds = Int64(spec.loadMilliseconds) * 1_000_000
            parameters.warmUpNanoseconds = Int64(spec.warmUpMilliseconds) * 1_000_000
        }
        let curve = ServiceCurve(parameters, promptTokens: tokens.prompt.mean, outputTokens: tokens.output.mean)
        guard curve.greatestRate > 0, rate.value > 0 else { return parameters }
        let factor = rate.value / curve.greatestRate
        parameters.prefillTokensPerSecond = min(max(parameters.prefillTokensPerSecond * factor, 0.01), 1e9)
        parameters.decodeTokensPerSecond = min(max(parameters.decodeTokensPerSecond * factor, 0.01), 1e9)
        return parameters
    }
}
