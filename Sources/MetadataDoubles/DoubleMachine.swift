package import FleetModel

/// The machine that stands at a node: runs, is announced to end, is gone for a while, and another takes its place.
package struct DoubleMachine: Equatable, Sendable {
    package enum Kind: String, Sendable, Codable {
        /// The machine is taken at the end of the notice.
        case termination
        /// Advice only; the machine goes on.
        case rebalance
    }

    package struct Notice: Equatable, Sendable {
        package var kind: Kind
        /// Numbers the notices of the double: the identity of an event.
        package var number: UInt64
        /// When the machine is taken; for advice, when it was given.
        package var at: Moment
        /// The same as seconds since 1970.
        package var utc: Int64
        /// When the service first told it.
        package var readAt: Moment?
        /// When it was approved before its time.
        package var approvedAt: Moment?
        /// How long nothing stands there afterwards.
        package var away: Duration
    }

    package enum Phase: Equatable, Sendable {
        case running
        case announced(Notice)
        case gone(until: Moment, at: Moment)
    }

    /// What an approved event still takes until the machine goes.
    static let approvedDelay = Duration.seconds(1)

    package private(set) var phase = Phase.running
    /// Counts the machines that stood here, from 1.
    package private(set) var number = 1
    /// Advice that was given to the machine here now.
    package private(set) var advice: Notice?
    /// Counts the changes of what is announced.
    package private(set) var incarnation: UInt64 = 1
    /// The notice the last machine went by, for those who ask afterwards.
    package private(set) var last: Notice?
    private var notices: UInt64 = 0

    package init() {}

    /// The end that is announced; nil for none.
    package var announced: Notice? { if case .announced(let notice) = phase { notice } else { nil } }

    package var isGone: Bool { if case .gone = phase { true } else { false } }

    /// Lets time pass: machines go, and others come.
    package mutating func advance(now: Moment) {
        if case .announced(let notice) = phase {
            let end = notice.approvedAt.map { min(notice.at, $0.advanced(by: Self.approvedDelay)) } ?? notice.at
            if end <= now { go(notice, at: end) }
        }
        if case .gone(let until, _) = phase, until <= now {
            phase = .running
            number += 1
            advice = nil
            incarnation += 1
        }
    }

    /// When ``advance(now:)`` changes something next.
    package var nextChange: Moment? {
        switch phase {
        case .running: nil
        case .announced(let notice):
            notice.approvedAt.map { min(notice.at, $0.advanced(by: Self.approvedDelay)) } ?? notice.at
        case .gone(let until, _): until
        }
    }

    /// Announces that the machine is taken, or gives advice. Without time left it goes at once and nobody is told.
    package mutating func reclaim(_ kind: Kind, in left: Duration, away: Duration, now: Moment, utc: Int64) {
        guard !isGone else { return }
        notices += 1
        incarnation += 1
        let end = kind == .termination ? left : .zero
        let notice = Notice(
            kind: kind, number: notices, at: now.advanced(by: end), utc: utc + end.nanoseconds / 1_000_000_000, away: away)
        if kind == .rebalance {
            advice = notice
        } else if left <= .zero {
            go(notice, at: now)
        } else {
            phase = .announced(notice)
        }
    }

    /// Takes back what was announced, advice as well.
    package mutating func cancel() {
        if case .announced = phase { phase = .running }
        advice = nil
        incarnation += 1
    }

    /// Notes that the service told what is announced.
    package mutating func noteRead(now: Moment) {
        if case .announced(var notice) = phase, notice.readAt == nil {
            notice.readAt = now
            phase = .announced(notice)
        }
        if advice?.readAt == nil { advice?.readAt = now }
    }

    /// True where such an event is announced.
    package mutating func approve(number: UInt64, now: Moment) -> Bool {
        guard case .announced(var notice) = phase, notice.number == number else { return false }
        if notice.approvedAt == nil {
            notice.approvedAt = now
            phase = .announced(notice)
            incarnation += 1
        }
        return true
    }

    private mutating func go(_ notice: Notice, at end: Moment) {
        last = notice
        phase = .gone(until: end.advanced(by: notice.away), at: end)
    }
}
