/// Every threshold of routing, with its unit and why it has its value.
package enum RoutingLimits {
    /// Most requests one event loop has on one replica at a time; beyond it the replica counts as full.
    package static let inFlightPerReplica: Int32 = 4_096
    /// Most replicas one plane may report; a report with more is refused whole.
    package static let replicasPerPlane = 4_096
    /// Throughput assumed of a replica whose accelerator has no profile, req/s.
    package static let defaultRate = 10.0
    package static let leastRate = 0.01
    /// A plane whose shortest predicted queue is longer than this loses the preference its latency budget gives it.
    package static let patienceMilliseconds = 2_000.0
    /// Predicted times this near to the best count as equal, and the fibre-limit round trip decides: measured values tremble.
    package static let toleranceMilliseconds = 5.0
    package static let toleranceShare = 0.1
    /// Requests that a replica without engine metrics is assumed to serve at once.
    package static let unreportedConcurrency = 8.0
    /// Bounded-load consistent hashing (Mirrokni, Thorup, Zadimoghaddam, 2016): a replica over this multiple of the mean load
    /// plus one takes no request for its prefix's sake.
    package static let affinityLoadFactor = 1.25
    /// Of a prompt's blocks, the share that must be known before it follows them (SGLang's `cache_threshold`): what most prompts
    /// have in common is worth less than an even load.
    package static let affinityMatchShare = 0.5
    /// Loads that others cause too are known late and by everybody alike: each decision takes them for up to this share more, by
    /// chance, so that loops and gateways do not all turn to the same replica.
    package static let loadJitter = 0.1

    /// A replica healthy for this long starts at the base length again.
    package static let ejectionMemory = Duration.seconds(60)
    /// Two replicas of one plane that fail to connect within this time make the plane suspect for as long again.
    package static let planeSuspicion = Duration.seconds(2)

    /// An address stays with its workload for this long after its last replica (DESIGN: Identity).
    package static let addressQuarantine = Duration.seconds(600)
    /// A replica that its plane has not confirmed for this long takes no request: planes may give its address to another
    /// workload ten minutes after its end, so knowledge must die earlier than that, with a minute to spare.
    package static let addressTrust = Duration.seconds(540)
    /// A reported load older than this says nothing: planes report twice a second.
    package static let loadTrust = Duration.seconds(5)
    /// Addresses remembered; at the limit unknown ones are refused rather than old ones forgotten.
    package static let rememberedAddresses = 65_536
}
