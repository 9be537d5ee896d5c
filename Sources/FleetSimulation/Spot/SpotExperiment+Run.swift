package import FleetControl

extension SpotExperiment {
    /// One day from the given tick of the trace on. The policy starts with no node and no knowledge.
    ///
    /// - Parameter capacity: `[zone][tick]`.
    package func run(_ policy: any SpotPolicy, capacity: [[Int]]) -> SpotTally {
        var policy = policy
        var world = SpotWorld(self, pools: capacity.count)
        for tick in 0..<(capacity.first?.count ?? 0) {
            let observation = world.begin { capacity[$0][tick] }
            world.finish(policy.decide(observation)) { capacity[$0][tick] }
        }
        return world.tally
    }

    /// The policy in every window.
    ///
    /// - Parameter finished: told after each window.
    package func run(_ choice: SpotPolicyChoice, on trace: SpotTrace, finished: (Int) -> Void = { _ in }) -> [SpotTally] {
        let market = market(of: trace)
        return starts(in: trace).enumerated().map { index, start in
            let policy = choice.policy(market, seed: seed &+ UInt64(index))
            defer { finished(index) }
            return run(policy, capacity: capacity(of: trace, from: start))
        }
    }
}
