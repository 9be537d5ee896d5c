import FleetModel
import FleetPlanning
import Testing

@Suite("Availability arithmetic")
struct AvailabilityTests {
    private typealias Make = PlanMaking

    private func near(_ left: Double, _ right: Double, _ tolerance: Double = 1e-9) -> Bool { abs(left - right) <= tolerance }

    @Test("a binomial law agrees with the formula")
    func binomial() {
        let law = BinomialLaw(count: 4, probability: 0.25)
        #expect(law.first == 0)
        for (computed, exact) in zip(law.probabilities, [81.0, 108, 54, 12, 1].map { $0 / 256 }) {
            #expect(near(computed, exact))
        }
        #expect(BinomialLaw(count: 3, probability: 1).first == 3)
        #expect(BinomialLaw(count: 0, probability: 0.5).probabilities == [1])
        // Mean and variance of a large one: np and np(1 − p).
        let large = BinomialLaw(count: 100_000, probability: 0.3)
        let values = large.probabilities.enumerated().map { (Double(large.first + $0.offset), $0.element) }
        let mean = values.reduce(0) { $0 + $1.0 * $1.1 }
        let variance = values.reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 }
        #expect(near(mean, 30_000, 1e-6))
        #expect(near(variance, 21_000, 1e-5))
    }

    @Test("spot pools add up as chance has it, independent or all at once")
    func spot() {
        let pools: [SpotCapacity.Nodes] = [
            .init(provider: "aws", count: 2, presence: 0.9, requestsPerSecond: 10),
            .init(provider: "gcp", count: 1, presence: 0.8, requestsPerSecond: 15),
        ]
        let alone = SpotCapacity(pools, together: false)
        // 35 needs all: 0.81 · 0.8. 20 needs both of aws, or gcp and one of aws: 0.81 + 0.8 · 0.18.
        #expect(near(alone.probability(atLeast: 35), 0.648))
        #expect(near(alone.probability(atLeast: 20), 0.81 + 0.8 * 0.18))
        #expect(near(alone.expected(with: 0, upTo: 1_000), 2 * 9 + 12))
        let together = SpotCapacity(pools, together: true)
        #expect(near(together.probability(atLeast: 35), 0.9 * 0.8))
        #expect(near(together.probability(atLeast: 1), 1 - 0.1 * 0.2))
        // Two pools of one provider go in order of their presence.
        let one = SpotCapacity(
            [
                .init(provider: "aws", count: 1, presence: 0.9, requestsPerSecond: 10),
                .init(provider: "aws", count: 1, presence: 0.8, requestsPerSecond: 10),
            ], together: true)
        #expect(near(one.probability(atLeast: 20), 0.8))
        #expect(near(one.probability(atLeast: 10), 0.9))
        #expect(SpotCapacity([], together: false).probability(atLeast: 1) == 0)
    }

    @Test("many different sums are rounded down, never up")
    func grid() {
        let pools = (1...6).map {
            SpotCapacity.Nodes(provider: "p\($0)", count: 40, presence: 0.9, requestsPerSecond: 1 + Double($0) / 97)
        }
        let capacity = SpotCapacity(pools, together: false)
        #expect(capacity.values.count <= SpotCapacity.mostValues)
        #expect(near(capacity.values.reduce(0) { $0 + $1.probability }, 1, 1e-9))
        let exact = pools.reduce(0) { $0 + 36 * $1.requestsPerSecond }
        let mean = capacity.expected(with: 0, upTo: 1e9)
        #expect(mean <= exact + 1e-9 && mean > exact * 0.99)
    }

    /// Two regions of aws and one of gcp, each able to serve half of 20 req/s.
    private func threeRegions(kept: Double) -> (PlanningProblem, Plan) {
        let problem = Make.problem(
            pools: [
                Make.pool("aws-frankfurt", usd: 4, nodes: 9), Make.pool("aws-paris", usd: 4, nodes: 9),
                Make.pool("gcp-london", usd: 4, nodes: 9),
            ],
            workloads: [Make.workload(survive: .region, kept: kept)], demand: [("chat", "Frankfurt", [20])],
            rtt: ["Frankfurt": ["aws-frankfurt": 5, "aws-paris": 9, "gcp-london": 30]])
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/h100": [1], "aws-paris/h100": [1], "gcp-london/h100": [1]],
            replicas: [("chat", "aws-frankfurt/h100", [1]), ("chat", "aws-paris/h100", [1]), ("chat", "gcp-london/h100", [1])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [10]), ("chat", "Frankfurt", "aws-paris", [10])])
        return (problem, plan)
    }

    private func assumptions(_ region: Double, common: Double = 0.1) -> AvailabilityAssumptions {
        var assumptions = AvailabilityAssumptions()
        for name in ["aws/frankfurt", "aws/paris", "gcp/london"] { assumptions.regions[name] = region }
        assumptions.commonCauseShare = common
        return assumptions
    }

    @Test("domains that fail independently multiply")
    func independent() throws {
        let (problem, plan) = threeRegions(kept: 1)
        let estimate = try #require(
            AvailabilityArithmetic(problem: problem, plan: plan, assumptions: assumptions(0.99)).estimates().first)
        // Two of three regions must stand, and with them their providers: (f, p) up with aws up, or one of f and p with l, aws and gcp up.
        let (r, a) = (0.99, AvailabilityAssumptions.defaultProvider)
        let kept = a * (r * r * (1 - r * a) + 2 * r * (1 - r) * r * a + r * r * r * a)
        #expect(estimate.independent.kept.low <= kept + 1e-12 && kept <= estimate.independent.kept.high + 1e-12)
        #expect(estimate.independent.kept.high - estimate.independent.kept.low < 1e-9)
        #expect(near(estimate.independent.kept.low, kept, 1e-9))
        // Requests: with one region left half are served.
        let (aws, gcp) = (a, a * r)
        var served = 0.0
        for f in [true, false] {
            for p in [true, false] {
                for l in [true, false] {
                    let probability = (f ? r : 1 - r) * (p ? r : 1 - r) * (l ? gcp : 1 - gcp)
                    let awsUp = Double([f, p].filter { $0 }.count + (l ? 1 : 0))
                    served += probability * (aws * min(2, awsUp) / 2 + (1 - aws) * (l ? 0.5 : 0))
                }
            }
        }
        #expect(near(estimate.independent.served.low, served, 1e-9))
        #expect(estimate.breakingOutages.first?.lost == ["provider aws"])
        #expect(estimate.breakingOutages.first?.servedShare == 0.5)
    }

    @Test("a shared part of failures costs about its share of the worst region")
    func correlated() throws {
        let (problem, plan) = threeRegions(kept: 0.5)
        let estimate = try #require(
            AvailabilityArithmetic(problem: problem, plan: plan, assumptions: assumptions(0.99)).estimates().first)
        // Any one region keeps half. Independent: all three down, providers included; correlated: all providers at once is the floor.
        let q = 1 - AvailabilityAssumptions.defaultProvider
        let (aws, gcp) = (1 - (1 - q) * (1 - 0.01 * 0.01), 1 - (1 - q) * 0.99)
        #expect(near(estimate.independent.kept.low, 1 - aws * gcp, 1e-9))
        let global = 0.1 * q
        let awsPart = 1 - (1 - 0.9 * q) * (1 - 0.001)
        let regions = 0.009
        let awsDown = 1 - (1 - awsPart) * (1 - regions * regions)
        let gcpDown = 1 - (1 - 0.9 * q) * 0.99
        #expect(near(estimate.correlated.kept.low, (1 - global) * (1 - awsDown * gcpDown), 1e-9))
        #expect(estimate.correlated.kept.low < estimate.independent.kept.low)
    }

    @Test("without shared failures both agree")
    func noCommonCause() throws {
        let (problem, plan) = threeRegions(kept: 1)
        let estimate = try #require(
            AvailabilityArithmetic(problem: problem, plan: plan, assumptions: assumptions(0.99, common: 0)).estimates().first)
        #expect(near(estimate.independent.kept.low, estimate.correlated.kept.low, 1e-12))
        #expect(near(estimate.independent.served.low, estimate.correlated.served.low, 1e-12))
    }

    @Test("more domains than can be enumerated leave an interval that holds the truth")
    func interval() throws {
        // Thirty regions of thirty providers, two of which must stand: the chance of fewer is nil; enumeration stops at a few failures.
        let names = (0..<30).map { "p\($0)-r" }
        let problem = Make.problem(
            pools: names.map { Make.pool($0, usd: 1, nodes: 1) }, workloads: [Make.workload(budget: 10, kept: 1)],
            demand: [("chat", "here", [20])], rtt: ["here": Dictionary(names.map { ($0, 5.0) }, uniquingKeysWith: { a, _ in a })])
        let plan = Make.plan(
            problem, nodes: Dictionary(names.map { ("\($0)/h100", [1]) }, uniquingKeysWith: { a, _ in a }),
            replicas: names.map { ("chat", "\($0)/h100", [1]) },
            flows: [("chat", "here", names[0], [10]), ("chat", "here", names[1], [10])])
        var assumed = AvailabilityAssumptions()
        for name in names { assumed.regions[name.split(separator: "-").joined(separator: "/")] = 0.99 }
        let estimate = try #require(AvailabilityArithmetic(problem: problem, plan: plan, assumptions: assumed).estimates().first)
        #expect(estimate.independent.kept.low < estimate.independent.kept.high)
        #expect(estimate.independent.kept.high >= 1 - 1e-12)
        // At most so many failures were looked at: the low end is the chance of no more.
        #expect(estimate.independent.kept.low > 0.9)
        #expect(AvailabilityArithmetic.depth(domains: 60, blocks: 1) == 2)
        #expect(AvailabilityArithmetic.depth(domains: 5, blocks: 24) == 4)
        #expect(AvailabilityArithmetic.depth(domains: 2_000, blocks: 24) == 1)
    }

    @Test("a node that is away now and then costs what the binomial law says")
    func spotPlan() throws {
        // 3 spot nodes of 10 req/s, there 1 / (1 + 0.25 · 1) = 0.8 of the time; 20 req/s asked, all to be kept.
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", "spot", tier: .spot, usd: 1, nodes: 9, interruptions: 0.25, replacement: 1)],
            workloads: [Make.workload()], demand: [("chat", "Frankfurt", [20])], rtt: ["Frankfurt": ["aws-frankfurt": 5]])
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/spot": [3]], replicas: [("chat", "aws-frankfurt/spot", [3])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [20])])
        var assumed = AvailabilityAssumptions()
        assumed.regions["aws/frankfurt"] = 1
        let estimate = try #require(AvailabilityArithmetic(problem: problem, plan: plan, assumptions: assumed).estimates().first)
        let up = AvailabilityAssumptions.defaultProvider
        #expect(near(estimate.independent.kept.low, up * (0.512 + 3 * 0.64 * 0.2)))
        #expect(near(estimate.independent.served.low, up * ((0.512 + 3 * 0.64 * 0.2) + 0.5 * 3 * 0.8 * 0.04)))
        #expect(near(estimate.correlated.kept.low, up * 0.8))
        #expect(near(estimate.correlated.served.low, up * 0.8))
    }

    @Test("assumptions come from the fleet where it declares them")
    func declared() {
        let place = Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: "DE")
        let fleet = Fleet([
            .provider(Provider(metadata: Metadata(name: "aws"), kind: .hyperscaler, availability: Share(0.9995))),
            .provider(Provider(metadata: Metadata(name: "lambda"), kind: .neocloud)),
            .workloadPlane(
                WorkloadPlane(
                    metadata: Metadata(name: "a"), provider: "aws", region: "x", location: place, driver: .local, pools: [])),
            .workloadPlane(
                WorkloadPlane(
                    metadata: Metadata(name: "b"), provider: "aws", region: "y", location: place, driver: .local, pools: [],
                    availability: Share(0.99))),
        ])
        let assumptions = AvailabilityAssumptions(fleet: fleet)
        #expect(assumptions.availability(region: "aws/x", provider: "aws") == 0.9995)
        #expect(assumptions.availability(region: "aws/y", provider: "aws") == 0.99)
        #expect(assumptions.availability(region: "lambda/z", provider: "lambda") == 0.995)
        #expect(assumptions.availability(region: "gcp/z", provider: "gcp") == 0.9999)
    }
}

