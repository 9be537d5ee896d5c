/// One version of a workload while two of them serve, as gateways are told of it.
package struct RevisionWeight: Equatable, Sendable, Codable {
    /// What its replicas' reports say (``ReplicaReport/generation``).
    package var generation: UInt64
    /// Share of the requests, 0 to 1; nil: requests are sent by load alone, and only counted by version.
    package var weight: Double?

    package init(generation: UInt64, weight: Double?) { (self.generation, self.weight) = (generation, weight) }
}

/// What became of the requests a gateway sent to one version of a workload, since it was told of it. Counts only grow while the
/// gateway lives and the rollout lasts; then they begin again, which their falling tells.
package struct RevisionOutcome: Equatable, Sendable, Codable {
    package var generation: UInt64
    /// Attempts that are over.
    package var requests: UInt64
    /// Of them: failed by the replica (a 5xx status, a broken or silent answer, no connection).
    package var failures: UInt64
    /// Sum and number of times from sending to the first byte of an answer.
    package var firstByteMillisecondsSum: Double
    package var firstBytes: UInt64

    package init(
        generation: UInt64, requests: UInt64 = 0, failures: UInt64 = 0, firstByteMillisecondsSum: Double = 0,
        firstBytes: UInt64 = 0
    ) {
        self.generation = generation
        self.requests = requests
        self.failures = failures
        self.firstByteMillisecondsSum = firstByteMillisecondsSum
        self.firstBytes = firstBytes
    }

    package mutating func add(_ other: RevisionOutcome) {
        requests &+= other.requests
        failures &+= other.failures
        firstByteMillisecondsSum += other.firstByteMillisecondsSum
        firstBytes &+= other.firstBytes
    }
}
