package import FleetCatalogue
package import FleetModel
package import FleetPlanning
import FleetTransport

/// A planning problem and all that is known of it beside its numbers.
package struct PosedProblem: Equatable, Sendable {
    /// Bytes of a problem file.
    package static let fileLimit = 256 << 20

    package var problem: PlanningProblem
    /// What it was written from; nil for a problem file.
    package var facts: PlanningFacts?
    package var origin: ProblemOrigin?
    /// What was found odd, in plain words.
    package var remarks: [String]

    /// - Parameters:
    ///   - facts: what the problem was written from, where it was.
    ///   - origin: where its parts come from.
    package init(problem: PlanningProblem, facts: PlanningFacts? = nil, origin: ProblemOrigin? = nil) {
        self.problem = problem
        self.facts = facts
        self.origin = origin
        remarks =
            (origin?.notes.map(\.description) ?? []) + (origin?.unknowns.map(\.description) ?? [])
            + problem.remarks().map(\.description)
    }

    /// Writes a fleet as a problem.
    package init(
        fleet: Fleet, drained: Set<PlaneName> = [], catalogue: Catalogue, unmetUSDPerRequest: Double = 1
    ) throws(CommandFailure) {
        let facts = PlanningFacts(
            fleet: fleet, prices: catalogue.priceBook(for: fleet), drained: drained, unmetUSDPerRequest: unmetUSDPerRequest)
        do {
            let (problem, origin) = try ProblemBuilder.build(facts)
            self.init(problem: problem, facts: facts, origin: origin)
        } catch {
            throw Self.unplannable(error)
        }
    }

    /// Reads a problem file.
    ///
    /// - Parameter name: the file's, for messages.
    package init(file name: String, _ bytes: [UInt8]) throws(CommandFailure) {
        let problem: PlanningProblem
        do {
            problem = try FleetJSON.decode(PlanningProblem.self, from: bytes)
        } catch {
            throw CommandFailure(.invalid, "", details: ["\(name): \(ProblemFinding(reading: error)?.description ?? "\(error)")"])
        }
        let findings = problem.problems()
        guard findings.isEmpty else {
            throw CommandFailure(.invalid, "", details: findings.map { "\(name): \($0.description)" })
        }
        self.init(problem: problem)
    }

    static func unplannable(_ fleet: UnplannableFleet) -> CommandFailure {
        CommandFailure(.invalid, "the fleet cannot be planned", details: fleet.findings.map { "fleet: \($0.description)" })
    }
}
