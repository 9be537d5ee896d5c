/// What to buy, what to run, who is served where, and how far from the best possible that can be. The JSON of
/// `tradewind plan -o json` has these properties' names as keys; they are stable.
package struct Plan: Equatable, Sendable {
    /// Generation of the fleet it was made for; 0 where there is none.
    package var generation: UInt64
    package var horizonHours: Double
    /// Cost over the horizon, penalties included.
    package var objectiveUSD: Double
    /// No plan for the whole problem, every scenario included, can cost less. Proven.
    package var boundUSD: Double
    /// (objective − bound) / objective; 0 where the objective is 0.
    package var gap: Double
    /// Whether the wall clock ended the search before its counted work did.
    package var deadlineHit: Bool
    package var solveSeconds: Double
    package var cost: Cost
    /// Reserved nodes are listed in every block.
    package var nodes: [Nodes]
    package var replicas: [Replicas]
    package var flows: [Flow]
    package var scenarios: [Scenario]
    package var unmet: [Unmet]
    package var unprotected: [Unprotected]
    /// Requirements that no plan can meet together with the quotas and budgets; empty for a plan that meets all.
    package var violations: [Violation]
    package var report: [WorkloadReport]

    package init(horizonHours: Double) {
        generation = 0
        self.horizonHours = horizonHours
        (objectiveUSD, boundUSD, gap, deadlineHit, solveSeconds) = (0, 0, 0, false, 0)
        cost = Cost()
        (nodes, replicas, flows, scenarios, unmet, unprotected, violations, report) = ([], [], [], [], [], [], [], [])
    }

    /// Over the horizon, US dollars.
    package struct Cost: Equatable, Sendable, Codable {
        package var computeUSD = 0.0
        package var egressUSD = 0.0
        package var penaltyUSD = 0.0
        /// Compute by `reserved`, `on-demand`, `spot`.
        package var byTier: [String: Double] = [:]
        /// Compute and egress by provider.
        package var byProvider: [String: Double] = [:]

        package init() {}
    }

    package struct Nodes: Equatable, Sendable, Codable {
        package var plane: String
        package var pool: String
        package var block: String
        package var count: Int

        package init(plane: String, pool: String, block: String, count: Int) {
            (self.plane, self.pool, self.block, self.count) = (plane, pool, block, count)
        }
    }

    package struct Replicas: Equatable, Sendable, Codable {
        package var workload: String
        package var plane: String
        package var pool: String
        package var block: String
        package var count: Int

        package init(workload: String, plane: String, pool: String, block: String, count: Int) {
            (self.workload, self.plane, self.pool, self.block, self.count) = (workload, plane, pool, block, count)
        }
    }

    package struct Flow: Equatable, Sendable, Codable {
        package var workload: String
        package var origin: String
        package var plane: String
        package var block: String
        package var requestsPerSecond: Double
        package var rttMilliseconds: Double

        package init(
            workload: String, origin: String, plane: String, block: String, requestsPerSecond: Double, rttMilliseconds: Double
        ) {
            (self.workload, self.origin, self.plane, self.block) = (workload, origin, plane, block)
            (self.requestsPerSecond, self.rttMilliseconds) = (requestsPerSecond, rttMilliseconds)
        }
    }

    /// What one loss leaves of one workload in one block, on the replicas that were bought.
    package struct Scenario: Equatable, Sendable, Codable {
        package var workload: String
        /// `region:aws/us-east-1`, `provider:aws` or `spot:aws`.
        package var lost: String
        package var block: String
        /// Share of the demand that was served before, 0 to 1.
        package var servedShare: Double
        /// Of any request served then; 0 where none is.
        package var worstRTTMilliseconds: Double

        package init(workload: String, lost: String, block: String, servedShare: Double, worstRTTMilliseconds: Double) {
            (self.workload, self.lost, self.block) = (workload, lost, block)
            (self.servedShare, self.worstRTTMilliseconds) = (servedShare, worstRTTMilliseconds)
        }
    }

    package struct Unmet: Equatable, Sendable, Codable {
        package var workload: String
        package var origin: String
        package var block: String
        package var requestsPerSecond: Double
        package var reasons: [String]

        package init(workload: String, origin: String, block: String, requestsPerSecond: Double, reasons: [String]) {
            (self.workload, self.origin, self.block) = (workload, origin, block)
            (self.requestsPerSecond, self.reasons) = (requestsPerSecond, reasons)
        }
    }

    /// Demand that is served, but would not be after a loss it was to survive.
    package struct Unprotected: Equatable, Sendable, Codable {
        package var workload: String
        package var origin: String
        package var block: String
        package var requestsPerSecond: Double
        /// The losses in which it would not be served.
        package var lost: [String]
        package var reasons: [String]

        package init(
            workload: String, origin: String, block: String, requestsPerSecond: Double, lost: [String], reasons: [String]
        ) {
            (self.workload, self.origin, self.block) = (workload, origin, block)
            (self.requestsPerSecond, self.lost, self.reasons) = (requestsPerSecond, lost, reasons)
        }
    }

    /// A minimum that cannot be met under the quotas and budgets. The plan comes as near as they allow.
    package struct Violation: Equatable, Sendable, Codable {
        package var workload: String
        package var block: String
        /// Replicas below `minReplicas`.
        package var missingReplicas: Int
        package var reasons: [String]

        package init(workload: String, block: String, missingReplicas: Int, reasons: [String]) {
            (self.workload, self.block, self.missingReplicas, self.reasons) = (workload, block, missingReplicas, reasons)
        }
    }

    /// Why one workload runs where it does.
    package struct WorkloadReport: Equatable, Sendable, Codable {
        package struct Chosen: Equatable, Sendable, Codable {
            package var plane: String
            package var pool: String
            /// Largest number of replicas over the blocks.
            package var replicas: Int
            package var because: String

            package init(plane: String, pool: String, replicas: Int, because: String) {
                (self.plane, self.pool, self.replicas, self.because) = (plane, pool, replicas, because)
            }
        }

        package struct Rejected: Equatable, Sendable, Codable {
            package var plane: String
            /// One word for programs: `rule`, `latency`, `hardware`, `quota`, `price`, `spot-share` or `price-unknown`.
            package var because: String
            /// Plain words, with the figure.
            package var detail: String

            package init(plane: String, because: String, detail: String) {
                (self.plane, self.because, self.detail) = (plane, because, detail)
            }
        }

        /// The best plane this workload does not use, and what using it instead would add.
        package struct NextBest: Equatable, Sendable, Codable {
            package var plane: String
            package var pool: String
            package var addedUSDPerHour: Double
            package var detail: String

            package init(plane: String, pool: String, addedUSDPerHour: Double, detail: String) {
                (self.plane, self.pool, self.addedUSDPerHour, self.detail) = (plane, pool, addedUSDPerHour, detail)
            }
        }

        package var workload: String
        package var chosen: [Chosen]
        package var rejected: [Rejected]
        package var nextBest: NextBest?
        /// What keeps the plan from being cheaper, most costly first, in plain words.
        package var binding: [String]

        package init(
            workload: String, chosen: [Chosen] = [], rejected: [Rejected] = [], nextBest: NextBest? = nil, binding: [String] = []
        ) {
            (self.workload, self.chosen, self.rejected) = (workload, chosen, rejected)
            (self.nextBest, self.binding) = (nextBest, binding)
        }
    }
}
