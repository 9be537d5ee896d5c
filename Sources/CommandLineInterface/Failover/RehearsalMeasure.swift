package import FleetModel

/// What one workload's requests say about a rehearsed loss.
///
/// The recovery time is that from the loss to the end of the last request that failed or was slow before ``calm`` seconds in
/// which none was begun that did. What fails or is slow later is counted by itself: it is trouble of the day, or of what was lost
/// coming back. A request is slow when it takes longer than ``slowFactor`` times the median before the loss, and longer than
/// ``slowAtLeast``.
package struct RehearsalMeasure: Equatable, Sendable {
    package static let slowFactor = 4.0
    package static let slowAtLeast = 1.0
    package static let calm = 5.0

    package private(set) var requests = 0
    /// Of those answered before the loss, the share that came from what was lost.
    package private(set) var servedThere = 0.0
    package private(set) var failed = 0
    package private(set) var slow = 0
    /// Requests whose success was begun and never completed.
    package private(set) var broken = 0
    /// Those among the failed and the slow that were begun after the recovery, and those of them that failed.
    package private(set) var later = 0
    package private(set) var failedLater = 0
    /// Seconds; 0 where nothing was failed or slow.
    package private(set) var recovery = 0.0
    /// How long before the loss the earliest request was begun that was acknowledged and lost, seconds; 0 where none was.
    package private(set) var lostWork = 0.0
    /// Requests that began after the recovery and succeeded: what the recovery time rests on.
    package private(set) var since = 0

    /// - Parameter planes: what was taken away.
    package init(_ all: [RehearsedRequest], of workload: WorkloadName, losing planes: Set<PlaneName>) {
        let own = all.filter { $0.workload == workload }
        requests = own.count
        let before = own.filter { $0.ended <= 0 }
        let there = before.count { request in
            guard case .answered(let plane) = request.outcome else { return false }
            return planes.contains(PlaneName(plane))
        }
        servedThere = before.isEmpty ? 0 : Double(there) / Double(before.count)
        let usual = before.filter(\.isSuccess).map(\.seconds).sorted()
        let median = usual.isEmpty ? 0 : usual[usual.count / 2]
        let limit = max(Self.slowAtLeast, Self.slowFactor * median)
        var isTroubled = false
        for request in own.sorted(by: { $0.begun < $1.begun }) where request.ended > 0 {
            let isSlow = request.isSuccess && request.seconds > limit
            if !request.isSuccess { failed += 1 }
            if isSlow { slow += 1 }
            if request.outcome == .broken {
                broken += 1
                lostWork = max(lostWork, -request.begun)
            }
            guard !request.isSuccess || isSlow else { continue }
            if isTroubled, request.begun > recovery + Self.calm {
                later += 1
                if !request.isSuccess { failedLater += 1 }
            } else {
                isTroubled = true
                recovery = max(recovery, request.ended)
            }
        }
        since = own.count { $0.begun > recovery && $0.isSuccess }
    }

    /// Whether the promise was kept: everything well again in time, no failure after that, and nothing acknowledged lost beyond
    /// what may be.
    package func keeps(_ promise: RecoveryObjective) -> Bool {
        guard since > 0 || requests == 0, failedLater == 0 else { return false }
        return recovery <= promise.rto.seconds && (broken == 0 || promise.rpo > .zero && lostWork <= promise.rpo.seconds)
    }
}
