package import FleetModel

/// What a decision loop heard and when it decided: enough to have every decision made again.
///
/// Whoever runs a loop, live or in virtual time, hands each input on before it acts on it. ``replay()`` plays them through a new
/// ``FleetController``; since that reads nothing else, equal decisions come out.
package struct ControlLog: Equatable, Sendable {
    package enum Entry: Equatable, Sendable {
        /// The loop's process began: whatever was known before is forgotten.
        case started
        /// What was kept of demand before the process began was put back.
        case restored([DemandHistory.Entry])
        /// What the process before this one learnt was put back.
        case recalled(ControllerMemory, secondsSince1970: UInt64)
        case plane(PlaneReport)
        case gateway(GatewayReport)
        /// Silence was looked for, as each second.
        case ticked
        /// A decision was made for the fleet as it was declared, with what was kept of its workloads' versions.
        case decided(
            Fleet, drained: Set<PlaneName>, rollouts: [WorkloadName: RolloutHistory] = [:], secondsSince1970: UInt64)
    }

    /// Entries kept: of a loop that decides each second, with ten planes, about an hour. Beyond it nothing is noted any more.
    package static let limit = 100_000

    package private(set) var entries: [(at: Moment, entry: Entry)] = []

    package init() {}

    /// Returns whether it was kept: the decision made at an entry that was not is none of the log's.
    @discardableResult
    package mutating func note(_ entry: Entry, at moment: Moment) -> Bool {
        guard entries.count < Self.limit else { return false }
        entries.append((moment, entry))
        return true
    }

    /// Every decision, in order.
    package func replay() -> [ControlDecision] {
        var controller = FleetController()
        var observation = FleetObservation(start: entries.first?.at ?? .origin)
        var decisions: [ControlDecision] = []
        for (moment, entry) in entries {
            switch entry {
            case .started: (controller, observation) = (FleetController(), FleetObservation(start: moment))
            case .restored(let measured): controller.restore(measured)
            case .recalled(let memory, let seconds):
                controller.recall(memory, now: moment, secondsSince1970: seconds)
            case .plane(let report): _ = observation.receive(report, now: moment)
            case .gateway(let report):
                controller.receive(report, now: moment)
                _ = observation.receive(report, now: moment)
            case .ticked: _ = observation.tick(now: moment)
            case .decided(let fleet, let drained, let rollouts, let seconds):
                observation.retain(fleet)
                decisions.append(
                    controller.decide(
                        ControlInputs(
                            fleet: fleet, drained: drained, observation: observation, rollouts: rollouts,
                            secondsSince1970: seconds),
                        now: moment))
            }
        }
        return decisions
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.entries.count == right.entries.count
            && zip(left.entries, right.entries).allSatisfy { $0.at == $1.at && $0.entry == $1.entry }
    }
}
