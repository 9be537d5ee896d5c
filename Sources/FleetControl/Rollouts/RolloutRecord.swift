/// How far a workload's newest version has got: what the control plane keeps of it across restarts.
///
/// Which version serves and which step holds is stored, for neither follows from reports. How many replicas of each
/// there are does
/// follow from them; how long a step has lasted and what its requests showed begins anew with the control plane.
package struct RolloutRecord: Equatable, Sendable, Codable {
    package enum Phase: String, Sendable, Codable {
        /// The target takes over.
        case advancing
        /// The stable version takes its place again.
        case rollingBack
        /// The stable version serves, though another is declared.
        case rolledBack
    }

    package struct Progress: Equatable, Sendable, Codable {
        /// The generation that is to take over, or was.
        package var target: UInt64
        package var phase = Phase.advancing
        /// Of a canary: the position of its step, and how many there are once all are over. Of a blue-green rollout: 0
        /// beside the old
        /// version, 1 with all requests, 2 alone.
        package var step = 0
        /// By an operator, or by an analysis that failed and may not go back by itself.
        package var isPaused = false
        /// An operator ends the wait of this step, or of all.
        package var isPromoted = false
        package var isPromotedFully = false
        /// Its requests failed or were late: it gets none while it goes back.
        package var isCondemned = false
        /// Why it is paused or went back.
        package var reason = ""

        package init(target: UInt64) { self.target = target }
    }

    /// The generation that serves when nothing is under way.
    package var stable: UInt64
    /// Nil where nothing is under way and nothing was rolled back.
    package var progress: Progress?

    package init(stable: UInt64, progress: Progress? = nil) { (self.stable, self.progress) = (stable, progress) }
}

/// What an operator may tell a rollout.
package enum RolloutCommand: String, CaseIterable, Sendable, Codable {
    /// Ends the wait of the current step.
    case promote
    /// Ends every wait: the new version takes over replica by replica.
    case promoteFully = "promote-fully"
    case pause
    case resume
    /// Goes back to the stable version.
    case abort
    /// Begins again with what was rolled back.
    case retry
}

extension RolloutRecord {
    /// Why a command cannot be followed now.
    package struct Refusal: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    package mutating func apply(_ command: RolloutCommand) throws(Refusal) {
        guard var progress else { throw Refusal(description: "no rollout is under way: generation \(stable) serves") }
        switch (command, progress.phase) {
        case (.retry, .rolledBack):
            self.progress = nil
            return
        case (.retry, _): throw Refusal(description: "it is still under way; retry is for a version that was rolled back")
        case (_, .rolledBack):
            throw Refusal(
                description: "generation \(progress.target) was rolled back: declare another version, or retry this one")
        case (_, .rollingBack): throw Refusal(description: "it goes back to generation \(stable) already")
        case (.promote, .advancing):
            progress.isPromoted = true
            progress.isPaused = false
        case (.promoteFully, .advancing):
            progress.isPromotedFully = true
            progress.isPaused = false
        case (.pause, .advancing):
            progress.isPaused = true
            progress.reason = "paused by an operator"
        case (.resume, .advancing):
            guard progress.isPaused else { throw Refusal(description: "it is not paused") }
            progress.isPaused = false
            progress.reason = ""
        case (.abort, .advancing):
            progress.phase = .rollingBack
            progress.isPaused = false
            progress.reason = "aborted by an operator"
        }
        self.progress = progress
    }
}
