/// How patiently and how often requests of one route are sent. Times are whole milliseconds, shares fractions from 0 to 1.
/// The same value stands in fleet files and in routing snapshots.
package struct RouteResilience: Equatable, Sendable, Codable {
    /// From the request to the end of its response, every attempt and wait included; nil sets no limit.
    package var totalTimeoutMilliseconds: Int?
    package var retries: RetryPolicy
    /// Nil never sends a second attempt beside the first.
    package var hedging: Hedging?
    /// Replaces the workload's chain where it is not empty.
    package var fallback: [Fallback]
    /// While a streaming request waits for its first token the client gets a comment this often; nil sends none.
    package var keepAliveMilliseconds: Int?

    package init(
        totalTimeoutMilliseconds: Int? = nil, retries: RetryPolicy = RetryPolicy(), hedging: Hedging? = nil,
        fallback: [Fallback] = [], keepAliveMilliseconds: Int? = nil
    ) {
        self.totalTimeoutMilliseconds = totalTimeoutMilliseconds
        self.retries = retries
        self.hedging = hedging
        self.fallback = fallback
        self.keepAliveMilliseconds = keepAliveMilliseconds
    }

    package static let standard = RouteResilience()
}

/// Which failures are tried again, and how much repetition may add. Names follow Envoy's `retry_policy` and `retry_budget`.
package struct RetryPolicy: Equatable, Sendable, Codable {
    /// What went wrong. Whatever is named, a request that was sent and may not run twice is not tried again.
    package enum Condition: String, CaseIterable, Sendable, Codable {
        /// No connection came about: nothing was sent.
        case connectFailure = "connect-failure"
        /// The connection broke, or the response broke the protocol.
        case reset
        /// No first byte in time.
        case timeout
        /// 502, 503 and 504.
        case gatewayError = "gateway-error"
        /// 500, 502, 503 and 504.
        case serverError = "5xx"
        /// 429: this replica has enough, another may not.
        case rateLimited = "rate-limited"
    }

    /// Repetitions in flight as a share of a workload's requests in flight, with a floor.
    package struct Budget: Equatable, Sendable, Codable {
        package var share: Double
        package var minRetryConcurrency: Int

        package init(share: Double = 0.2, minRetryConcurrency: Int = 3) {
            (self.share, self.minRetryConcurrency) = (share, minRetryConcurrency)
        }
    }

    package var retryOn: [Condition]
    /// From an attempt's dispatch to what decides it; nil leaves it to the route's `firstByte`.
    package var perTryTimeoutMilliseconds: Int?
    /// Pauses between attempts: evenly spread over 0 to base × (2ⁿ − 1), at most the longest.
    package var baseBackOffMilliseconds: Int
    package var maxBackOffMilliseconds: Int
    /// Nil leaves it to what the gateway allows an event loop.
    package var budget: Budget?

    package init(
        retryOn: [Condition] = [.connectFailure, .reset, .timeout, .serverError], perTryTimeoutMilliseconds: Int? = nil,
        baseBackOffMilliseconds: Int = 25, maxBackOffMilliseconds: Int = 250, budget: Budget? = nil
    ) {
        self.retryOn = retryOn
        self.perTryTimeoutMilliseconds = perTryTimeoutMilliseconds
        self.baseBackOffMilliseconds = baseBackOffMilliseconds
        self.maxBackOffMilliseconds = maxBackOffMilliseconds
        self.budget = budget
    }
}

/// When a second attempt joins the first: the better answer wins and the other is cancelled (Dean and Barroso, The Tail at Scale,
/// 2013). Only for short calls that may be computed twice, never for streams.
package struct Hedging: Equatable, Sendable, Codable {
    /// So long after the first attempt; nil waits for the percentile.
    package var delayMilliseconds: Int?
    /// Of the workload's times to the first byte, as this gateway saw them; `delay` holds until enough were seen.
    package var percentile: Double?

    package init(delayMilliseconds: Int? = nil, percentile: Double? = nil) {
        (self.delayMilliseconds, self.percentile) = (delayMilliseconds, percentile)
    }
}
