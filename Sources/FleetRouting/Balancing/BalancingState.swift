import FleetModel

/// What balancing keeps of one slot beside its health and load. Plain numbers of fixed size.
struct BalancingState: Sendable {
    /// The holder's birth; 0 while the slot is free.
    var birth: UInt32 = 0
    /// Of the smooth weighted round robin.
    var currentWeight = 0.0
    var response = PeakResponseTime()
    /// Use of the KV cache as the engine said last, 0 to 1; -1 while it tells nothing.
    private var kvCacheUse = -1.0
    private var reported = Moment.origin

    mutating func take(_ load: LoadUpdate.Load, at moment: Moment) {
        kvCacheUse = load.kvCacheUse ?? -1
        reported = moment
    }

    /// Nil while unknown or too long ago.
    func kvCacheUse(at now: Moment) -> Double? {
        guard kvCacheUse >= 0, now.nanoseconds - reported.nanoseconds <= Self.trustNanoseconds else { return nil }
        return kvCacheUse
    }

    private static let trustNanoseconds = Int64(RoutingLimits.loadTrust.seconds * 1e9)
}
