import FleetRouting

/// One request on its way, in the world's array of them.
struct SimulatedRequest {
    enum State: UInt8 {
        /// Its place in the array is free.
        case none
        /// Held by its gateway until a replica can take it.
        case waiting
        /// On the way to a replica, or to the news that there is none.
        case underWay
        case atReplica
    }

    var state = State.none
    /// Tells the holders of one place in the array apart.
    var birth: UInt32 = 0
    var workload: Int32 = 0
    var gateway: Int32 = 0
    var promptTokens: Int32 = 0
    var outputTokens: Int32 = 0
    /// At its gateway.
    var arrived: Int64 = 0
    /// Round trips, client to gateway and gateway to plane.
    var outside: Int64 = 0
    var inside: Int64 = 0
    var handle = ReplicaHandle(slot: -1, birth: 0)
    var plane: Int32 = 0
    var replica: Int32 = -1
    var replicaBirth: UInt32 = 0
    var dispatched: Int64 = 0
    var attempts: UInt8 = 0
    var hasFirstByte = false
    var history = AttemptHistory()
}
