/// What the shim does about one running program: decisions only, so that every order of events can be tested by value.
/// Times are nanoseconds of a monotonic clock.
package struct ShimMachine: Equatable {
    package enum Event: Equatable {
        case stopRequested
        case killRequested
        /// Nobody listens any more.
        case parentGone
        case programEnded(ExitStatus)
        case timePassed
    }

    package enum Action: Equatable {
        /// SIGTERM to the program's group.
        case terminate
        /// SIGKILL to the program's group.
        case kill
        /// The program is gone: kill what it left behind, report, end.
        case finish(ExitStatus)
    }

    private enum State: Equatable {
        case running
        case stopping(deadline: Int64)
        case killing
        case ended
    }

    /// How long a program whose parent died may take: its service is orphaned, but it may still flush a file.
    package static let orphanGrace = Duration.seconds(2)

    private let grace: Int64
    private var state = State.running

    package init(grace: Duration) { self.grace = Self.nanoseconds(grace) }

    /// When `timePassed` is due; nil while nothing is.
    package var deadline: Int64? {
        if case .stopping(let deadline) = state { deadline } else { nil }
    }

    package mutating func handle(_ event: Event, now: Int64) -> [Action] {
        switch (event, state) {
        case (_, .ended): return []
        case (.programEnded(let status), _):
            state = .ended
            return [.finish(status)]
        case (.stopRequested, .running):
            state = .stopping(deadline: now + grace)
            return [.terminate]
        case (.parentGone, .running):
            state = .stopping(deadline: now + min(grace, Self.nanoseconds(Self.orphanGrace)))
            return [.terminate]
        case (.parentGone, .stopping(let deadline)):
            state = .stopping(deadline: min(deadline, now + Self.nanoseconds(Self.orphanGrace)))
            return []
        case (.killRequested, .running), (.killRequested, .stopping):
            state = .killing
            return [.kill]
        case (.timePassed, .stopping(let deadline)) where now >= deadline:
            state = .killing
            return [.kill]
        case (.timePassed, _), (.stopRequested, _), (.killRequested, _), (.parentGone, _): return []
        }
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
    }
}
