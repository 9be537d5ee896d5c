/// How large a planning problem may be, and how large its numbers: far beyond any fleet, and small enough that a solver's double
/// precision keeps cents apart.
package enum ProblemLimits {
    /// Hours of a week, or of a 31-day month.
    package static let blocks = 744
    package static let planes = 1_000
    package static let pools = 10_000
    package static let workloads = 1_000
    package static let origins = 10_000
    /// Accelerator types in one workload's profile.
    package static let profileEntries = 1_000
    package static let demandRows = 5_000_000
    package static let roundTripRows = 5_000_000
    package static let forbiddenRows = 5_000_000
    package static let budgets = 1_000
    /// Demand entries, gateways and policies of the fleet a problem is written from.
    package static let demandEntries = 100_000
    package static let gateways = 1_000
    package static let policies = 1_000
    /// Ways from users by a gateway to a plane that are compared.
    package static let paths = 500_000_000
    /// Bytes of one name or reason.
    package static let nameBytes = 256
    package static let reasonBytes = 4_096
    /// Findings listed before the rest is only counted.
    package static let findings = 100

    /// A little over eleven years.
    package static let horizonHours = 100_000.0
    package static let usdPerNodeHour = 1e6
    package static let usdPerGiB = 1e4
    package static let usdPerRequest = 1e6
    package static let budgetUSDPerHour = 1e9
    package static let requestsPerSecond = 1e9
    /// Less throughput of a replica is not told from none: the reciprocal would count replicas in billions.
    package static let leastThroughput = 1e-6
    package static let leastUtilization = 1e-3
    package static let gibPerRequest = 1e6
    /// Eleven days.
    package static let milliseconds = 1e9
    package static let acceleratorsPerNode = 1_024
    package static let nodes = 1_000_000
    package static let replicas = 1_000_000
    /// One reclaim of every node a minute.
    package static let interruptionsPerNodeHour = 60.0
    package static let replacementHours = 744.0
    /// Of the objective: 2⁵³ cents, above which a double no longer tells cents apart.
    package static let objectiveUSD = 9e13
}
