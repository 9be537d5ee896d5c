package import FleetControl
package import FleetModel

/// What was learnt of a machine.
package enum NoticeChange: Equatable, Sendable {
    /// Told once for one event, and again only when its end has come nearer. `within` is the time left; nil for advice.
    case noticed(ReclaimNotice.Kind, within: Duration?, cause: String)
    /// No event of the kind is announced any more, and the machine is still there.
    case withdrawn(ReclaimNotice.Kind)
    /// The machine is gone: as its announced end said, or without a word.
    case lost(atItsEnd: Bool)
    /// Another machine, or the same again, answers where one was lost.
    case returned
    /// The service cannot be heard; told once for one cause. What was announced stays in force.
    case unheard(String)
    case heardAgain
}

/// What to do next.
package enum NoticeStep: Equatable, Sendable {
    case ask(MetadataRequest)
    case rest(until: Moment)
}

/// Follows one machine's metadata service: when to ask, what is new, what ended, and when the machine is gone. Pure; the time is
/// passed in.
///
/// Silence proves nothing: a service that cannot be heard withdraws no notice and takes no machine. A machine counts as gone only
/// when connections to its service are closed without an answer, and either its announced end is over or it is watched from
/// another machine (`isElsewhere`).
package struct NoticeFollower: Sendable {
    package struct Pacing: Equatable, Sendable {
        /// While a termination is announced a round begins at least so often.
        package var urgentInterval = Duration.seconds(1)
        /// Between two tries of a service that hung up: a machine that goes is known to be gone quickly.
        package var hangUpRetry = Duration.milliseconds(500)
        /// Between two tries of a service that cannot be heard, doubling.
        package var retryInitial = Duration.seconds(1)
        package var retryMaximum = Duration.seconds(30)
        /// Connections closed in a row, without an answer, until a machine is gone: after its announced end, and before.
        package var hangUpsAfterEnd = 2
        package var hangUpsElsewhere = 3
        /// An end that comes nearer by less is the same end: services round to seconds.
        package var tolerance = Duration.seconds(2)

        package init() {}
    }

    /// Events kept of one machine; a service that tells more is told from a broken one by nothing, and the first are kept.
    static let eventLimit = 64
    /// An end further away is taken to be this far: arithmetic stays within bounds whatever a service says.
    static let furthestEnd = Duration.seconds(30 * 86_400)

    private struct Known: Sendable {
        var event: AnnouncedEvent
        /// Nil for advice.
        var deadline: Moment?
    }

    private var dialogue: any NoticeDialogue
    private let pacing: Pacing
    private let isElsewhere: Bool
    private var known: [Known] = []
    private var restUntil: Moment?
    private var roundBegan: Moment?
    private var hangUps = 0
    private var failures = 0
    private var unheard: String?
    private var hasAnswered = false
    private var isGone = false

    /// - Parameter isElsewhere: the machine is not the one this process runs on.
    package init(_ dialogue: any NoticeDialogue, pacing: Pacing = Pacing(), isElsewhere: Bool) {
        self.dialogue = dialogue
        self.pacing = pacing
        self.isElsewhere = isElsewhere
    }

    /// Nothing runs there any more.
    package mutating func noteVacated() { dialogue.noteVacated() }

    package mutating func next(now: Moment) -> NoticeStep {
        if let restUntil, restUntil > now { return .rest(until: restUntil) }
        restUntil = nil
        if roundBegan == nil { roundBegan = now }
        return .ask(dialogue.request(now: now))
    }

    /// - Parameter utc: seconds since 1970, for ends that services give as a time of day.
    package mutating func take(_ answer: MetadataAnswer, now: Moment, utc: Int64) -> [NoticeChange] {
        switch answer {
        case .response(let response): return take(response, now: now, utc: utc)
        case .hungUp:
            hangUps = min(hangUps + 1, pacing.hangUpsElsewhere + pacing.hangUpsAfterEnd)
            begin(after: pacing.hangUpRetry, now: now)
            return lose(now)
        case .failed(let cause): return fail(cause, now: now)
        }
    }

    // MARK: Answers

    private mutating func take(_ response: MetadataResponse, now: Moment, utc: Int64) -> [NoticeChange] {
        hangUps = 0
        hasAnswered = true
        var changes: [NoticeChange] = []
        if isGone {
            isGone = false
            dialogue.restart()
            begin(after: .zero, now: now)
            return [.returned]
        }
        switch dialogue.take(response, now: now) {
        case .more: return []
        case .failed(let cause): return fail(cause, now: now)
        case .round(let events):
            failures = 0
            if unheard != nil {
                unheard = nil
                changes.append(.heardAgain)
            }
            changes += learn(Array(events.prefix(Self.eventLimit)), now: now, utc: utc)
            let interval = isEnding ? min(dialogue.interval, pacing.urgentInterval) : dialogue.interval
            let due = (roundBegan ?? now).advanced(by: interval)
            begin(after: max(.zero, due.since(now)), now: now)
        }
        return changes
    }

    private mutating func fail(_ cause: String, now: Moment) -> [NoticeChange] {
        failures = min(failures + 1, 16)
        var wait = pacing.retryInitial
        for _ in 1..<failures where wait < pacing.retryMaximum { wait = wait * 2 }
        begin(after: min(wait, isEnding ? pacing.urgentInterval * 2 : pacing.retryMaximum), now: now)
        guard unheard != cause else { return [] }
        unheard = cause
        return [.unheard(cause)]
    }

    private mutating func begin(after wait: Duration, now: Moment) {
        roundBegan = nil
        restUntil = now.advanced(by: wait)
    }

    // MARK: Events

    private var isEnding: Bool { known.contains { $0.deadline != nil } }

    private mutating func learn(_ events: [AnnouncedEvent], now: Moment, utc: Int64) -> [NoticeChange] {
        var changes: [NoticeChange] = []
        let before = Set(known.map(\.event.kind))
        var current: [Known] = []
        for event in events where !current.contains(where: { $0.event.id == event.id }) {
            let earlier = known.first { $0.event.id == event.id }
            let deadline = deadline(of: event, known: earlier, now: now, utc: utc)
            let isNearer = earlier.flatMap(\.deadline).map { old in
                deadline.map { $0.advanced(by: pacing.tolerance) < old } ?? false
            }
            if let earlier, isNearer != true {
                current.append(earlier)
                continue
            }
            current.append(Known(event: event, deadline: deadline))
            changes.append(.noticed(event.kind, within: deadline.map { $0.since(now) }, cause: event.cause))
        }
        known = current
        for kind in ReclaimNotice.Kind.allCases where before.contains(kind) && !current.contains(where: { $0.event.kind == kind })
        {
            changes.append(.withdrawn(kind))
        }
        return changes
    }

    private func deadline(of event: AnnouncedEvent, known: Known?, now: Moment, utc: Int64) -> Moment? {
        switch event.timing {
        case .open: return nil
        case .within(let left):
            let fresh = now.advanced(by: min(max(.zero, left), Self.furthestEnd))
            return known?.deadline.map { min($0, fresh) } ?? fresh
        case .at(let second):
            let (left, overflows) = second.subtractingReportingOverflow(utc)
            let bounded = overflows ? Self.furthestEnd : Duration.seconds(max(0, left))
            return now.advanced(by: min(bounded, Self.furthestEnd))
        }
    }

    // MARK: The machine's end

    private mutating func lose(_ now: Moment) -> [NoticeChange] {
        guard !isGone else { return [] }
        let isOver = known.contains { $0.deadline.map { $0 <= now } ?? false }
        let isUnannounced = isElsewhere && hasAnswered && hangUps >= pacing.hangUpsElsewhere
        guard isOver ? hangUps >= pacing.hangUpsAfterEnd : isUnannounced else { return [] }
        isGone = true
        known = []
        failures = 0
        unheard = nil
        return [.lost(atItsEnd: isOver)]
    }
}
