package import FleetModel

/// One replica that a plane's newest report lists with an address. Immutable; shared by all event loops.
package final class ReplicaEntry: Sendable {
    package let handle: ReplicaHandle
    package let id: ReplicaID
    package let plane: PlaneIndex
    package let workload: WorkloadIndex
    /// Where it listens: an IP address inside the plane's networks, and a port.
    package let address: ListenAddress
    /// Path for active probes: starts with `/`, visible ASCII only.
    package let healthPath: String
    /// The plane says `ready` and the replica's address is not in quarantine: it may take new requests.
    package var takesRequests: Bool { readySince != nil }
    /// Since when it takes requests, by what its plane said when this gateway first heard so: a replica long in service when a
    /// gateway starts does not start slowly. Nil while it takes none.
    package let readySince: Moment?
    /// Its deep health check fails: it counts against its plane's health.
    package let isUnready: Bool
    /// Round trip from the plane on to the server that really answers, milliseconds.
    package let onwardRoundTripMilliseconds: Double
    /// Throughput of this replica, req/s; at least ``RoutingLimits/leastRate``.
    package let rate: Double
    /// The response header lines that say where a request was served, each ended by CR LF:
    /// `x-tradewind-plane: …` and `x-tradewind-replica: …`.
    package let headerLines: [UInt8]
    /// Stands for the replica in rendezvous hashing; follows from its id alone, so that every loop and gateway agrees.
    package let identityHash: UInt64
    /// How it is recognised; nil where it serves plain HTTP.
    package let tls: ReplicaTLS?
    /// The generation of its workload it was started from; 0 where its plane does not say.
    package let generation: UInt64

    package init(
        handle: ReplicaHandle, id: ReplicaID, plane: PlaneIndex, workload: WorkloadIndex, address: ListenAddress,
        healthPath: String, readySince: Moment?, isUnready: Bool, onwardRoundTripMilliseconds: Double, rate: Double,
        tls: ReplicaTLS? = nil, generation: UInt64 = 0
    ) {
        self.generation = generation
        self.tls = tls
        self.handle = handle
        self.id = id
        self.plane = plane
        self.workload = workload
        self.address = address
        self.healthPath = healthPath
        self.readySince = readySince
        self.isUnready = isUnready
        self.onwardRoundTripMilliseconds = onwardRoundTripMilliseconds
        self.rate = max(rate, RoutingLimits.leastRate)
        headerLines = Array("x-tradewind-plane: \(id.plane)\r\nx-tradewind-replica: \(id)\r\n".utf8)
        identityHash = ByteHash.hash(id.description)
    }
}
