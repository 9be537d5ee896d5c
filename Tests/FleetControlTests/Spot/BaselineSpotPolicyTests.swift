import FleetControl
import Testing

@Suite("Baseline spot policies")
struct BaselineSpotPolicyTests {
    @Test("on-demand only asks for the target once")
    func onDemandOnly() {
        var policy = OnDemandOnly(SpotSteps.market(pools: 2))
        #expect(policy.decide(SpotSteps.observation(ready: [0, 0])) == SpotOrder(spot: [0, 0], onDemand: 3))
        #expect(policy.decide(SpotSteps.observation(tick: 1, ready: [0, 0], onDemandStarting: 3)) == SpotOrder(spot: [0, 0]))
    }

    @Test("round robin asks the next pool for each node that is missing")
    func roundRobin() {
        var policy = RoundRobinSpot(SpotSteps.market(pools: 2))
        #expect(policy.decide(SpotSteps.observation(ready: [0, 0])).spot == [2, 1])
        // Pool 1 refused its node: it is pool 1's turn again, then pool 0's.
        #expect(
            policy.decide(SpotSteps.observation(tick: 1, ready: [0, 0], starting: [2, 0], refused: [0, 1])).spot == [0, 1])
        #expect(
            policy.decide(SpotSteps.observation(tick: 2, ready: [0, 0], starting: [2, 0], refused: [0, 1])).spot == [1, 0])
        #expect(policy.decide(SpotSteps.observation(tick: 3, ready: [3, 0])).spot == [0, 0])
    }

    @Test(
        "a static mix rounds on-demand above its base up",
        arguments: [(1, 50, 2), (0, 0, 0), (0, 100, 3), (0, 1, 1), (3, 0, 3), (9, 50, 3), (2, 50, 3), (1, 0, 1)])
    func staticMix(base: Int, percentage: Int, onDemand: Int) {
        var policy = StaticSpotMix(SpotSteps.market(pools: 1), onDemandBase: base, percentage: percentage)
        #expect(policy.decide(SpotSteps.observation(ready: [0])) == SpotOrder(spot: [3 - onDemand], onDemand: onDemand))
    }

    @Test("a static mix does not replace spot that cannot be had")
    func staticMixAlone() {
        var policy = StaticSpotMix(SpotSteps.market(pools: 1), onDemandBase: 1, percentage: 0)
        _ = policy.decide(SpotSteps.observation(ready: [0]))
        #expect(
            policy.decide(SpotSteps.observation(tick: 1, ready: [0], refused: [2], onDemandStarting: 1)) == SpotOrder(spot: [2]))
    }

    @Test(
        "names are read as they are written, and nothing else is",
        arguments: ["on-demand", "round-robin", "spothedge", "static-1-50"])
    func names(text: String) {
        #expect(SpotPolicyChoice(text)?.description == text)
    }

    @Test(
        "a name that is none is refused",
        arguments: [
            "", "spot-hedge", "static", "static-1", "static-1-101", "static--1-5", "static-1-50-2", "static-a-b", "Default",
        ])
    func noNames(text: String) {
        #expect(SpotPolicyChoice(text) == nil)
    }

    @Test("the default policy has the name default") func standard() {
        #expect(SpotPolicyChoice("default") == SpotPolicyChoice.standard)
        #expect(SpotPolicyChoice.standard.description == "default")
    }
}
