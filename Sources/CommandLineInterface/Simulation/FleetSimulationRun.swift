import FleetModel
package import FleetSimulation
import Synchronization

/// A fleet played through a scenario, beside other ways to buy for it.
package struct FleetSimulationRun: Sendable {
    package struct Row: Sendable {
        package var name: String
        package var result: WorldResult
    }

    package var scenario: Scenario
    /// The fleet as declared first.
    package var rows: [Row]
    /// The least that could be paid; nil where it was not asked for, or no price is known.
    package var lowerBoundUSD: Double?

    /// - Parameters:
    ///   - variants: names of ``FleetVariant``, or `lower-bound`.
    ///   - concurrently: does so many pieces of work, given by index, in any order.
    ///   - progress: shares done of all worlds together; called from any of them.
    package static func run(
        _ setup: WorldSetup, variants names: [String], concurrently: (Int, @Sendable (Int) -> Void) -> Void,
        progress: @escaping @Sendable (Double) -> Void
    ) throws -> FleetSimulationRun {
        var variants: [FleetVariant] = [.declared]
        var wantsBound = false
        for name in names {
            if name == "lower-bound" {
                wantsBound = true
            } else if let variant = FleetVariant(name) {
                if variant != .declared { variants.append(variant) }
            } else {
                throw CommandFailure(.invalid, "'\(name)' is no policy; accepted: \(FleetVariant.accepted)")
            }
        }
        let problems = UnplayableFleet.problems(of: setup)
        guard problems.isEmpty else { throw CommandFailure(.invalid, "", details: problems) }
        let played = variants
        let results = Mutex([Result<WorldResult, UnplayableFleet>?](repeating: nil, count: played.count))
        let done = Mutex([Double](repeating: 0, count: played.count))
        concurrently(played.count) { index in
            let result = Result { () throws(UnplayableFleet) in
                try play(setup, played[index]) { share in
                    progress(
                        done.withLock {
                            $0[index] = share
                            return $0.reduce(0, +) / Double($0.count)
                        })
                }
            }
            results.withLock { $0[index] = result }
        }
        var rows: [Row] = []
        for (variant, result) in zip(played, results.withLock { $0 }) {
            switch result {
            case .success(let result): rows.append(Row(name: variant.description, result: result))
            case .failure(let unplayable): throw CommandFailure(.invalid, "", details: unplayable.problems)
            case nil: continue
            }
        }
        return FleetSimulationRun(
            scenario: setup.scenario, rows: rows, lowerBoundUSD: wantsBound ? DemandBound.usd(setup) : nil)
    }

    private static func play(
        _ setup: WorldSetup, _ variant: FleetVariant, progress: (Double) -> Void
    ) throws(UnplayableFleet) -> WorldResult {
        var changed = setup
        changed.fleet = variant.fleet(setup.fleet)
        // Supply of pools that are not bought from says nothing, nor does what they refuse.
        changed.scenario.markets = setup.scenario.markets.filter { market in
            changed.fleet.planes.contains { $0.name == market.plane && $0.pools.contains { $0.name == market.pool } }
        }
        changed.scenario.faults = setup.scenario.faults.filter { fault in
            guard case .refused(let plane, .some(let pool)) = fault.kind else { return true }
            return changed.fleet.planes.contains { $0.name == plane && $0.pools.contains { $0.name == pool } }
        }
        let world = try FleetWorld(changed)
        for part in 1...100 {
            world.run(until: .nanoseconds(setup.scenario.duration.nanoseconds / 100 * Int64(part)))
            progress(Double(part) / 100)
        }
        world.run()
        return world.result()
    }

    // MARK: For people

    package var page: Page {
        guard let first = rows.first?.result else { return Page("Simulation", []) }
        return Page(
            scenario.name.isEmpty ? "Simulation" : scenario.name,
            [
                Page.Section("Scenario", [.facts(facts(first))]), Page.Section("Policies", [.table(policyTable)]),
                Page.Section("Workloads", [.table(workloadTable(first))]), Page.Section("Cost", [.table(costTable(first))]),
                Page.Section("Losses", [.table(lossTable)]), Page.Section("Events", [.table(eventTable(first))]),
            ])
    }

    private func facts(_ first: WorldResult) -> [Page.Fact] {
        var facts = [
            Page.Fact(
                "played",
                scenario.duration.text + (first.isFluid ? " of rates, in steps of \(scenario.step.text)" : ", request by request")
            ),
            Page.Fact("seed", "\(scenario.seed)"), Page.Fact("digest", first.digest), Page.Fact("events", "\(first.events)"),
        ]
        if !first.unpriced.isEmpty { facts.append(Page.Fact("no price known", first.unpriced.joined(separator: ", "))) }
        for fault in scenario.faults {
            facts.append(Page.Fact("fault", "\(fault.text) at \(fault.at.text) for \(fault.duration.text)"))
        }
        return facts
    }

    private var policyTable: Table {
        var table = Table(
            headings: [
                "POLICY", "USD", "RESERVED", "ON-DEMAND", "SPOT", "AVAILABILITY", "FIRST TOKEN P50", "P95", "P99", "TOTAL P95",
            ],
            rows: rows.map { row in
                let (result, all) = (row.result, row.result.all)
                return [
                    row.name, SpotFigure.fixed(result.usd, places: 2), SpotFigure.fixed(result.usd(tier: .reserved), places: 2),
                    SpotFigure.fixed(result.usd(tier: .onDemand), places: 2),
                    SpotFigure.fixed(result.usd(tier: .spot), places: 2),
                    SpotFigure.fixed(all.availability, places: 5), Self.time(all.firstToken.quantile(0.5)),
                    Self.time(all.firstToken.quantile(0.95)), Self.time(all.firstToken.quantile(0.99)),
                    Self.time(all.total.quantile(0.95)),
                ]
            })
        if let lowerBoundUSD {
            table.rows.append(["lower-bound", SpotFigure.fixed(lowerBoundUSD, places: 2), "", "", "", "", "", "", "", ""])
        }
        return table
    }

    private func workloadTable(_ result: WorldResult) -> Table {
        Table(
            headings: ["WORKLOAD", "REQUESTS", "ANSWERED", "REFUSED", "FAILED", "AVAILABILITY", "FIRST TOKEN P95", "TOTAL P95"],
            rows: result.workloads.map { workload in
                let tally = workload.tally
                return [
                    workload.name.rawValue, Self.count(tally.arrived), Self.count(tally.answered), Self.count(tally.refused),
                    Self.count(tally.failed), SpotFigure.fixed(tally.availability, places: 5),
                    Self.time(tally.firstToken.quantile(0.95)), Self.time(tally.total.quantile(0.95)),
                ]
            })
    }

    private func costTable(_ result: WorldResult) -> Table {
        Table(
            headings: ["PLANE", "POOL", "TIER", "NODE HOURS", "PAID HOURS", "USD", "LAUNCHED", "REFUSED", "RECLAIMED"],
            rows: result.pools.map { pool in
                [
                    pool.plane.rawValue, pool.pool.rawValue, pool.tier.rawValue, SpotFigure.fixed(pool.nodeHours, places: 1),
                    SpotFigure.fixed(pool.paidHours, places: 1), pool.usd.map { SpotFigure.fixed($0, places: 2) } ?? "unknown",
                    "\(pool.launched)", "\(pool.refused)", "\(pool.reclaimed)",
                ]
            })
    }

    private var lossTable: Table {
        Table(
            headings: ["POLICY", "WHY", "REQUESTS"],
            rows: rows.flatMap { row in
                RequestLoss.allCases.compactMap { loss in
                    let amount = row.result.all[loss]
                    return amount >= 0.5 ? [row.name, loss.code, Self.count(amount)] : nil
                }
            })
    }

    private func eventTable(_ result: WorldResult) -> Table {
        Table(headings: ["EVENT", "COUNT"], rows: result.journal.counts.map { [$0.reason, "\($0.count)"] })
    }

    static func count(_ amount: Double) -> String { String(Int(max(0, amount).rounded())) }

    static func time(_ milliseconds: Double?) -> String {
        guard let milliseconds else { return "" }
        return milliseconds < 10_000 ? "\(count(milliseconds)) ms" : "\(SpotFigure.fixed(milliseconds / 1_000, places: 1)) s"
    }
}
