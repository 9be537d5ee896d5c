package import FleetModel

/// When a pass of the loop is due: after something new was declared or heard, when somebody fell silent, once what was unknown after
/// the start becomes absent, at another hour of a plan, and each time the clock is looked at while something is under way.
///
/// Live and in virtual time alike, so that what is rehearsed is when things happen, too.
package struct PassSchedule: Equatable, Sendable {
    private let start: Moment
    private var hasSettled = false
    /// The hour the newest pass was made for; nil before the first.
    private var hourOfWeek: Int?
    package private(set) var isDue = true

    package init(start: Moment) { self.start = start }

    /// Something was declared or heard that a decision may depend on, or a pass failed.
    package mutating func wake() { isDue = true }

    /// Looks at the clock, as is done each second; returns whether a pass is due.
    ///
    /// - Parameters:
    ///   - hasLost: somebody fell silent.
    ///   - hourOfWeek: of plans, in UTC.
    ///   - isUnderWay: of the controller (``FleetController/isUnderWay``).
    package mutating func look(hasLost: Bool, hourOfWeek: Int, isUnderWay: Bool, now: Moment) -> Bool {
        let settles = !hasSettled && now.since(start) >= FleetObservation.silence
        if settles { hasSettled = true }
        let isNextHour = self.hourOfWeek.map { $0 != hourOfWeek } ?? false
        if settles || isNextHour || hasLost || isUnderWay { isDue = true }
        return isDue
    }

    /// A pass begins; whatever comes from now on is for the next.
    package mutating func begin(hourOfWeek: Int) {
        isDue = false
        self.hourOfWeek = hourOfWeek
    }
}