@Suite("Purchases without a planner")
struct StaticMixTests {
    private typealias Make = PlanMaking

    /// Peak 200, mean 80 req/s, one accelerator per req/s, two clouds: the thirty days of the examples.
    private let problem = PlanMaking.problem(
        pools: ["aws-a", "gcp-b"].flatMap { plane in
            [
                PlanMaking.pool(plane, "reserved", tier: .reserved, usd: 0.4, nodes: 500),
                PlanMaking.pool(plane, "od", usd: 1, nodes: 500),
                PlanMaking.pool(plane, "spot", tier: .spot, usd: 0.3, nodes: 500, interruptions: 0.05, replacement: 0.5),
            ]
        },
        workloads: [PlanMaking.workload(profile: ["H100": .init(acceleratorsPerReplica: 1, requestsPerSecond: 1)])],
        demand: [("chat", "users", [200, 40])], rtt: ["users": ["aws-a": 5, "gcp-b": 5]], hours: [180, 540])

    @Test("70/20/10 of the peak: reserved always, spot before on demand")
    func classic() {
        let plan = StaticMix.classic.plan(for: problem)
        // 140 reserved for 720 h at 0.4; at the peak 20 spot at 0.3 and 40 on demand at 1 for 180 h.
        #expect(abs(plan.cost.computeUSD - (140 * 0.4 * 720 + (20 * 0.3 + 40) * 180)) < 1e-6)
        #expect(plan.unmet.isEmpty)
        #expect(plan.flows.reduce(0) { $0 + $1.requestsPerSecond } == 240)
        #expect(plan.cost.byTier["spot"].map { abs($0 - 20 * 0.3 * 180) < 1e-6 } == true)
    }

