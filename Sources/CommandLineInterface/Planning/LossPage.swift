package import FleetPlanning

/// What a loss does to a plan, and how it is repaired.
package struct ExaminedLoss: Equatable, Sendable {
    package var outcome: LossOutcome
    /// Nil where everybody is still served.
    package var repair: LossRepair?

    package init(outcome: LossOutcome, repair: LossRepair?) { (self.outcome, self.repair) = (outcome, repair) }
}

/// Shows what a loss does to a plan as bought, in the block where it does most.
package enum LossPage {
    package static func section(_ examined: ExaminedLoss, problem: PlanningProblem) -> Page.Section {
        let outcome = examined.outcome
        guard let block = outcome.worstBlock else {
            return Page.Section("Losing \(outcome.loss.words)", [.list([Page.Item("nothing is served, so nothing is lost")])])
        }
        var blocks: [Page.Block] = [.facts(facts(outcome, block: block, problem: problem)), services(outcome, block: block)]
        blocks += moves(outcome, block: block)
        let unserved = outcome.unserved.filter { $0.block == block }
        if !unserved.isEmpty {
            blocks.append(
                .list(
                    unserved.prefix(PlanPage.rowLimit).map {
                        Page.Item(
                            "\($0.workload) from \($0.origin): \(Figure.rate($0.requestsPerSecond)) req/s not served",
                            details: [$0.because])
                    }))
        }
        if let repair = examined.repair { blocks.append(.list(items(of: repair, problem: problem))) }
        return Page.Section("Losing \(outcome.loss.words)\(place(block, problem))", blocks)
    }

    /// Which block is meant, where there are several.
    private static func place(_ block: String, _ problem: PlanningProblem) -> String {
        problem.blocks.count > 1 ? ", in block \(block)" : ""
    }

    private static func items(of repair: LossRepair, problem: PlanningProblem) -> [Page.Item] {
        guard let worst = repair.worst else { return [] }
        let nodes = worst.nodes.map { "\(Figure.count($0.count, "node")) of \($0.plane)/\($0.pool)" }
        let cost = "\(Figure.signedUSD(worst.addedUSDPerHour)) USD/h\(place(worst.name, problem))"
        let blocks = Figure.count(repair.blocks.count, "block needs", "blocks need")
        var items = [
            Page.Item(
                "cheapest repair: \(nodes.isEmpty ? "nothing to buy" : "buy " + Figure.list(nodes, limit: 8)), \(cost)",
                details: [
                    "no repair that serves as much costs less than \(Figure.signedUSD(worst.atLeastUSDPerHour)) USD/h; "
                        + "\(blocks) one, for \(Figure.usd(repair.addedUSD)) USD "
                        + "over the horizon"
                ])
        ]
        items += worst.unserved.map {
            Page.Item("not even then: \($0.workload) from \($0.origin), \(Figure.rate($0.requestsPerSecond)) req/s")
        }
        return items
    }

    private static func facts(_ outcome: LossOutcome, block: String, problem: PlanningProblem) -> [Page.Fact] {
        let nodes = outcome.nodes.filter { $0.block == block }.map { "\($0.lost) of \($0.of) in \($0.plane)/\($0.pool)" }
        var facts = [Page.Fact("nodes lost", nodes.isEmpty ? "none" : Figure.list(nodes, limit: 8))]
        let hours = Dictionary(problem.blocks.map { ($0.name, $0.hours) }, uniquingKeysWith: { first, _ in first })
        let unserved = outcome.unservedRequests(hours: hours)
        if unserved > 0 {
            facts.append(
                Page.Fact("if it lasted", "\(Figure.decimal(unserved, places: 0)) requests not served over all blocks"))
        }
        return facts
    }

    private static func services(_ outcome: LossOutcome, block: String) -> Page.Block {
        let rows = outcome.services.filter { $0.block == block }.map { service in
            let (before, after) = (service.meanRTTBeforeMilliseconds, service.meanRTTMilliseconds)
            return [
                service.workload, Figure.rate(service.requestsPerSecond), Figure.percent(service.servedShare),
                Figure.rate(service.movedRequestsPerSecond), Figure.rate(service.unservedRequestsPerSecond),
                "\(Figure.milliseconds(before)) → \(Figure.milliseconds(after)) ms",
                "\(Figure.milliseconds(service.worstRTTMilliseconds)) ms",
            ]
        }
        return .table(
            Table(headings: ["WORKLOAD", "REQ/S", "KEPT", "MOVED", "NOT SERVED", "MEAN RTT", "WORST RTT"], rows: rows))
    }

    private static func moves(_ outcome: LossOutcome, block: String) -> [Page.Block] {
        let moves = outcome.moves.filter { $0.block == block }
        guard !moves.isEmpty else { return [] }
        let rows = moves.map { move in
            [
                move.workload, move.origin, "\(move.from) → \(move.to)", Figure.rate(move.requestsPerSecond),
                "\(Figure.milliseconds(move.rttBeforeMilliseconds)) → \(Figure.milliseconds(move.rttMilliseconds)) ms",
            ]
        }
        return PlanPage.limited(["WORKLOAD", "USERS", "MOVE", "REQ/S", "RTT"], rows)
    }
}
