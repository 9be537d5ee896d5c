package import FleetRouting

/// What one event loop has under way for each workload right now, by workload index. Gathered when it is asked for: nothing is
/// kept of it while requests pass.
package struct LoopDemand: Equatable, Sendable {
    package var inFlight: [Int] = []
    package var queued: [Int] = []
    package var oldestWait: [Duration] = []

    package init() {}

    /// One more waits.
    package mutating func waits(_ workload: WorkloadIndex, for wait: Duration) {
        reserve(workload.value + 1)
        queued[workload.value] += 1
        oldestWait[workload.value] = max(oldestWait[workload.value], wait)
    }

    package mutating func add(_ other: LoopDemand) {
        reserve(max(other.inFlight.count, other.queued.count))
        for (index, count) in other.inFlight.enumerated() { inFlight[index] += count }
        for (index, count) in other.queued.enumerated() {
            queued[index] += count
            oldestWait[index] = max(oldestWait[index], other.oldestWait[index])
        }
    }

    private mutating func reserve(_ count: Int) {
        while inFlight.count < count { inFlight.append(0) }
        while queued.count < count {
            queued.append(0)
            oldestWait.append(.zero)
        }
    }
}
