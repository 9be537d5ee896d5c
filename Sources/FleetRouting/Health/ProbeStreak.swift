/// Counts a deep check's answers in a row: it changes sides only after enough of them. Healthy to begin with, for the plane said
/// that the replica is ready.
package struct ProbeStreak: Equatable, Sendable {
    package private(set) var isHealthy = true
    private var opposite = 0
    private let healthyThreshold: Int
    private let unhealthyThreshold: Int

    package init(healthyThreshold: Int, unhealthyThreshold: Int) {
        self.healthyThreshold = max(healthyThreshold, 1)
        self.unhealthyThreshold = max(unhealthyThreshold, 1)
    }

    package mutating func take(passed: Bool) {
        guard passed != isHealthy else {
            opposite = 0
            return
        }
        opposite += 1
        guard opposite >= (isHealthy ? unhealthyThreshold : healthyThreshold) else { return }
        isHealthy = passed
        opposite = 0
    }
}
