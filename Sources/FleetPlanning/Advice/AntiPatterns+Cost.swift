import FleetModel

extension AntiPatterns {
    /// Above this share of the bill, where data leaves from matters as much as where accelerators are cheap.
    static let heavyTransferShare = 0.2
    /// Catalogue prices older than this many months are told.
    static let oldPriceMonths = 12
    /// Owned accelerators idle for more than this share of the time are told.
    static let idleShare = 0.1

    func unknownTransfer() -> [Finding] {
        var (planes, workloads): ([String], [String]) = ([], [])
        for unknown in evidence.facts.origin.unknowns {
            switch unknown {
            case .egressPrice(let plane): planes.append(plane)
            case .egressPerRequest(let workload): workloads.append(workload)
            case .interruptions, .replacementTime: continue
            }
        }
        let used = planes.filter { evidence.totals.planes.contains($0) }
        let moved = workloads.filter { name in
            evidence.tables.workloadIndex[name].map { evidence.requestsPerMonth(evidence.views[$0]) > 0 } ?? false
        }
        guard !used.isEmpty || !moved.isEmpty else { return [] }
        var parts: [String] = []
        if !used.isEmpty { parts.append("the price of data leaving \(named(used))") }
        if !moved.isEmpty { parts.append("the size of an answer of \(named(moved))") }
        let requests = evidence.views.filter { moved.isEmpty || moved.contains($0.workload.name) }
            .reduce(0) { $0 + evidence.requestsPerMonth($1) }
        let price = evidence.dearestEgressUSDPerGiB ?? Self.listEgressUSDPerGiB
        let cost = requests * 10 / 1_048_576 * price
        return [
            Finding(
                id: "data-transfer-ignored", severity: .warning,
                sentence: "data leaving for users is counted as free, because \(parts.joined(separator: " and ")) "
                    + (parts.count + used.count + moved.count > 2 ? "are" : "is") + " unknown",
                figure: "\(Figure.decimal(requests / 1e6, places: 1)) million requests a month: every 10 KiB of answer at "
                    + "\(Figure.usd(price)) USD/GiB would be \(Figure.usd(cost)) USD/month",
                fix: "declare egress on the provider or plane, and egressPerRequest on the workload")
        ]
    }

    /// AWS to the internet, first paid tier (2023-04-27); stands in where a fleet knows no price at all.
    static let listEgressUSDPerGiB = 0.09

    func heavyTransfer() -> Finding? {
        let bill = evidence.totals.billUSDPerMonth
        guard bill > 0 else { return nil }
        let share = evidence.totals.egressUSDPerMonth / bill
        guard share > Self.heavyTransferShare else { return nil }
        let heaviest = evidence.views.max { egress($0) < egress($1) }?.workload.name ?? ""
        return Finding(
            id: "data-transfer-heavy", severity: .warning,
            sentence: "a large part of the bill is data leaving for users, most of it of \(heaviest)",
            figure: "\(Figure.percent(share)) of \(Figure.usd(bill)) USD/month",
            fix: "serve \(heaviest) from providers with cheaper egress, compress its answers, or send references instead of media"
        )
    }

    private func egress(_ view: WorkloadView) -> Double {
        view.flow.indices.reduce(0) { sum, plane in
            let price = evidence.tables.problem.planes[plane].egressUSDPerGiB * view.workload.egressGiBPerRequest
            return sum + zip(view.flow[plane], evidence.tables.problem.blocks).reduce(0) { $0 + $1.0 * $1.1.hours } * price
        }
    }

