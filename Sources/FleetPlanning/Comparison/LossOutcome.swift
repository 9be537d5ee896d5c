/// What a loss does to a plan as bought: nothing is repacked, restarted or bought.
package struct LossOutcome: Equatable, Sendable {
    package var loss: Loss
    /// By pool and block, where any node is lost.
    package var nodes: [LostNodes]
    /// One row for each workload and block with demand that was served.
    package var services: [Service]
    /// Who goes elsewhere.
    package var moves: [Move]
    package var unserved: [Unserved]
    /// Block with the most unserved requests per second; where none is unserved, with the most moved. Nil for an empty plan.
    package var worstBlock: String?
    /// Block with the most demand.
    package var peakBlock: String?

    package struct LostNodes: Equatable, Sendable, Codable {
        package var plane: String
        package var pool: String
        package var block: String
        package var lost: Int
        package var of: Int

        package init(
            plane: String,
            pool: String,
            block: String,
            lost: Int,
            of: Int
        ) {
            self.plane = plane
            self.pool = pool
            self.block = block
            self.lost = lost
            self.of = of
        }
    }

    package struct Service: Equatable, Sendable, Codable {
        package var workload: String
        package var block: String
        /// Served before the loss.
        package var requestsPerSecond: Double
        package var movedRequestsPerSecond: Double
        package var unservedRequestsPerSecond: Double
        /// Share of what was served before.
        package var servedShare: Double
        package var meanRTTBeforeMilliseconds: Double
        /// Of those served; 0 where none is.
        package var meanRTTMilliseconds: Double
        package var worstRTTMilliseconds: Double
    }

    package struct Move: Equatable, Sendable, Codable {
        package var workload: String
        package var origin: String
        package var block: String
        package var from: String
        package var to: String
        package var requestsPerSecond: Double
        package var rttBeforeMilliseconds: Double
        package var rttMilliseconds: Double
    }

    package struct Unserved: Equatable, Sendable, Codable {
        package var workload: String
        package var origin: String
        package var block: String
        package var requestsPerSecond: Double
        package var because: String
    }

    /// Unserved requests over the horizon.
    package func unservedRequests(hours: [String: Double]) -> Double {
        unserved.reduce(0) { $0 + $1.requestsPerSecond * 3_600 * (hours[$1.block] ?? 0) }
    }
}
