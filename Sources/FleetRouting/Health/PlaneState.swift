import FleetModel

/// What a router knows of one plane.
struct PlaneState: Sendable {
    /// Drained, or failed by the fleet's observers: others come first.
    private(set) var isDrained: Bool
    private(set) var isFailed: Bool
    /// Attempts there since the start that got no answer.
    var unanswered: UInt64 = 0
    private var leastMilliseconds: Double
    private var expectedMilliseconds: Double
    private var measuredMilliseconds: Double?
    private var heard: Moment?
    /// The last replica that could not be connected to, and when.
    private var lastLost: (slot: Int32, at: Moment)?
    private var suspectUntil: Moment?

    init(_ entry: PlaneEntry) {
        isDrained = entry.isDrained || entry.isFailed
        isFailed = entry.isFailed
        leastMilliseconds = entry.leastRoundTripMilliseconds
        expectedMilliseconds = entry.expectedRoundTripMilliseconds
    }

    mutating func update(_ entry: PlaneEntry) {
        isDrained = entry.isDrained || entry.isFailed
        isFailed = entry.isFailed
        leastMilliseconds = entry.leastRoundTripMilliseconds
        expectedMilliseconds = entry.expectedRoundTripMilliseconds
    }

    mutating func wasHeard(at moment: Moment?) {
        guard let moment else { return }
        heard = max(heard ?? moment, moment)
    }

    mutating func measured(_ roundTrip: Duration) { measuredMilliseconds = max(roundTrip.milliseconds, 0) }

    /// Round trip from the gateway: never below what light in fibre allows; the expected one until one was measured.
    var roundTripMilliseconds: Double {
        guard let measuredMilliseconds else { return expectedMilliseconds }
        return max(measuredMilliseconds, leastMilliseconds)
    }

    /// The round trip that decides between equals: it never trembles.
    var fibreMilliseconds: Double { leastMilliseconds }

    /// Whether what the plane said about its addresses is young enough to act on (see ``AddressLedger``).
    func isTrusted(at now: Moment) -> Bool {
        guard let heard else { return false }
        return now.nanoseconds - heard.nanoseconds <= Self.trustNanoseconds
    }

    func isSuspect(at now: Moment) -> Bool {
        guard let suspectUntil else { return false }
        return now < suspectUntil
    }

    /// Two different replicas lost shortly after each other: the plane itself may be going.
    mutating func lost(slot: Int32, at now: Moment) {
        if let lastLost, lastLost.slot != slot, now.since(lastLost.at) <= RoutingLimits.planeSuspicion {
            suspectUntil = now.advanced(by: RoutingLimits.planeSuspicion)
        }
        lastLost = (slot, now)
    }

    private static let trustNanoseconds = Int64(RoutingLimits.addressTrust.seconds * 1e9)
}
