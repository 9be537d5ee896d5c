package import FleetModel

/// One request of a rehearsal and what came of it. Times are seconds since the loss, negative before it.
package struct RehearsedRequest: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        /// A whole answer below 400, and the plane it came from.
        case answered(plane: String)
        /// An answer of 400 or more.
        case refused(status: Int)
        /// A success was begun and never completed: acknowledged and lost.
        case broken
        /// No answer at all.
        case unanswered
    }

    package var workload: WorkloadName
    package var begun: Double
    package var ended: Double
    package var outcome: Outcome

    package init(workload: WorkloadName, begun: Double, ended: Double, outcome: Outcome) {
        (self.workload, self.begun, self.ended, self.outcome) = (workload, begun, ended, outcome)
    }

    package var seconds: Double { ended - begun }

    package var isSuccess: Bool {
        if case .answered = outcome { true } else { false }
    }
}
