/// How one plane looks from one gateway.
///
/// What the gateway knows anyway: the plane's feed, its own probes and ejections, and attempts that got no answer. A status
/// that a replica answered, whatever it is, is an answer: an overloaded plane is not a lost one.
package struct PlaneSight: Equatable, Sendable, Codable {
    /// The plane's feed is being read.
    package var isFeedLive: Bool
    /// Since the plane's last report; nil before the first.
    package var feedAgeMilliseconds: Double?
    /// Replicas the plane lists that have served: ready, or unready since.
    package var replicas: Int
    /// Those of ``replicas`` that this gateway would send a request to now.
    package var usable: Int
    /// Share of the last requests there that got no answer; nil where too few were sent to tell.
    package var unansweredShare: Double?
    /// Least of the last probes; nil before the first.
    package var roundTripMilliseconds: Double?

    package init(
        isFeedLive: Bool, feedAgeMilliseconds: Double? = nil, replicas: Int = 0, usable: Int = 0, unansweredShare: Double? = nil,
        roundTripMilliseconds: Double? = nil
    ) {
        self.isFeedLive = isFeedLive
        self.feedAgeMilliseconds = feedAgeMilliseconds
        self.replicas = replicas
        self.usable = usable
        self.unansweredShare = unansweredShare
        self.roundTripMilliseconds = roundTripMilliseconds
    }

    /// Half of what is sent there gets no answer.
    package static let unansweredLimit = 0.5

    /// Nothing there serves, as far as this gateway can tell: its feed is silent or it lists replicas, and none can be used; or
    /// most of what is sent there vanishes. A plane that lives and has nothing to run is not lost.
    package var isLost: Bool {
        if usable == 0, !isFeedLive || replicas > 0 { return true }
        return (unansweredShare ?? 0) >= Self.unansweredLimit
    }
}
