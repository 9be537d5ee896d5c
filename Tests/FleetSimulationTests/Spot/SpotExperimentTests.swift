import FleetControl
import FleetSimulation
import SeededCases
import Testing

@Suite("Spot experiment")
struct SpotExperimentTests {
    @Test("windows are spread evenly, the first at the start and the last at the end of the shortest zone")
    func windows() {
        let trace = SpotTrace(zones: [
            SpotTrace.Zone(name: "a", gapSeconds: 600, numbers: [Int](repeating: 1, count: 300)),
            SpotTrace.Zone(name: "b", gapSeconds: 300, numbers: [Int](repeating: 1, count: 1_000)),
        ])
        // 180 000 s are 6000 ticks: i · 3120 / 3.
        #expect(SpotExperiment(windows: 4).starts(in: trace) == [0, 1_040, 2_080, 3_120])
        #expect(SpotExperiment(windows: 1).starts(in: trace) == [0])
    }

    @Test("the number at a tick is the one of its gap, also where gaps are not whole ticks")
    func gaps() {
        let trace = SpotTrace(zones: [
            SpotTrace.Zone(name: "a", gapSeconds: 195, numbers: (0..<500).map(\.self))
        ])
        let capacity = SpotExperiment().capacity(of: trace, from: 5)
        #expect(capacity[0].count == 2_880)
        // 30 · 5 / 195, 30 · 6 / 195, 30 · 7 / 195 = 0.77, 0.92, 1.08; the last is 30 · 2884 / 195 = 443.7.
        #expect(Array(capacity[0].prefix(3)) == [0, 0, 1])
        #expect(capacity[0].last == 443)
    }

    @Test("unbounded traces hold as many as asked wherever they hold any")
    func unbounded() {
        let trace = SpotTrace(zones: [SpotTrace.Zone(name: "a", region: "r", gapSeconds: 60, numbers: [0, 1, 5])]).unbounded()
        #expect(trace.zones[0].numbers == [0, .max, .max])
        #expect(trace.zones[0].region == "r" && trace.zones[0].gapSeconds == 60)
    }

    @Test("the target on demand is always available, at the cost everything is relative to")
    func onDemand() {
        let trace = SpotTrace(zones: [
            SpotTrace.Zone(name: "a", gapSeconds: 30, numbers: [Int](repeating: 0, count: 3_000))
        ])
        let experiment = SpotExperiment(windows: 2)
        let score = SpotScore(experiment.run(.onDemand, on: trace), experiment)
        #expect(
            score == SpotScore(availability: 1, relativeCost: 1, reclaims: 0, onDemandShare: 1, refusals: 0))
    }

    @Test("spot that never goes away costs its share of the on-demand price, and SpotHedge one node more")
    func alwaysThere() {
        let trace = SpotTrace(
            zones: (0..<4).map { zone in
                SpotTrace.Zone(name: "z\(zone)", gapSeconds: 30, numbers: [Int](repeating: 9, count: 2_880))
            })
        let experiment = SpotExperiment(windows: 1)
        #expect(SpotScore(experiment.run(.roundRobin, on: trace), experiment).relativeCost == 3.0 / 9)
        let hedge = experiment.run(.spotHedge, on: trace)[0]
        // Four spot nodes all day, three on demand until spot is ready at tick 4.
        #expect(hedge.spotTicks == 4 * 2_880 && hedge.onDemandTicks == 3 * 4)
        #expect(hedge.availableTicks == hedge.countedTicks)
    }

    @Test("a score is the mean over windows, and on-demand's share is of all that was paid")
    func scores() {
        let experiment = SpotExperiment(windows: 2, target: 1, onDemandRatio: 2)
        var first = SpotTally()
        (first.ticks, first.countedTicks, first.availableTicks, first.spotTicks) = (10, 8, 8, 10)
        var second = first
        (second.availableTicks, second.onDemandTicks, second.reclaims) = (4, 5, 3)
        let score = SpotScore([first, second], experiment)
        #expect(score.availability == 0.75)
        // 10 of 20, and 20 of 20.
        #expect(score.relativeCost == 0.75)
        #expect(score.onDemandShare == 10.0 / 30)
        #expect(score.reclaims == 1.5)
    }
}

@Suite("Spot experiment: invariants")
struct SpotExperimentInvariantsTests {
    /// Checks a policy from outside while it runs.
    private struct Watched: SpotPolicy {
        var policy: any SpotPolicy
        var observations: [SpotObservation] = []
        var orders: [SpotOrder] = []

        mutating func decide(_ observation: SpotObservation) -> SpotOrder {
            let order = policy.decide(observation)
            observations.append(observation)
            orders.append(order)
            return order
        }
    }

