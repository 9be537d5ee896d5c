/// A planning problem in normal form: plain names and numbers, everything a solver needs and nothing it must look up.
///
/// Units: US dollars, hours, requests per second, GiB, milliseconds. Its JSON (`tradewind plan --export-problem`) has these
/// properties' names as keys, so that any solver can be given the same problem.
package struct PlanningProblem: Equatable, Sendable, Codable {
    package var blocks: [Block]
    package var planes: [Plane]
    package var pools: [Pool]
    package var workloads: [Workload]
    package var demand: [Demand]
    package var rtt: [RoundTrip]
    package var forbidden: [Forbidden]
    package var budgets: [Budget]
    /// What one unserved request counts for in the objective, US dollars; an unprotected one counts for a tenth.
    package var unmetUSDPerRequest: Double

    package init(
        blocks: [Block], planes: [Plane], pools: [Pool], workloads: [Workload], demand: [Demand], rtt: [RoundTrip],
        forbidden: [Forbidden] = [], budgets: [Budget] = [], unmetUSDPerRequest: Double = 1
    ) {
        self.blocks = blocks
        self.planes = planes
        self.pools = pools
        self.workloads = workloads
        self.demand = demand
        self.rtt = rtt
        self.forbidden = forbidden
        self.budgets = budgets
        self.unmetUSDPerRequest = unmetUSDPerRequest
    }

    /// A stretch of time in which demand is taken as constant.
    package struct Block: Equatable, Sendable, Codable {
        package var name: String
        package var hours: Double

        package init(name: String, hours: Double) { (self.name, self.hours) = (name, hours) }
    }

    /// One region of one provider.
    package struct Plane: Equatable, Sendable, Codable {
        package var name: String
        package var provider: String
        package var region: String
        /// Price of data leaving for users, per GiB.
        package var egressUSDPerGiB: Double

        package init(name: String, provider: String, region: String, egressUSDPerGiB: Double = 0) {
            self.name = name
            self.provider = provider
            self.region = region
            self.egressUSDPerGiB = egressUSDPerGiB
        }
    }

    /// Nodes of one kind in one plane, bought one way.
    package struct Pool: Equatable, Sendable, Codable {
        package enum Tier: String, CaseIterable, Sendable, Codable {
            case reserved
            case onDemand = "on-demand"
            case spot
        }

        package var plane: String
        /// Unique within the plane.
        package var name: String
        package var accelerator: String
        package var acceleratorsPerNode: Int
        package var tier: Tier
        /// Zero for owned nodes.
        package var usdPerNodeHour: Double
        /// Quota.
        package var maxNodes: Int
        /// Expected reclaims of one node in an hour.
        package var interruptionsPerNodeHour: Double
        /// Hours until a reclaimed node is replaced.
        package var replacementHours: Double

        package init(
            plane: String, name: String, accelerator: String, acceleratorsPerNode: Int, tier: Tier, usdPerNodeHour: Double,
            maxNodes: Int, interruptionsPerNodeHour: Double = 0, replacementHours: Double = 0
        ) {
            self.plane = plane
            self.name = name
            self.accelerator = accelerator
            self.acceleratorsPerNode = acceleratorsPerNode
            self.tier = tier
            self.usdPerNodeHour = usdPerNodeHour
            self.maxNodes = maxNodes
            self.interruptionsPerNodeHour = interruptionsPerNodeHour
            self.replacementHours = replacementHours
        }

        /// What is left of throughput on this pool: 1 / (1 + ρ · replacement time), the share of time a spot node is there.
        package var presence: Double { tier == .spot ? 1 / (1 + interruptionsPerNodeHour * replacementHours) : 1 }
    }

    /// What one replica takes and gives on one accelerator type.
    package struct Profile: Equatable, Sendable, Codable {
        package var acceleratorsPerReplica: Int
        /// At the workload's objective.
        package var requestsPerSecond: Double

        package init(acceleratorsPerReplica: Int, requestsPerSecond: Double) {
            (self.acceleratorsPerReplica, self.requestsPerSecond) = (acceleratorsPerReplica, requestsPerSecond)
        }
    }

    package struct Workload: Equatable, Sendable, Codable {
        package enum Survival: String, CaseIterable, Sendable, Codable {
            case none, region, provider
        }

        package var name: String
        /// By accelerator type; a type without an entry cannot run the workload.
        package var profile: [String: Profile]
        /// Share of throughput that planned load may use, above 0, at most 1. After a loss, all of it may be used.
        package var targetUtilization: Double
        /// Largest share of throughput on spot.
        package var maxSpotShare: Double
        package var latencyBudgetMilliseconds: Double
        /// At least `latencyBudgetMilliseconds`.
        package var failoverLatencyBudgetMilliseconds: Double
        package var survive: Survival
        /// Share of served demand that a loss must leave served.
        package var keptShare: Double
        /// In every block, over all pools.
        package var minReplicas: Int
        package var egressGiBPerRequest: Double

        package init(
            name: String, profile: [String: Profile], targetUtilization: Double = 1, maxSpotShare: Double = 1,
            latencyBudgetMilliseconds: Double, failoverLatencyBudgetMilliseconds: Double? = nil, survive: Survival = .none,
            keptShare: Double = 1, minReplicas: Int = 0, egressGiBPerRequest: Double = 0
        ) {
            self.name = name
            self.profile = profile
            self.targetUtilization = targetUtilization
            self.maxSpotShare = maxSpotShare
            self.latencyBudgetMilliseconds = latencyBudgetMilliseconds
            self.failoverLatencyBudgetMilliseconds = failoverLatencyBudgetMilliseconds ?? latencyBudgetMilliseconds
            self.survive = survive
            self.keptShare = keptShare
            self.minReplicas = minReplicas
            self.egressGiBPerRequest = egressGiBPerRequest
        }
    }

    /// What users in one place ask of one workload in one block.
    package struct Demand: Equatable, Sendable, Codable {
        package var workload: String
        package var origin: String
        package var block: String
        package var requestsPerSecond: Double
        /// Goes before the workload's budget. After a loss the larger of this and the failover budget holds.
        package var latencyBudgetMilliseconds: Double?

        package init(
            workload: String, origin: String, block: String, requestsPerSecond: Double, latencyBudgetMilliseconds: Double? = nil
        ) {
            self.workload = workload
            self.origin = origin
            self.block = block
            self.requestsPerSecond = requestsPerSecond
            self.latencyBudgetMilliseconds = latencyBudgetMilliseconds
        }
    }

    /// Round trip from users to a plane. Without an entry nothing flows.
    package struct RoundTrip: Equatable, Sendable, Codable {
        package var origin: String
        package var plane: String
        package var milliseconds: Double

        package init(origin: String, plane: String, milliseconds: Double) {
            (self.origin, self.plane, self.milliseconds) = (origin, plane, milliseconds)
        }
    }

    /// A rule: this workload's requests from this origin never reach this plane, in no scenario.
    package struct Forbidden: Equatable, Sendable, Codable {
        package var workload: String
        package var origin: String
        package var plane: String
        package var because: String

        package init(workload: String, origin: String, plane: String, because: String) {
            (self.workload, self.origin, self.plane, self.because) = (workload, origin, plane, because)
        }
    }

    /// A ceiling on what the replicas of some workloads may cost in an hour: Σ (node price / accelerators per node) · accelerators.
    package struct Budget: Equatable, Sendable, Codable {
        package var name: String
        package var workloads: [String]
        package var usdPerHour: Double

        package init(name: String, workloads: [String], usdPerHour: Double) {
            (self.name, self.workloads, self.usdPerHour) = (name, workloads, usdPerHour)
        }
    }
}
