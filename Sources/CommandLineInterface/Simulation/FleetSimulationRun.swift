package import FleetModel
package import FleetSimulation
package import LinearOptimization
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
    package var lowerBound: DemandBound?

    /// What is played once the fleet as declared has been.
    private struct Contestant {
        var name: String
        var fleet: Fleet
    }

    /// - Parameters:
    ///   - policies: what the fleet as declared is compared with.
    ///   - plan: has a fleet planned, where a policy wants it.
    ///   - solver: of the lower bound.
    ///   - concurrently: does so many pieces of work, given by index, in any order.
    ///   - progress: shares done of all worlds together; called from any of them.
    package static func run(
        _ setup: WorldSetup, policies: [ScenarioPolicy], plan: (Fleet) throws -> PlacementPlan, solver: any LinearSolver,
        concurrently: (Int, @Sendable (Int) -> Void) -> Void, progress: @escaping @Sendable (Double) -> Void
    ) throws -> FleetSimulationRun {
        var contestants = [Contestant(name: FleetVariant.declared.description, fleet: setup.fleet)]
        var wantsBound = false
        for policy in policies {
            if policy.changes != nil {
                let changed = policy.changed(setup.fleet)
                contestants.append(Contestant(name: policy.name, fleet: try bought(changed, policy.variant ?? .declared, plan)))
            } else if policy.name == Self.boundName {
                wantsBound = true
            } else if let variant = FleetVariant(policy.name) {
                guard variant != .declared else { continue }
                contestants.append(Contestant(name: variant.description, fleet: try bought(setup.fleet, variant, plan)))
            } else {
                let own = policies.filter { $0.changes != nil }.map(\.name).joined(separator: ", ")
                throw CommandFailure(
                    .invalid,
                    "'\(policy.name)' is no policy; accepted: \(FleetVariant.accepted)"
                        + (own.isEmpty ? "" : ", or of the scenario: \(own)")
                )
            }
        }
        let problems = contestants.flatMap { UnplayableFleet.problems(of: Self.setup(setup, of: $0)) }
        guard problems.isEmpty else { throw CommandFailure(.invalid, "", details: problems) }
        let played = contestants
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
        for (contestant, result) in zip(played, results.withLock { $0 }) {
            switch result {
            case .success(let result): rows.append(Row(name: contestant.name, result: result))
            case .failure(let unplayable): throw CommandFailure(.invalid, "", details: unplayable.problems)
            case nil: continue
            }
        }
        return FleetSimulationRun(
            scenario: setup.scenario, rows: rows, lowerBound: wantsBound ? try bound(of: setup, by: solver) : nil)
    }

    private static func bought(
        _ fleet: Fleet, _ variant: FleetVariant, _ plan: (Fleet) throws -> PlacementPlan
    ) throws -> Fleet {
        variant.fleet(fleet, plan: variant == .planned ? try plan(fleet) : nil)
    }

    package static let boundName = "lower-bound"

    private static func bound(of setup: WorldSetup, by solver: any LinearSolver) throws -> DemandBound? {
        do { return try DemandBound.find(setup, by: solver) } catch { throw CommandFailure(.solverFailed, error.description) }
    }

    /// Supply and faults of pools that are not bought from say nothing.
    private static func setup(_ setup: WorldSetup, of contestant: Contestant) -> WorldSetup {
        var changed = setup
        changed.fleet = contestant.fleet
        changed.scenario.markets = setup.scenario.markets.filter { has($0.plane, $0.pool, contestant.fleet) }
        changed.scenario.faults = setup.scenario.faults.filter { fault in
            switch fault.kind {
            case .refused(let plane, .some(let pool)): has(plane, pool, contestant.fleet) || !has(plane, pool, setup.fleet)
            case .spotLost(let provider): hasSpot(provider, contestant.fleet) || !hasSpot(provider, setup.fleet)
            default: true
            }
        }
        return changed
    }

    private static func has(_ plane: PlaneName, _ pool: PoolName, _ fleet: Fleet) -> Bool {
        fleet.planes.contains { $0.name == plane && $0.pools.contains { $0.name == pool } }
    }

    private static func hasSpot(_ provider: ProviderName, _ fleet: Fleet) -> Bool {
        fleet.planes.contains { $0.provider == provider && $0.pools.contains { $0.tier == .spot } }
    }

    private static func play(
        _ setup: WorldSetup, _ contestant: Contestant, progress: (Double) -> Void
    ) throws(UnplayableFleet) -> WorldResult {
        let changed = Self.setup(setup, of: contestant)
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
        facts += recordFacts
        if !first.unpriced.isEmpty { facts.append(Page.Fact("no price known", first.unpriced.joined(separator: ", "))) }
        for fault in scenario.faults {
            facts.append(Page.Fact("fault", "\(fault.text) at \(fault.at.text) for \(fault.duration.text)"))
        }
        return facts
    }

    /// What is played of a record, and what it does not know.
    private var recordFacts: [Page.Fact] {
        guard case .recorded(let recorded) = scenario.demand.source else { return [] }
        let start = scenario.startSecondsSince1970
        let range = start..<start + UInt64(scenario.duration.seconds)
        var facts = [
            Page.Fact("demand", "recorded in \(recorded.name), from \(CivilDate.text(secondsSince1970: start))")
        ]
        let unknown = recorded.unknownSeconds(in: range)
        if unknown > 0 {
            let time = Duration.seconds(Int64(clamping: unknown)).text
            facts.append(Page.Fact("not recorded", "\(time): played as what was recorded last"))
        }
        return facts
    }

    private var policyTable: Table {
        var headings = ["POLICY", "USD", "RESERVED", "ON-DEMAND", "SPOT", "AVAILABILITY"]
        if let wanted = scenario.wantedAvailability { headings.append("KEEPS \(Self.percent(wanted))") }
        headings += ["FIRST TOKEN P50", "P95", "P99", "TOTAL P95"]
        func cells(_ name: String, _ usd: Double, _ byTier: (CapacityPool.Tier) -> Double, _ availability: Double) -> [String] {
            let sums = [usd] + [.reserved, .onDemand, .spot].map(byTier)
            var cells = [name] + sums.map { SpotFigure.fixed($0, places: 2) } + [SpotFigure.fixed(availability, places: 5)]
            if let keeps = keeps(availability) { cells.append(keeps ? "yes" : "no") }
            return cells
        }
        var table = Table(
            headings: headings,
            rows: rows.map { row in
                let (result, all) = (row.result, row.result.all)
                return cells(row.name, result.usd, { result.usd(tier: $0) }, all.availability) + [
                    Self.time(all.firstToken.quantile(0.5)), Self.time(all.firstToken.quantile(0.95)),
                    Self.time(all.firstToken.quantile(0.99)), Self.time(all.total.quantile(0.95)),
                ]
            })
        if let lowerBound {
            let known = cells(Self.boundName, lowerBound.usd, { lowerBound.usdByTier[$0] ?? 0 }, lowerBound.servedShare)
            table.rows.append(known + ["", "", "", ""])
        }
        return table
    }

    /// Whether so much is as much as the scenario wants; nil where it wants nothing.
    func keeps(_ availability: Double) -> Bool? { scenario.wantedAvailability.map { availability >= $0.fraction } }

    private static func percent(_ share: Share) -> String { "\(plainNumber((share.fraction * 1e5).rounded() / 1e3)) %" }

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
