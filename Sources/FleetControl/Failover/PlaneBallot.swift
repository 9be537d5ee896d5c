package import FleetModel

/// What every observer says of one plane.
///
/// Observers are the gateways, the plane itself, and the control plane's own link to it. Whoever sees no other plane either is
/// cut off itself and has no vote; so has whoever has not been heard for ``freshness``. It takes two votes to decide anything,
/// and more than half of them: one gateway's bad link fails nothing.
package struct PlaneBallot: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        case lost, seen
        /// No majority, or too few to make one: nothing follows.
        case undecided
    }

    /// Who sees the plane, and who lost it, in the order gateways, plane, control plane.
    package private(set) var seeing: [String] = []
    package private(set) var losing: [String] = []

    /// What was said longer ago than this says nothing: gateways report every second, planes every two.
    package static let freshness = Duration.seconds(5)
    /// Fewest votes that decide anything.
    package static let quorum = 2

    package init(seeing: [String] = [], losing: [String] = []) { (self.seeing, self.losing) = (seeing, losing) }

    package var voters: Int { seeing.count + losing.count }

    package var outcome: Outcome {
        guard voters >= Self.quorum else { return .undecided }
        if losing.count * 2 > voters { return .lost }
        return seeing.count * 2 > voters ? .seen : .undecided
    }

    /// In words: `3 of 4 observers lost it: gateway paris, gateway tokyo, the control plane`.
    package var words: String {
        let isLost = outcome == .lost
        let side = isLost ? losing : seeing
        return "\(side.count) of \(voters) observers \(isLost ? "lost" : "see") it: \(side.joined(separator: ", "))"
    }

    mutating func add(_ observer: String, _ isLost: Bool?) {
        guard let isLost else { return }
        if isLost { losing.append(observer) } else { seeing.append(observer) }
    }
}

extension PlaneBallot {
    /// The ballots on every plane of a fleet, by plane.
    package static func ballots(_ fleet: Fleet, _ observation: FleetObservation, now: Moment) -> [PlaneName: PlaneBallot] {
        var ballots: [PlaneName: PlaneBallot] = [:]
        for plane in fleet.planes { ballots[plane.name] = PlaneBallot() }
        for gateway in fleet.gateways {
            guard let age = observation.age(of: gateway.name, now: now), age <= freshness,
                let sights = observation.report(of: gateway.name)?.planeSights
            else { continue }
            let opinions = fleet.planes.map { (plane: $0.name, isLost: sights[$0.name.rawValue]?.isLost) }
            add("gateway \(gateway.name)", opinions, to: &ballots)
        }
        for plane in fleet.planes {
            ballots[plane.name]?.add("the plane itself", ownWord(of: plane.name, observation, now: now))
        }
        let links = fleet.planes.map { (plane: $0.name, isLost: link(to: $0.name, observation, now: now)) }
        add("the control plane", links, to: &ballots)
        return ballots
    }

    /// An observer has a vote on a plane while it sees another one.
    private static func add(
        _ observer: String, _ opinions: [(plane: PlaneName, isLost: Bool?)], to ballots: inout [PlaneName: PlaneBallot]
    ) {
        for opinion in opinions {
            let seesAnother = opinions.contains { $0.plane != opinion.plane && $0.isLost == false }
            if seesAnother { ballots[opinion.plane]?.add(observer, opinion.isLost) }
        }
    }

    /// A plane that speaks and whose replicas have all gone bad says so itself; one with nothing to run, or still starting, says
    /// nothing.
    private static func ownWord(of plane: PlaneName, _ observation: FleetObservation, now: Moment) -> Bool? {
        guard let age = observation.age(of: plane, now: now), age <= freshness, let report = observation.report(of: plane) else {
            return nil
        }
        let served = report.replicas.filter { $0.state == .ready || $0.state == .unready }
        return served.isEmpty ? nil : !served.contains { $0.state == .ready }
    }

    /// Whether the control plane hears the plane; nil while it cannot know.
    private static func link(to plane: PlaneName, _ observation: FleetObservation, now: Moment) -> Bool? {
        switch observation.connection(of: plane, now: now) {
        case .unknown: nil
        case .absent, .lost: true
        case .connected: observation.age(of: plane, now: now).map { $0 > freshness }
        }
    }
}
