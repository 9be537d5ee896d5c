/// How requests are spread over planes and replicas. Declared on a route, or on a workload for every route that says nothing.
package struct BalancingRules: Equatable, Sendable, Codable {
    package enum Policy: String, CaseIterable, Sendable, Codable {
        /// The plane whose first token is predicted soonest, and there the replica with the least load for its hardware.
        case predictedTimeToFirstToken
        case roundRobin
        /// In turn, in proportion to what the hardware of each replica can serve.
        case weightedRoundRobin
        /// The least requests for what the hardware can serve, over every competing replica.
        case leastRequest
        /// The better of two replicas drawn at random.
        case powerOfTwoChoices
        /// The least moving average of times to the first token, times the requests in flight.
        case leastResponseTime
        case ringHash
        case maglev
        /// By what engines report: requests waiting and running, use of the KV cache.
        case engineLoad

        /// Equal keys go to one replica.
        package var isHash: Bool { self == .ringHash || self == .maglev }
    }

    package enum Affinity: String, CaseIterable, Sendable, Codable {
        case none
        /// Requests that begin alike go to a replica that has seen their beginning, while its load allows: its KV cache is used
        /// again.
        case prefix
        /// A session stays with its replica by a cookie that the gateway sets.
        case cookie
        /// Requests with one value of a header go to one replica.
        case header
    }

    /// What a hash policy takes its key from.
    package enum HashSource: String, CaseIterable, Sendable, Codable {
        case clientAddress, header, cookie
    }

    package struct Cookie: Equatable, Sendable, Codable {
        package var name: String
        package var path: String
        /// How long a browser keeps it; nil: until it is closed.
        package var ttlSeconds: Int?

        package init(name: String = "tradewind-session", path: String = "/", ttlSeconds: Int? = nil) {
            (self.name, self.path, self.ttlSeconds) = (name, path, ttlSeconds)
        }
    }

    /// How one plane shares in the traffic.
    package struct PlaneShare: Equatable, Sendable, Codable {
        package var plane: PlaneName
        /// Its part among planes of its priority: active-active percentages, or any other proportion.
        package var weight: Int
        /// 0 is served first.
        package var priority: Int

        package init(plane: PlaneName, weight: Int = 1, priority: Int = 0) {
            (self.plane, self.weight, self.priority) = (plane, weight, priority)
        }
    }

    package var policy: Policy
    package var affinity: Affinity
    /// Nil where the policy hashes nothing; else the client's address counts.
    package var hashOn: HashSource?
    /// The name of the header that the hash or the affinity goes by.
    package var header: String?
    /// The cookie that the hash or the affinity goes by.
    package var cookie: Cookie?
    /// Empty: the latency budget and the predicted time choose the plane. A plane that is not listed serves behind all that are.
    package var planes: [PlaneShare]
    /// The healthy share of a priority times this, capped at the whole, is its part of the traffic (Envoy's
    /// `overprovisioning_factor`).
    package var overprovisioningFactor: Double
    /// Where all priorities together cannot take the traffic, one with a healthy share below this ignores health (0 to 1).
    package var panicThreshold: Double
    /// By how much at most a plane's weight follows how soon it answers, as a share of the weight (up to 0.9); nil: not at all.
    package var adaptiveWeights: Double?

    package init(
        policy: Policy = .predictedTimeToFirstToken, affinity: Affinity = .none, hashOn: HashSource? = nil, header: String? = nil,
        cookie: Cookie? = nil, planes: [PlaneShare] = [], overprovisioningFactor: Double = 1.4, panicThreshold: Double = 0.5,
        adaptiveWeights: Double? = nil
    ) {
        self.policy = policy
        self.affinity = affinity
        self.hashOn = hashOn
        self.header = header
        self.cookie = cookie
        self.planes = planes
        self.overprovisioningFactor = overprovisioningFactor
        self.panicThreshold = panicThreshold
        self.adaptiveWeights = adaptiveWeights
    }
}
