import FleetPlanning

extension PlanPage {
    // MARK: Who is served where

    /// Users of one workload in one place.
    private struct Users: Hashable {
        let workload: String
        let origin: String
    }

    static func service(_ figures: PlanFigures) -> Page.Section? {
        let hours = Dictionary(figures.problem.blocks.map { ($0.name, $0.hours) }, uniquingKeysWith: { first, _ in first })
        var order: [Users] = []
        var rates: [Users: [Double]] = [:]
        for row in figures.problem.demand {
            let users = Users(workload: row.workload, origin: row.origin)
            if rates[users] == nil { order.append(users) }
            rates[users, default: []].append(row.requestsPerSecond)
        }
        var served: [Users: [String: Double]] = [:]
        var worst: [Users: Double] = [:]
        for flow in figures.plan.flows where flow.requestsPerSecond > 0 {
            let users = Users(workload: flow.workload, origin: flow.origin)
            served[users, default: [:]][flow.plane, default: 0] += flow.requestsPerSecond * (hours[flow.block] ?? 0)
            worst[users] = max(worst[users] ?? 0, flow.rttMilliseconds)
        }
        guard !order.isEmpty else { return nil }
        let budgets = budgets(figures.problem)
        let rows = order.map { users in
            let byPlane = (served[users] ?? [:]).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let total = byPlane.reduce(0) { $0 + $1.value }
            let shares = byPlane.map { byPlane.count == 1 ? $0.key : "\($0.key) \(Figure.percent($0.value / total))" }
            let budget = budgets[users].map { "\(Figure.milliseconds($0)) ms" } ?? ""
            let asked = rates[users] ?? []
            // A block without an entry is one in which nobody asks.
            let everyBlock = asked.count < figures.problem.blocks.count ? asked + [0] : asked
            return [
                users.workload, users.origin, range(everyBlock), shares.isEmpty ? "nobody" : shares.joined(separator: ", "),
                worst[users].map { "\(Figure.milliseconds($0)) ms" } ?? "", budget,
            ]
        }
        return Page.Section("Users", limited(["WORKLOAD", "FROM", "REQ/S", "SERVED BY", "WORST RTT", "BUDGET"], rows))
    }

    private static func range(_ rates: [Double]) -> String {
        guard let least = rates.min(), let most = rates.max() else { return "0" }
        let (low, high) = (Figure.rate(least), Figure.rate(most))
        return low == high ? high : "\(low)–\(high)"
    }

    private static func budgets(_ problem: PlanningProblem) -> [Users: Double] {
        let workloads = Dictionary(
            problem.workloads.map { ($0.name, $0.latencyBudgetMilliseconds) }, uniquingKeysWith: { first, _ in first })
        var budgets: [Users: Double] = [:]
        for row in problem.demand {
            budgets[Users(workload: row.workload, origin: row.origin)] =
                row.latencyBudgetMilliseconds ?? workloads[row.workload]
        }
        return budgets
    }

    // MARK: Losses

    /// For each workload the loss that leaves the least, and how far its users then are served from.
    static func losses(_ figures: PlanFigures) -> Page.Section? {
        guard !figures.plan.scenarios.isEmpty else { return nil }
        let byWorkload = Dictionary(grouping: figures.plan.scenarios, by: \.workload)
        let rows = figures.problem.workloads.compactMap { workload -> [String]? in
            guard let scenarios = byWorkload[workload.name],
                let worst = scenarios.min(by: {
                    ($0.servedShare, $1.worstRTTMilliseconds) < ($1.servedShare, $0.worstRTTMilliseconds)
                })
            else { return nil }
            let farthest = scenarios.map(\.worstRTTMilliseconds).max() ?? 0
            return [
                workload.name, workload.survive.rawValue, Figure.percent(workload.keptShare), Figure.percent(worst.servedShare),
                worst.lost, "\(Figure.milliseconds(farthest)) ms",
                "\(Figure.milliseconds(workload.failoverLatencyBudgetMilliseconds)) ms",
                "\(Set(scenarios.map(\.lost)).count)",
            ]
        }
        return Page.Section(
            "After a loss",
            limited(
                ["WORKLOAD", "SURVIVES", "WANTED", "KEPT", "AT THE WORST LOSS", "WORST RTT", "BUDGET", "LOSSES TRIED"], rows))
    }

    // MARK: What is missing

    static func shortfalls(_ figures: PlanFigures) -> Page.Section? {
        let items = unmet(figures) + unprotected(figures) + violations(figures)
        guard !items.isEmpty else { return nil }
        var shown = Array(items.prefix(rowLimit))
        if items.count > rowLimit { shown.append(Page.Item("and \(items.count - rowLimit) more; -o json has all")) }
        return Page.Section("Not served, not protected", [.list(shown)])
    }

    private static func unmet(_ figures: PlanFigures) -> [Page.Item] {
        grouped(figures.plan.unmet) { Users(workload: $0.workload, origin: $0.origin) }.map { users, rows in
            let most = rows.map(\.requestsPerSecond).max() ?? 0
            let time = figures.words(for: rows.map(\.block))
            return Page.Item(
                "\(users.workload) from \(users.origin): up to \(Figure.rate(most)) req/s not served in \(time)",
                details: distinct(rows.flatMap(\.reasons)))
        }
    }

    private static func unprotected(_ figures: PlanFigures) -> [Page.Item] {
        grouped(figures.plan.unprotected) { Users(workload: $0.workload, origin: $0.origin) }.map { users, rows in
            let most = rows.map(\.requestsPerSecond).max() ?? 0
            let lost = Figure.list(distinct(rows.flatMap(\.lost)))
            return Page.Item(
                "\(users.workload) from \(users.origin): up to \(Figure.rate(most)) req/s served, but not after losing \(lost), "
                    + "in \(figures.words(for: rows.map(\.block)))", details: distinct(rows.flatMap(\.reasons)))
        }
    }

    private static func violations(_ figures: PlanFigures) -> [Page.Item] {
        grouped(figures.plan.violations) { Users(workload: $0.workload, origin: "") }.map { users, rows in
            let most = Figure.count(rows.map(\.missingReplicas).max() ?? 0, "replica")
            return Page.Item(
                "\(users.workload): up to \(most) short of the minimum in \(figures.words(for: rows.map(\.block)))",
                details: distinct(rows.flatMap(\.reasons)))
        }
    }

    /// Rows with the same key, in the order in which their keys first appear.
    private static func grouped<Row>(_ rows: [Row], by key: (Row) -> Users) -> [(Users, [Row])] {
        var order: [Users] = []
        var groups: [Users: [Row]] = [:]
        for row in rows {
            if groups[key(row)] == nil { order.append(key(row)) }
            groups[key(row), default: []].append(row)
        }
        return order.map { ($0, groups[$0] ?? []) }
    }

    static func distinct(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }
}
