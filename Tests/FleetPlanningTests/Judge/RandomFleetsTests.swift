import FleetPlanning
import PlanningProofs
import Testing

@Suite("Random fleets")
struct RandomFleetsTests {
    private static let seeds: Range<UInt64> = 0..<200

    @Test("the same seed gives the same problem, another seed another", arguments: RandomFleets.Size.allCases)
    func seeded(size: RandomFleets.Size) {
        #expect(RandomFleets.problem(seed: 7, size: size) == RandomFleets.problem(seed: 7, size: size))
        #expect(RandomFleets.problem(seed: 7, size: size) != RandomFleets.problem(seed: 8, size: size))
    }

    @Test("every problem can be planned, and so can its variations", arguments: RandomFleets.Size.allCases)
    func isSound(size: RandomFleets.Size) {
        for seed in Self.seeds {
            let problem = RandomFleets.problem(seed: seed, size: size)
            let variations = [
                problem, RandomFleets.addingPlane(to: problem, seed: seed), RandomFleets.tightening(problem, seed: seed),
                RandomFleets.shuffled(problem, seed: seed),
            ]
            for variation in variations { #expect(variation.problems().isEmpty, "seed \(seed): \(variation.problems())") }
        }
    }

    /// Whether a property of a problem occurs among the seeds, and does not hold for all of them.
    private func varies(_ size: RandomFleets.Size, _ property: (PlanningProblem) -> Bool) -> Bool {
        let number = Self.seeds.count { property(RandomFleets.problem(seed: $0, size: size)) }
        return number > 0 && number < Self.seeds.count
    }

    @Test("every feature is on in some problems and off in others", arguments: [RandomFleets.Size.tiny, .small, .medium])
    func varied(size: RandomFleets.Size) {
        for tier in PlanningProblem.Pool.Tier.allCases { #expect(varies(size) { $0.pools.contains { $0.tier == tier } }) }
        for kind in PlanningProblem.Workload.Survival.allCases {
            #expect(varies(size) { $0.workloads.contains { $0.survive == kind } })
        }
        #expect(varies(size) { $0.pools.contains { $0.tier == .reserved && $0.usdPerNodeHour == 0 } })
        #expect(varies(size) { $0.pools.contains { $0.presence < 1 } })
        #expect(varies(size) { $0.pools.contains { $0.maxNodes == 0 } })
        #expect(varies(size) { !$0.budgets.isEmpty })
        #expect(varies(size) { !$0.forbidden.isEmpty })
        #expect(varies(size) { $0.demand.contains { $0.requestsPerSecond == 0 } })
        #expect(varies(size) { $0.demand.contains { $0.latencyBudgetMilliseconds != nil } })
        #expect(varies(size) { $0.workloads.contains { $0.minReplicas == 60 } })
        #expect(varies(size) { $0.workloads.contains { $0.profile.values.contains { $0.acceleratorsPerReplica == 3 } } })
        #expect(varies(size) { $0.workloads.contains { $0.profile["Q1"] != nil } })
        #expect(varies(size) { $0.workloads.contains { $0.egressGiBPerRequest > 0 } })
        #expect(varies(size) { $0.workloads.contains { $0.maxSpotShare == 0 } })
        #expect(varies(size) { $0.workloads.contains { $0.targetUtilization < 1 } })
        #expect(varies(size) { $0.unmetUSDPerRequest < 0.01 })
        #expect(
            varies(size) { problem in
                let origins = Set(problem.demand.map(\.origin))
                return problem.rtt.count < origins.count * problem.planes.count
            })
    }
}
