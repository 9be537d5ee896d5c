package import FleetModel

/// Hours in which every user everywhere asks for as much as in the others, put together: a planner decides once for each block.
///
/// Demand repeats daily or weekly, so the hours of one period stand for the horizon. Nothing is averaged: hours are together only
/// where all rates are equal, next to each other or not.
package struct DemandBlocks: Equatable, Sendable {
    /// In the order of their first hour.
    package let blocks: [PlanningProblem.Block]
    /// For each UTC hour of the day (24 entries) or of the week (168, from Monday 00:00) its block, as a position in ``blocks``.
    package let hours: [Int]
    /// An hour of each block.
    let firstHours: [Int]

    /// - Parameter horizonHours: the time planned for, which every hour of the period has an equal share in.
    package init(demand: [Demand], horizonHours: Double) {
        let period = demand.allSatisfy(\.profile.isDaily) ? 24 : HourOfWeek.count
        var positions: [[Double]: Int] = [:]
        var members: [[Int]] = []
        var hours: [Int] = []
        for hour in 0..<period {
            let rates = demand.map { $0.rate(hourOfWeekUTC: hour).value }
            let position = positions[rates] ?? members.count
            if position == members.count {
                positions[rates] = position
                members.append([])
            }
            members[position].append(hour)
            hours.append(position)
        }
        self.hours = hours
        firstHours = members.map { $0[0] }
        blocks = members.map { block in
            PlanningProblem.Block(
                name: Self.name(of: block, period: period), hours: Double(block.count) * horizonHours / Double(period))
        }
    }

    /// The block's stretches in UTC, such as `08-12_14-16` or `mon00-fri24`; `always` for a block of every hour. A name too long for
    /// a plan's document names the first stretch and counts the rest, which is still no other block's.
    static func name(of hours: [Int], period: Int) -> String {
        if hours.count == period { return "always" }
        var stretches: [(start: Int, end: Int)] = []
        for hour in hours {
            if let last = stretches.last, last.end == hour {
                stretches[stretches.count - 1].end = hour + 1
            } else {
                stretches.append((hour, hour + 1))
            }
        }
        let texts = stretches.map { "\(start($0.start, period))-\(end($0.end, period))" }
        let whole = texts.joined(separator: "_")
        return whole.utf8.count <= nameLimit ? whole : "\(texts[0])_and-\(texts.count - 1)-more"
    }

    /// What a name in a `PlacementPlan` may have.
    private static let nameLimit = 64
    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    private static func start(_ hour: Int, _ period: Int) -> String { clock(day: hour / 24, hour: hour % 24, period) }

    /// Midnight ends a day as hour 24 of it.
    private static func end(_ hour: Int, _ period: Int) -> String {
        clock(day: (hour - 1) / 24, hour: (hour - 1) % 24 + 1, period)
    }

    private static func clock(day: Int, hour: Int, _ period: Int) -> String {
        (period == 24 ? "" : days[day]) + (hour < 10 ? "0\(hour)" : "\(hour)")
    }
}

extension Demand.Profile {
    /// Whether every day is like the others.
    fileprivate var isDaily: Bool {
        switch self {
        case .constant, .officeHours: true
        case .hourly(let shares): shares.isEmpty || 24 % shares.count == 0
        }
    }
}
