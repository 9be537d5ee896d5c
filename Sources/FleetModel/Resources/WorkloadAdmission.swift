/// What happens at a gateway to requests of a workload that cannot be sent at once.
package struct WorkloadAdmission: Equatable, Sendable, Codable {
    /// How it is found out that the replicas have enough.
    package enum ConcurrencyLimit: String, CaseIterable, Sendable, Codable {
        /// Only by their own limits.
        case none
        /// By how their times to the first byte grow (Netflix concurrency-limits, Gradient2).
        case gradient2
    }

    /// Longest wait, milliseconds; 0 refuses at once.
    package var queueTimeoutMilliseconds: Int
    /// Most requests that wait, and bytes of their bodies, at one event loop of a gateway.
    package var queuedRequests: Int
    package var queuedBytes: Int
    /// Longest wait for the first replica of a workload that requests wake, milliseconds; 0 refuses at once, nil means
    /// ``coldStart``.
    package var coldStartTimeoutMilliseconds: Int?
    package var concurrencyLimit: ConcurrencyLimit

    package init(
        queueTimeoutMilliseconds: Int = 0, queuedRequests: Int = 256, queuedBytes: Int = 64 << 20,
        coldStartTimeoutMilliseconds: Int? = nil, concurrencyLimit: ConcurrencyLimit = .none
    ) {
        self.queueTimeoutMilliseconds = queueTimeoutMilliseconds
        self.queuedRequests = queuedRequests
        self.queuedBytes = queuedBytes
        self.coldStartTimeoutMilliseconds = coldStartTimeoutMilliseconds
        self.concurrencyLimit = concurrencyLimit
    }

    package static let standard = WorkloadAdmission()
    /// Long enough for a node to be launched and a large model to be loaded.
    package static let coldStart = Duration.seconds(300)

    /// How long a request waits for the first replica: never shorter than it would for a seat at one that is there.
    package var coldStartWait: Duration {
        let declared = coldStartTimeoutMilliseconds.map { Duration.milliseconds(max(0, $0)) } ?? Self.coldStart
        return max(declared, .milliseconds(queueTimeoutMilliseconds))
    }
}
