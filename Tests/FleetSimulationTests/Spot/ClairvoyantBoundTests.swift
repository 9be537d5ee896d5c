import FleetControl
import FleetSimulation
import LinearOptimization
import SeededCases
import SolverLibraries
import Testing

@Suite("Clairvoyant bound")
struct ClairvoyantBoundTests {
    private let solver = CoinSolver()

    private func bound(_ capacity: [[Int]], target: Int = 1, ratio: Double = 3, cold: Int = 2) throws -> ClairvoyantBound.Cost {
        try ClairvoyantBound(SpotExperiment(target: target, onDemandRatio: ratio, coldStartTicks: cold))
            .cost(capacity: capacity, by: solver)
    }

    @Test("buys spot for as long as it lasts, and on-demand a cold start before it ends")
    func byHand() throws {
        // Spot for ticks 0–6; needed from tick 2 on; on-demand from tick 5 on, so that it is ready at 7.
        let cost = try bound([[1, 1, 1, 1, 1, 1, 1, 0, 0, 0]])
        #expect(abs(cost.paid - (7 + 3 * 5)) < 1e-6)
        #expect(abs(cost.onDemand - 15) < 1e-6)
    }

    @Test("hands over between zones a cold start before the first one ends")
    func handover() throws {
        // Zone 1 from tick 4 on while zone 0 lasts to tick 6: five to seven ticks of zone 0, five of zone 1.
        let cost = try bound([[1, 1, 1, 1, 1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]])
        // Ready at 2–5 from zone 0 (held 0–5), at 6–9 from zone 1 (held 4–9).
        #expect(abs(cost.paid - 12) < 1e-6)
        #expect(abs(cost.onDemand) < 1e-6)
    }

    @Test("pays on-demand alone where there is no spot, and nothing where there is no time")
    func extremes() throws {
        #expect(abs(try bound([[0, 0, 0, 0]], target: 2).paid - 2 * 3 * 4) < 1e-6)
        #expect(try bound([[1, 1]], cold: 2) == ClairvoyantBound.Cost(paid: 0, onDemand: 0))
        #expect(try bound([]) == ClairvoyantBound.Cost(paid: 0, onDemand: 0))
    }

    @Test("is the cheapest of all whole schedules of tiny traces, found by trying them all")
    func bruteForce() throws {
        for seed in 0..<caseCount(perMille: 20) {
            var generator = SeededGenerator(seed: seed)
            let zones = generator.next(in: 1...2)
            let ticks = generator.next(in: 4...9)
            let cold = generator.next(in: 0...2)
            let capacity = (0..<zones).map { _ in (0..<ticks).map { _ in generator.isOne(in: 3) ? 0 : 1 } }
            let cost = try bound(capacity, ratio: 2.5, cold: cold)
            let best = Self.cheapest(capacity, ratio: 2.5, cold: cold)
            // One node is needed and one held in each zone: fractions may only be as cheap or cheaper.
            #expect(cost.paid <= best + 1e-6, "seed \(seed)")
            #expect(cost.paid >= best * 0.5, "seed \(seed)")
            #expect(
                abs(cost.paid - (try Self.byTicks(capacity, target: 1, ratio: 2.5, cold: cold, solver))) < 1e-6, "seed \(seed)")
        }
    }

    @Test("is the same with pieces of time as tick by tick")
    func compressed() throws {
        for seed in 0..<caseCount(perMille: 6) {
            var generator = SeededGenerator(seed: seed)
            let ticks = generator.next(in: 10...80)
            let cold = generator.next(in: 0...5)
            let target = generator.next(in: 1...3)
            let capacity = (0..<generator.next(in: 1...4)).map { _ -> [Int] in
                var numbers: [Int] = []
                while numbers.count < ticks {
                    numbers += [Int](repeating: generator.next(in: 0...4), count: generator.next(in: 1...15))
                }
                return Array(numbers.prefix(ticks))
            }
            let cost = try bound(capacity, target: target, cold: cold)
            let whole = try Self.byTicks(capacity, target: target, ratio: 3, cold: cold, solver)
            #expect(abs(cost.paid - whole) < 1e-6 * max(1, whole), "seed \(seed): \(cost.paid) in pieces, \(whole) by ticks")
        }
    }

    @Test("no policy that is always available costs less", arguments: SyntheticTraces.choices)
    func bound(choice: SpotPolicyChoice) throws {
        for seed in 0..<caseCount(perMille: 1) {
            var generator = SeededGenerator(seed: seed)
            let trace = SyntheticTraces.trace(&generator, zones: 3, ticks: 600, most: 3)
            let experiment = SpotExperiment()
            let capacity = trace.zones.map(\.numbers)
            let tally = experiment.run(choice.policy(experiment.market(of: trace), seed: seed), capacity: capacity)
            let bound = try ClairvoyantBound(experiment).cost(capacity: capacity, by: solver)
            let paid = Double(tally.spotTicks) + 3 * Double(tally.onDemandTicks)
            if tally.availableTicks == tally.countedTicks { #expect(bound.paid <= paid + 1e-6, "seed \(seed)") }
        }
    }

    // MARK: Judges

    /// The cheapest choice of who is held at which tick, one node a zone and one on demand, with one ready from the first cold
    /// start on: by dynamic programming over how long each was held.
    private static func cheapest(_ capacity: [[Int]], ratio: Double, cold: Int) -> Double {
        let ticks = capacity[0].count
        let kinds = capacity.count + 1
        var costs: [[Int]: Double] = [[Int](repeating: 0, count: kinds): 0]
        for tick in 0..<ticks {
            var next: [[Int]: Double] = [:]
            for (ages, cost) in costs {
                for choice in 0..<(1 << kinds) {
                    var after = ages
                    var paid = cost
                    var isReady = false
                    var fits = true
                    for kind in 0..<kinds {
                        guard choice >> kind & 1 == 1 else {
                            after[kind] = 0
                            continue
                        }
                        if kind < capacity.count, capacity[kind][tick] == 0 { fits = false }
                        after[kind] = min(cold + 1, ages[kind] + 1)
                        if after[kind] > cold { isReady = true }
                        paid += kind < capacity.count ? 1 : ratio
                    }
                    guard fits, isReady || tick < cold else { continue }
                    next[after] = min(next[after] ?? .infinity, paid)
                }
            }
            costs = next
        }
        return costs.values.min() ?? .infinity
    }

    /// The linear program as the experiment states it, a variable for each tick.
    private static func byTicks(
        _ capacity: [[Int]], target: Int, ratio: Double, cold: Int, _ solver: any LinearSolver
    ) throws -> Double {
        let ticks = capacity[0].count
        var model = LinearModel()
        var ready = [[LinearModel.Term]](repeating: [], count: ticks)
        for kind in 0...capacity.count {
            let held = (0..<ticks).map { tick in
                model.addColumn(
                    upper: Double(kind < capacity.count ? capacity[kind][tick] : target), cost: kind < capacity.count ? 1 : ratio)
            }
            for tick in cold..<max(cold, ticks) {
                let column = model.addColumn(upper: Double(target))
                ready[tick].append(LinearModel.Term(column, 1))
                for earlier in (tick - cold)...tick {
                    model.addRow(upper: 0, [LinearModel.Term(column, 1), LinearModel.Term(held[earlier], -1)])
                }
            }
        }
        for tick in cold..<max(cold, ticks) { model.addRow(lower: Double(target), ready[tick]) }
        return try solver.session(for: model).relax(WorkLimits()).objective
    }
}
