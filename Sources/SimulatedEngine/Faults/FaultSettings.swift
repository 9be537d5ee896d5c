/// The faults an engine shows on purpose. In JSON the keys are the property names; absent ones are off.
package struct FaultSettings: Equatable, Sendable {
    package enum Refusing: String, CaseIterable, Sendable, Codable {
        /// 503 with `retry-after`.
        case unavailable
        /// The connection is closed without an answer.
        case closing
    }

    /// Every step takes this many times as long; 1 is normal.
    package var slowFactor: Double
    /// Wait before a request reaches the engine, in milliseconds.
    package var delayMilliseconds: Int
    /// Share of requests answered with 500, 0 to 1.
    package var erroringShare: Double
    /// Share of requests accepted and never answered, 0 to 1.
    package var hangingShare: Double
    /// How every request is refused; nil refuses none.
    package var refusing: Refusing?
    /// Every answer's connection is cut after this many of its tokens; an answer that is not streamed is cut without a byte.
    package var cutAfterTokens: Int?
    /// The process ends as by `kill -9` once it has made this many more tokens.
    package var dieAfterTokens: Int?
    /// Deep health fails and every inference gets 500; shallow health stays good.
    package var acceleratorLost: Bool
    /// Whether refusing, hanging and erroring also hit `/health`, `/health/ready` and `/metrics`, as when the whole process is ill.
    package var reachesHealth: Bool

    package init(
        slowFactor: Double = 1, delayMilliseconds: Int = 0, erroringShare: Double = 0, hangingShare: Double = 0,
        refusing: Refusing? = nil, cutAfterTokens: Int? = nil, dieAfterTokens: Int? = nil, acceleratorLost: Bool = false,
        reachesHealth: Bool = false
    ) {
        self.slowFactor = slowFactor
        self.delayMilliseconds = delayMilliseconds
        self.erroringShare = erroringShare
        self.hangingShare = hangingShare
        self.refusing = refusing
        self.cutAfterTokens = cutAfterTokens
        self.dieAfterTokens = dieAfterTokens
        self.acceleratorLost = acceleratorLost
        self.reachesHealth = reachesHealth
    }

    /// Whether a fault counts single tokens, so that every request has to be watched.
    var countsTokens: Bool { cutAfterTokens != nil || dieAfterTokens != nil }

    package func validate() throws(InvalidEngineConfiguration) {
        func require(_ isValid: Bool, _ message: String) throws(InvalidEngineConfiguration) {
            if !isValid { throw InvalidEngineConfiguration(message: message) }
        }
        try require((0.01...10_000).contains(slowFactor), "slowFactor is \(slowFactor); accepted is 0.01 to 10000")
        try require(
            (0...600_000).contains(delayMilliseconds), "delayMilliseconds is \(delayMilliseconds); accepted is 0 to 600000")
        try require((0...1).contains(erroringShare), "erroringShare is \(erroringShare); accepted is 0 to 1")
        try require((0...1).contains(hangingShare), "hangingShare is \(hangingShare); accepted is 0 to 1")
        for (name, value) in [("cutAfterTokens", cutAfterTokens), ("dieAfterTokens", dieAfterTokens)] {
            if let value { try require((1...1_000_000_000).contains(value), "\(name) is \(value); accepted is 1 to 1000000000") }
        }
    }
}
