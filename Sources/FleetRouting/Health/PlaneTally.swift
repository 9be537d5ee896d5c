package import FleetModel

/// What is known of one plane's replicas, and what became of attempts there since the start.
package struct PlaneTally: Equatable, Sendable {
    /// Replicas that have served: ready by their plane's word, or unready since.
    package var replicas = 0
    /// Those that would be sent a request now.
    package var usable = 0
    /// Requests that ended with an answer of the plane below 500.
    package var answered: UInt64 = 0
    /// Attempts that got no connection, a broken answer or none in time.
    package var unanswered: UInt64 = 0

    package init() {}

    /// Takes in what another event loop knows of the plane: replicas are the same ones, attempts are not.
    package mutating func add(_ other: PlaneTally) {
        replicas = max(replicas, other.replicas)
        usable = max(usable, other.usable)
        answered += other.answered
        unanswered += other.unanswered
    }
}

extension Router {
    /// Every plane of the table, by index, without ``PlaneTally/answered``, which requests' ends are counted for elsewhere.
    package func planeTallies(at now: Moment) -> [PlaneTally] {
        var tallies = planes.map { state in
            var tally = PlaneTally()
            tally.unanswered = state.unanswered
            return tally
        }
        for case let entry? in table?.replicas ?? [] where entry.takesRequests || entry.isUnready {
            guard tallies.indices.contains(entry.plane.value) else { continue }
            tallies[entry.plane.value].replicas += 1
            if entry.takesRequests, !isEjected(entry.handle, at: now) { tallies[entry.plane.value].usable += 1 }
        }
        return tallies
    }
}
