import FleetPlanning
import Synchronization

/// Tells people who wait how far long work is: one line that changes on a terminal, a line now and then elsewhere.
final class ProgressLine: Sendable {
    private static let pause = Duration.milliseconds(100)
    private static let longWork = Duration.seconds(30)

    private struct State {
        var last = ContinuousClock.now
        var isShown = false
        /// What the plans now made are for; empty for the plan itself.
        var purpose = ""
    }

    private let isWatched = StandardStreams.isErrorWatched
    private let state = Mutex(State())

    /// Says what the plans made from now on are for.
    func begin(_ purpose: String) { state.withLock { $0.purpose = purpose } }

    func tell(_ progress: PlanningProgress) { tell { Self.text(progress, for: $0) } }

    func tell(_ text: String) { tell { _ in text } }

    private func tell(_ text: (String) -> String) {
        let purpose = state.withLock { state -> String? in
            let now = ContinuousClock.now
            guard now - state.last >= (isWatched ? Self.pause : Self.longWork) else { return nil }
            state.last = now
            state.isShown = isWatched
            return state.purpose
        }
        guard let purpose else { return }
        let text = text(purpose)
        if isWatched { StandardStreams.rewriteErrorLine(text) } else { StandardStreams.writeError(text) }
    }

    /// Takes the line away.
    func end() {
        let wasShown = state.withLock { state in
            defer { state.isShown = false }
            return state.isShown
        }
        if wasShown { StandardStreams.rewriteErrorLine("") }
    }

    private static func text(_ progress: PlanningProgress, for purpose: String) -> String {
        let share = Figure.percent((progress.share * 100).rounded() / 100)
        var text = "planning\(purpose.isEmpty ? "" : " " + purpose): \(share) \(progress.step)"
        if let objective = progress.objectiveUSD { text += ", best \(Figure.usd(objective)) USD" }
        if let bound = progress.boundUSD { text += ", at least \(Figure.usd(bound)) USD" }
        return text
    }
}
