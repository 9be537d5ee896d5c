package import FleetControl
package import LinearOptimization

/// What takes part in the experiment: a policy, or the bound that knows the trace.
package enum SpotContestant: Hashable, Sendable, CustomStringConvertible {
    case policy(SpotPolicyChoice)
    case clairvoyant

    /// Those compared where none are named.
    package static let standard: [SpotContestant] = [
        .policy(.onDemand), .policy(.roundRobin), .policy(.spotHedge), .policy(.standard), .clairvoyant,
    ]

    /// What `init(_:)` takes, for people.
    package static let accepted = "clairvoyant, \(SpotPolicyChoice.accepted)"

    package init?(_ text: some StringProtocol) {
        if text == "clairvoyant" {
            self = .clairvoyant
        } else if let choice = SpotPolicyChoice(text) {
            self = .policy(choice)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .policy(let choice): choice.description
        case .clairvoyant: "clairvoyant"
        }
    }

    /// The mean over the experiment's windows.
    ///
    /// - Parameter finished: told after each window.
    /// - Throws: where the bound's solver fails.
    package func score(
        in experiment: SpotExperiment, on trace: SpotTrace, solver: any LinearSolver, finished: (Int) -> Void = { _ in }
    ) throws(SolverFailure) -> SpotScore {
        switch self {
        case .policy(let choice): SpotScore(experiment.run(choice, on: trace, finished: finished), experiment)
        case .clairvoyant: try ClairvoyantBound(experiment).score(of: trace, by: solver, finished: finished)
        }
    }
}
