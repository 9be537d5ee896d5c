/// How a rollout stands, for people.
package struct RolloutStatus: Equatable, Sendable, Codable {
    package struct Version: Equatable, Sendable, Codable {
        package var generation: UInt64
        package var wanted = 0
        package var ready = 0
        /// Share of the requests; nil where load alone decides.
        package var weight: Double?
        /// Since the current step began, over all gateways.
        package var requests: UInt64 = 0
        package var failures: UInt64 = 0
        package var meanFirstByteMilliseconds: Double?

        package init(generation: UInt64) { self.generation = generation }
    }

    package var strategy: String
    package var phase: RolloutRecord.Phase
    /// 1 and up; nil where the strategy has none.
    package var step: Int?
    package var steps: Int?
    package var isPaused: Bool
    package var reason: String
    /// What it waits for, in plain words.
    package var waitsFor: String
    package var stable: Version
    package var target: Version
}