    /// Owned accelerators that stand idle while others are bought.
    func idleOwned() -> [Finding] {
        let problem = evidence.tables.problem
        let owned = Set(evidence.facts.origin.prices.filter { $0.source == .owned }.map { "\($0.plane)/\($0.pool)" })
        guard evidence.totals.computeUSDPerMonth > 0, evidence.tables.horizonHours > 0 else { return [] }
        return problem.pools.indices.filter { owned.contains(evidence.tables.label(pool: $0)) }.compactMap { index in
            let pool = problem.pools[index]
            let all = Double(pool.maxNodes * pool.acceleratorsPerNode)
            let busy = problem.blocks.indices.reduce(0) {
                $0 + Double(evidence.plan.usedAccelerators[index][$1]) * problem.blocks[$1].hours
            }
            let idle = 1 - busy / evidence.tables.horizonHours / max(1, all)
            guard idle > Self.idleShare else { return nil }
            return Finding(
                id: "owned-idle", severity: .warning,
                sentence: "owned accelerators of \(evidence.tables.label(pool: index)) stand idle while others are paid for",
                figure: "\(Figure.percent(idle)) of \(Figure.decimal(all, places: 0)) accelerators idle in the mean; "
                    + "\(Figure.usd(evidence.totals.computeUSDPerMonth)) USD/month are spent elsewhere",
                fix:
                    "see in the report why workloads do not use \(pool.plane): a profile for \(pool.accelerator), a longer latency budget "
                    + "or batch work at night would fill it")
        }
    }

    /// Planes and providers that no plan uses.
    func unusedPlaces() -> Finding? {
        let problem = evidence.tables.problem
        let used = Set(evidence.totals.planes)
        let idle = problem.planes.filter { !used.contains($0.name) }.map(\.name)
        guard !idle.isEmpty, !used.isEmpty else { return nil }
        let providers = problem.planes.map(\.provider).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let unused = providers.filter { !evidence.totals.providers.contains($0) }
        return Finding(
            id: "unused-complexity", severity: .note,
            sentence: "the plan uses no node of \(named(idle)), in normal operation or after a loss"
                + (unused.isEmpty ? "" : ", and nothing of \(named(unused))"),
            figure: "\(idle.count) of \(Figure.count(problem.planes.count, "plane")) and \(unused.count) of "
                + "\(Figure.count(providers.count, "provider")) carry nothing",
            fix:
                "keep them out of operation, or drop them: each is credentials, networks and upgrades to look after; the report says why each was "
                + "rejected")
    }

    func prices() -> [Finding] {
        var findings: [Finding] = []
        let unknown = evidence.unknownPrices.map { "\($0.plane)/\($0.pool)" }
        if !unknown.isEmpty {
            findings.append(
                Finding(
                    id: "price-unknown", severity: .warning,
                    sentence: "pools without a price are left out of every plan: \(named(unknown))",
                    figure: "\(unknown.count) of \(Figure.count(unknown.count + evidence.tables.problem.pools.count, "pool"))",
                    fix: "add price: … USD/h, or offer: with a machine type of the catalogue"))
        }
        guard let today = evidence.facts.today.flatMap(PriceAge.month) else { return findings }
        let dated = evidence.facts.origin.prices.compactMap { price -> (String, String, Int)? in
            guard case .quoted(let quote) = price.source, let month = PriceAge.month(quote.asOf) else { return nil }
            return ("\(price.plane)/\(price.pool)", quote.asOf, today - month)
        }
        let old = dated.filter { $0.2 > Self.oldPriceMonths }
        if let oldest = old.max(by: { $0.2 < $1.2 }) {
            findings.append(
                Finding(
                    id: "price-old", severity: .warning,
                    sentence: "list prices of \(named(old.map(\.0))) are more than a year old",
                    figure:
                        "\(old.count) of \(Figure.count(dated.count, "catalogue price")); the oldest, of \(oldest.0), is of \(oldest.1), "
                        + "\(oldest.2) months ago",
                    fix: "declare the price you pay, or refresh the catalogue with tradewind catalog import"))
        }
        return findings
    }
}

/// The age of a date given as a day, month, quarter, half or year.
package enum PriceAge {
    /// Months since year 0 of the last month the text can mean; nil for anything else.
    package static func month(_ text: String) -> Int? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, first.utf8.count == 4, let year = Int(first), year > 0 else { return nil }
        guard parts.count > 1 else { return year * 12 + 11 }
        let part = parts[1]
        if let half = part.first, half == "H" || half == "Q", let number = Int(part.dropFirst()) {
            let length = half == "H" ? 6 : 3
            guard (1...(12 / length)).contains(number) else { return nil }
            return year * 12 + number * length - 1
        }
        guard let month = Int(part), (1...12).contains(month) else { return nil }
        return year * 12 + month - 1
    }
}
