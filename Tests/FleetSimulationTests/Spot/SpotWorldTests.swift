import FleetControl
import FleetModel
import FleetSimulation
import Testing

@Suite("Spot world")
struct SpotWorldTests {
    /// Two nodes from pool 0 and one on demand at tick 0, and nothing after.
    private struct Once: SpotPolicy {
        var asked = false
        mutating func decide(_ observation: SpotObservation) -> SpotOrder {
            defer { asked = true }
            return asked ? SpotOrder(pools: 1) : SpotOrder(spot: [3], onDemand: 1)
        }
    }

    @Test("grants up to the number, reclaims the newest, counts readiness after four ticks and pays every tick held")
    func byHand() {
        // Ticks 0–5 hold two, 6–7 one, 8–9 none. Target 3, cold start 4 ticks, on-demand at 3.
        let capacity = [[2, 2, 2, 2, 2, 2, 1, 1, 0, 0]]
        let tally = SpotExperiment(target: 3).run(Once(), capacity: capacity)
        #expect(tally.ticks == 10)
        #expect(tally.spotTicks == 6 * 2 + 2 * 1)
        #expect(tally.onDemandTicks == 10)
        #expect(tally.countedTicks == 6)
        // Ready: 2 + 1 at ticks 4 and 5.
        #expect(tally.availableTicks == 2)
        #expect(tally.reclaims == 2)
        #expect(tally.refusals == 1)
    }

    @Test("a node is ready in the fourth tick after the one it was granted in, and a refusal is told once")
    func readiness() {
        var world = SpotWorld(SpotExperiment(target: 1), pools: 1)
        var ready: [Int] = []
        for tick in 0..<6 {
            let observation = world.begin { _ in 1 }
            ready.append(observation.pools[0].nodes.ready)
            #expect(observation.pools[0].refused == (tick == 1 ? 4 : 0))
            #expect(observation.now == Moment.origin.advanced(by: .seconds(30 * tick)))
            world.finish(SpotOrder(spot: [tick == 0 ? 5 : 0])) { _ in 1 }
        }
        #expect(ready == [0, 0, 0, 0, 1, 1])
        #expect(world.tally.availableTicks == 2)
    }

    @Test("reclaims and releases take the newest node")
    func newest() {
        var world = SpotWorld(SpotExperiment(), pools: 1)
        for tick in 0..<4 {
            _ = world.begin { _ in 9 }
            world.finish(SpotOrder(spot: [1], onDemand: tick == 0 ? 2 : 0)) { _ in 9 }
        }
        // Granted at 0, 1, 2 and 3; at tick 4 the number is 3: the one of tick 3 goes, and at the release the one of tick 2.
        let observation = world.begin { _ in 3 }
        #expect(observation.pools[0].reclaimed == 1)
        #expect(observation.pools[0].nodes.ready == 1)
        #expect(observation.pools[0].nodes.starting.map { $0.since(.origin) } == [.seconds(30), .seconds(60)])
        world.finish(SpotOrder(spot: [-1], onDemand: -5)) { _ in 3 }
        let after = world.begin { _ in 3 }
        #expect(after.pools[0].nodes == SpotObservation.Nodes(ready: 2))
        #expect(after.onDemand == SpotObservation.Nodes())
    }

    @Test("nodes granted and lost at the same tick's end are not asked back by themselves")
    func unlimited() {
        var world = SpotWorld(SpotExperiment(), pools: 1)
        _ = world.begin { _ in .max }
        world.finish(SpotOrder(spot: [7])) { _ in .max }
        #expect(world.tally.spotTicks == 7 && world.tally.refusals == 0)
    }
}
