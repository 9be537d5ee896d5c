import FleetModel
import FleetPlanning

/// Shows what a plan would change, as an infrastructure engineer expects it: `+` comes, `~` becomes another number, `-` goes.
package enum ChangesPage {
    package static func section(_ changes: PlanChanges) -> Page.Section {
        let replicas = changes.replicas.filter { $0.mark != .keep }.map {
            "\(sign($0.mark)) \($0.workload) on \($0.plane)/\($0.pool): \($0.before) → \(Figure.count($0.after, "replica"))"
        }
        let nodes = changes.nodes.filter { $0.mark != .keep }.map { change in
            let cost = change.addedUSDPerHour.map { "\(Figure.signedUSD($0)) USD/h" } ?? "price unknown"
            return "\(sign(change.mark)) nodes of \(change.plane)/\(change.pool): \(change.before) → \(change.after), \(cost)"
        }
        let kept = changes.replicas.count { $0.mark == .keep }
        var lines = replicas + nodes
        if lines.isEmpty { lines = ["nothing: what runs now is what the plan wants"] }
        if kept > 0 { lines.append("  \(kept) as they are") }
        return Page.Section(
            "Changes now (block \(changes.block))",
            [
                .list(lines.map { Page.Item($0) }),
                .facts([Page.Fact("count", count(changes)), Page.Fact("cost of nodes", cost(changes))]),
            ])
    }

    private static func sign(_ mark: PlanChanges.Mark) -> String {
        switch mark {
        case .add: "+"
        case .change: "~"
        case .remove: "-"
        case .keep: " "
        }
    }

    private static func count(_ changes: PlanChanges) -> String {
        func number(_ mark: PlanChanges.Mark) -> Int {
            changes.replicas.count { $0.mark == mark } + changes.nodes.count { $0.mark == mark }
        }
        return "\(number(.add)) to add, \(number(.change)) to change, \(number(.remove)) to remove"
    }

    private static func cost(_ changes: PlanChanges) -> String {
        let (before, after, mean) = (changes.beforeUSDPerHour, changes.afterUSDPerHour, changes.averageUSDPerHour)
        let now = "\(Figure.usd(before)) → \(Figure.usd(after)) USD/h in this block (\(Figure.signedUSD(after - before)))"
        return now + "; over a month "
            + "\(Figure.usd(before * hoursPerMonth)) as it runs now → \(Figure.usd(mean * hoursPerMonth)) USD by the plan "
            + "(\(Figure.signedUSD((mean - before) * hoursPerMonth)))"
    }
}