    @Test("all on demand follows the load")
    func onDemand() {
        let plan = StaticMix.allOnDemand.plan(for: problem)
        #expect(plan.cost.computeUSD == 200 * 180 + 40 * 540)
        #expect(plan.nodes.map(\.count) == [200, 40])
    }

    @Test("quotas hold, and what they leave out is unmet")
    func quota() {
        var small = problem
        for index in small.pools.indices { small.pools[index].maxNodes = 60 }
        let plan = StaticMix.allOnDemand.plan(for: small)
        #expect(plan.nodes.map(\.count) == [60, 40, 60])
        #expect(plan.unmet.map(\.requestsPerSecond) == [80])
        #expect(plan.cost.penaltyUSD == 80 * 3_600 * 180)
    }

    @Test("availability of a mix counts the spot nodes that are away")
    func compared() throws {
        let comparison = MixComparison(
            problem: problem, plan: StaticMix.allOnDemand.plan(for: problem), assumptions: AvailabilityAssumptions())
        #expect(comparison.rows.map(\.name) == ["planned", "70/20/10", "all on demand"])
        let mixed = try #require(comparison.rows[1].estimates.first)
        let onDemand = try #require(comparison.rows[2].estimates.first)
        // In the 180 h of the peak all 20 spot nodes must be there: (1 / 1.025)^20; in the rest the reserved ones do.
        var all = 1.0
        for _ in 0..<20 { all /= 1.025 }
        let place = AvailabilityAssumptions.defaultProvider * AvailabilityAssumptions.defaultRegion
        #expect(abs(mixed.independent.kept.low - place * (0.25 * all + 0.75)) < 1e-9)
        // Requests: 20 / 200 of the peak's miss their node 0.025 / 1.025 of the time.
        let peak = 200.0 * 180
        let rest = 40.0 * 540
        let share = (peak * (1 - 0.1 * 0.025 / 1.025) + rest) / (peak + rest)
        #expect(abs(mixed.independent.served.low - place * share) < 1e-9)
        #expect(abs(onDemand.independent.served.low - place) < 1e-9)
    }
}