    private static func play(
        _ choice: SpotPolicyChoice, _ capacity: [[Int]], _ trace: SpotTrace, seed: UInt64
    ) -> (Watched, SpotTally) {
        let experiment = SpotExperiment()
        var watched = Watched(policy: choice.policy(experiment.market(of: trace), seed: seed))
        var world = SpotWorld(experiment, pools: capacity.count)
        for tick in 0..<(capacity.first?.count ?? 0) {
            let observation = world.begin { capacity[$0][tick] }
            world.finish(watched.decide(observation)) { capacity[$0][tick] }
        }
        return (watched, world.tally)
    }

    @Test("no policy knows the future: traces that are equal so far give equal orders so far", arguments: SyntheticTraces.choices)
    func prefix(choice: SpotPolicyChoice) {
        for seed in 0..<caseCount(perMille: 4) {
            var generator = SeededGenerator(seed: seed)
            let zones = generator.next(in: 1...5)
            let trace = SyntheticTraces.trace(&generator, zones: zones, ticks: 300, most: 4)
            let other = SyntheticTraces.trace(&generator, zones: zones, ticks: 300, most: 4)
            let equal = generator.next(in: 1...299)
            let capacity = trace.zones.map(\.numbers)
            let changed = zip(capacity, other.zones).map { Array($0.prefix(equal)) + Array($1.numbers.suffix(300 - equal)) }
            let (first, _) = Self.play(choice, capacity, trace, seed: seed)
            let (second, _) = Self.play(choice, changed, trace, seed: seed)
            #expect(first.orders.prefix(equal) == second.orders.prefix(equal), "seed \(seed), equal to tick \(equal)")
        }
    }

    @Test("what is held was asked for and fits, what is paid is what was held", arguments: SyntheticTraces.choices)
    func accounts(choice: SpotPolicyChoice) {
        for seed in 0..<caseCount(perMille: 4) {
            var generator = SeededGenerator(seed: seed)
            let trace = SyntheticTraces.trace(&generator, zones: generator.next(in: 1...5), ticks: 300, most: 4)
            let capacity = trace.zones.map(\.numbers)
            let (watched, tally) = Self.play(choice, capacity, trace, seed: seed)
            var held = [Int](repeating: 0, count: capacity.count)
            var (spot, onDemandHeld, onDemand, reclaims, refusals) = (0, 0, 0, 0, 0)
            for tick in 0..<300 {
                let (observation, order) = (watched.observations[tick], watched.orders[tick])
                for zone in held.indices {
                    let kept = min(held[zone], capacity[zone][tick])
                    #expect(observation.pools[zone].reclaimed == held[zone] - kept, "seed \(seed), tick \(tick)")
                    #expect(observation.pools[zone].nodes.held == kept, "seed \(seed), tick \(tick)")
                    reclaims += held[zone] - kept
                    let wanted = max(0, kept + order.spot[zone])
                    held[zone] = min(wanted, capacity[zone][tick])
                    refusals += wanted - held[zone]
                    spot += held[zone]
                }
                #expect(observation.onDemand.held == onDemandHeld)
                onDemandHeld = max(0, onDemandHeld + order.onDemand)
                onDemand += onDemandHeld
                #expect(onDemandHeld <= 3, "seed \(seed), tick \(tick): \(onDemandHeld) on-demand nodes for a target of 3")
            }
            #expect(tally.spotTicks == spot && tally.onDemandTicks == onDemand, "seed \(seed)")
            #expect(tally.reclaims == reclaims && tally.refusals == refusals, "seed \(seed)")
        }
    }

    @Test("the same seed gives the same scores, and on one machine as on another")
    func deterministic() {
        var generator = SeededGenerator(seed: 7)
        let trace = SyntheticTraces.trace(&generator, zones: 4, ticks: 4_000, most: 3)
        let experiment = SpotExperiment(windows: 3, seed: 9)
        for choice in SyntheticTraces.choices {
            #expect(experiment.run(choice, on: trace) == experiment.run(choice, on: trace), "\(choice)")
        }
    }

    @Test("the default policy is at least as available as SpotHedge, and cheaper, where capacity comes and goes")
    func better() {
        var generator = SeededGenerator(seed: 2)
        let trace = SyntheticTraces.trace(&generator, zones: 6, ticks: 30_000, most: 1).unbounded()
        let experiment = SpotExperiment()
        let ours = SpotScore(experiment.run(.adaptive, on: trace), experiment)
        let theirs = SpotScore(experiment.run(.spotHedge, on: trace), experiment)
        #expect(ours.availability >= theirs.availability)
        #expect(ours.relativeCost < theirs.relativeCost)
    }
}
