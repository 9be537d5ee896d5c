/// What an engine tells about one request.
package struct EngineNotification: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Left the queue; its prompt is being read.
        case admitted
        /// Token number `index`, from 0, exists.
        case tokenReady(index: Int)
        /// Ended with everything generated.
        case finished
        /// Ended because it was cancelled, after this many tokens.
        case cancelled(generatedTokens: Int)
        /// Ended before it began.
        case refused(EngineRefusal)

        /// Whether this is the last thing said about the request. Every submitted request gets exactly one such notification.
        package var isEnd: Bool {
            switch self {
            case .admitted, .tokenReady: false
            case .finished, .cancelled, .refused: true
            }
        }
    }

    /// When it happened, in the nanoseconds of the caller's clock; never later than the `now` it was given.
    package var time: Int64
    package var id: UInt64
    package var kind: Kind

    package init(time: Int64, id: UInt64, kind: Kind) { (self.time, self.id, self.kind) = (time, id, kind) }
}

/// Why a request was never taken.
package enum EngineRefusal: Equatable, Sendable {
    /// Prompt and answer together are larger than the whole KV cache.
    case largerThanCache(needed: Int, capacity: Int)
    /// As many requests wait as may.
    case queueFull(limit: Int)
}
