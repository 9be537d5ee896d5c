import FleetModel
import FleetPlanning
import Testing

@Suite("A fleet written as a planning problem")
struct ProblemBuilderTests {
    private typealias F = SmallFleet

    private func build(_ facts: PlanningFacts) throws -> (problem: PlanningProblem, origin: ProblemOrigin) {
        let built = try ProblemBuilder.build(facts)
        #expect(built.problem.problems().isEmpty)
        return built
    }

    @Test("a standby is what must be left by the loss of any region, or provider where that is what serves alone")
    func standby() throws {
        func built(_ survive: Objective.Survival, _ standby: Standby?) throws -> (problem: PlanningProblem, origin: ProblemOrigin)
        {
            let objective = Objective(
                survive: survive, keptShare: Share(0.9), mode: .activePassive, standby: standby)
            return try build(
                F.facts([
                    F.provider("aws"), F.plane("fra", "aws", "eu-central-1", at: F.frankfurt),
                    F.workload("chat", demand: [F.demand("Frankfurt", F.frankfurt, 20)], objective: objective),
                ]))
        }
        let warm = try built(.provider, Standby(share: Share(0.5), state: .warm))
        #expect(warm.problem.workloads[0].survive == .provider)
        #expect(warm.problem.workloads[0].keptShare == 0.5)
        #expect(warm.origin.notes == [.standsBy(workload: "chat", share: Share(0.5), primary: "provider")])
        // Without a standby of its own 30 %, and one region is the primary even where no loss was to be survived.
        let plain = try built(.none, nil)
        #expect(plain.problem.workloads[0].survive == .region)
        #expect(plain.problem.workloads[0].keptShare == 0.3)
        #expect(plain.origin.notes.map(\.description).first?.contains("30% of its demand") == true)
    }

    @Test("every figure of a small fleet arrives where the problem wants it")
    func wholeFleet() throws {
        let chat = Workload(
            metadata: Metadata(name: "chat"), models: ["chat"],
            replica: ReplicaRequirement(
                profile: [
                    AcceleratorProfile(accelerator: "H100-80GB", accelerators: 2, rate: RequestsPerSecond(12)),
                    AcceleratorProfile(accelerator: "A100-80GB", accelerators: 4, rate: RequestsPerSecond(8)),
                ],
                engine: .simulated(SimulatedEngineSpec())),
            objective: Objective(
                latencyBudget: .milliseconds(120), failoverLatencyBudget: .milliseconds(250), survive: .provider,
                keptShare: Share(0.8), targetUtilization: Share(0.7)),
            maxSpotShare: Share(0.5), egressPerRequest: Gibibytes(0.001),
            scaling: ScalingPolicy(minReplicas: 3, maxReplicas: 9),
            demand: [
                Demand(from: "Toronto", location: F.toronto, peak: RequestsPerSecond(26), latencyBudget: .milliseconds(40))
            ])
        let spot = CapacityPool(
            name: "spot", accelerator: "A100-80GB", acceleratorsPerNode: 8, tier: .spot, maxNodes: 7, usdPerNodeHour: 12.5,
            interruptionsPerNodeHour: 0.05, replacementTime: .seconds(1_800))
        let budget = Budget(metadata: Metadata(name: "all"), ceiling: USDPerHour(40))
        let (problem, origin) = try build(
            F.facts([
                F.provider("onprem"), F.provider("aws", egress: USDPerGiB(0.09)),
                F.plane("yyz", "onprem", "yyz", at: F.toronto, pools: [F.pool(each: 4, tier: .reserved, owned: true, most: 1)]),
                F.plane("fra", "aws", "eu-central-1", at: F.frankfurt, pools: [spot]), .workload(chat), .budget(budget),
            ]))
        #expect(problem.blocks == [.init(name: "always", hours: 730)])
        #expect(
            problem.planes == [
                .init(name: "fra", provider: "aws", region: "eu-central-1", egressUSDPerGiB: 0.09),
                .init(name: "yyz", provider: "onprem", region: "yyz", egressUSDPerGiB: 0),
            ])
        #expect(
            problem.pools == [
                .init(
                    plane: "fra", name: "spot", accelerator: "A100-80GB", acceleratorsPerNode: 8, tier: .spot,
                    usdPerNodeHour: 12.5,
                    maxNodes: 7, interruptionsPerNodeHour: 0.05, replacementHours: 0.5),
                .init(
                    plane: "yyz", name: "h100", accelerator: "H100-80GB", acceleratorsPerNode: 4, tier: .reserved,
                    usdPerNodeHour: 0, maxNodes: 1),
            ])
        #expect(
            problem.workloads == [
                .init(
                    name: "chat",
                    profile: [
                        "H100-80GB": .init(acceleratorsPerReplica: 2, requestsPerSecond: 12),
                        "A100-80GB": .init(acceleratorsPerReplica: 4, requestsPerSecond: 8),
                    ],
                    targetUtilization: 0.7, maxSpotShare: 0.5, latencyBudgetMilliseconds: 120,
                    failoverLatencyBudgetMilliseconds: 250, survive: .provider, keptShare: 0.8, minReplicas: 3,
                    egressGiBPerRequest: 0.001)
            ])
        #expect(
            problem.demand == [
                .init(workload: "chat", origin: "Toronto", block: "always", requestsPerSecond: 26, latencyBudgetMilliseconds: 40)
            ])
        #expect(problem.forbidden.isEmpty)
        #expect(problem.budgets == [.init(name: "all", workloads: ["chat"], usdPerHour: 40)])
        #expect(problem.unmetUSDPerRequest == 1)
        #expect(origin.hours == Array(repeating: 0, count: 24))
        #expect(origin.unknowns == [.egressPrice(plane: "yyz")])
        #expect(
            origin.prices == [
                .init(plane: "fra", pool: "spot", usdPerNodeHour: 12.5, source: .declared),
                .init(plane: "yyz", pool: "h100", usdPerNodeHour: 0, source: .owned),
            ])
    }

    @Test("demand follows the users' clocks through the day, and hours without any have no entry")
    func profiles() throws {
        // Busy from 09 to 12 local time. Frankfurt is an hour ahead of UTC here, Toronto five behind.
        let shares = (0..<24).map { Share((9..<12).contains($0) ? 1 : 0) }
        let demand = [("Frankfurt", F.frankfurt, 60, 8.0), ("Toronto", F.toronto, -300, 5.0)].map { name, place, offset, peak in
            Demand(
                from: name, location: place, peak: RequestsPerSecond(peak), profile: .hourly(shares),
                utcOffset: UTCOffset(minutes: offset))
        }
        let (problem, origin) = try build(
            F.facts([F.provider("aws"), F.plane("fra", "aws", "eu-central-1", at: F.frankfurt), F.workload("w", demand: demand)]))
        #expect(
            problem.demand == [
                .init(workload: "w", origin: "Frankfurt", block: "08-11", requestsPerSecond: 8),
                .init(workload: "w", origin: "Toronto", block: "14-17", requestsPerSecond: 5),
            ])
        #expect(problem.blocks.map(\.name) == ["00-08_11-14_17-24", "08-11", "14-17"])
        // 730 h / 24 = 30 5/12 h for each hour of the day.
        for (block, hours) in zip(problem.blocks, [18, 3, 3]) { #expect(abs(block.hours - Double(hours) * 730 / 24) < 1e-9) }
        #expect((0..<24).map { problem.blocks[origin.hours[$0]].name }[14...16] == ["14-17", "14-17", "14-17"])
        // Every hour of the day, the block's demand is what the fleet's own profile says.
        for hour in 0..<24 {
            let block = problem.blocks[origin.hours[hour]].name
            for entry in demand {
                let planned = problem.demand.first { $0.origin == entry.from && $0.block == block }?.requestsPerSecond ?? 0
                #expect(planned == entry.rate(hourOfWeekUTC: hour).value)
            }
        }
    }

    @Test("a price comes from the fleet, else from the catalogue with its date; a pool without one is left out")
    func prices() throws {
        var prices = PriceBook(asOf: "2026-11-21")
        let key = PriceBook.MachineKey(RegionKey("aws", "eu-central-1"), "p5.48xlarge")
        let quote = Quote(usdPerHour: 55, asOf: "2026-07-20", source: "list")
        let committed = Quote(usdPerHour: 33, asOf: "2025-04-05", source: "list")
        prices.quotes[key] = [.onDemand: quote, .reserved(.threeYears): committed]
        prices.interruptionBands[key] = .below5
        prices.egress[RegionKey("aws", "eu-central-1")] = TransferQuote(price: USDPerGiB(0.05), asOf: "2023-04-27", source: "s")
        var reserved = F.pool("r3", tier: .reserved, offer: "p5.48xlarge", price: nil)
        reserved.commitment = .threeYears
        let pools = [
            F.pool("own-price", offer: "p5.48xlarge", price: 50), F.pool("quoted", offer: "p5.48xlarge", price: nil), reserved,
            F.pool("r1", tier: .reserved, offer: "p5.48xlarge", price: nil), F.pool("nameless", price: nil),
            F.pool("spot", tier: .spot, offer: "p5.48xlarge", price: 20),
        ]
        let (problem, origin) = try build(
            F.facts(
                [
                    F.provider("aws"), F.plane("fra", "aws", "eu-central-1", at: F.frankfurt, pools: pools),
                    F.workload("w", demand: []),
                ], prices: prices))
        #expect(problem.pools.map(\.name) == ["own-price", "quoted", "r3", "spot"])
        #expect(problem.pools.map(\.usdPerNodeHour) == [50, 55, 33, 20])
        #expect(origin.prices.map(\.source) == [.declared, .quoted(quote), .quoted(committed), .declared])
        #expect(origin.leftOut.map(\.pool) == ["r1", "nameless"])
        #expect(origin.leftOut.allSatisfy { $0.because == .priceUnknown })
        #expect(
            origin.leftOut.map(\.detail) == [
                "no price is declared, and the catalogue of 2026-11-21 has none for p5.48xlarge reserved 1y in aws/eu-central-1; "
                    + "add price: … USD/h",
                "no price is declared, and without offer the catalogue cannot be asked; add price: … USD/h",
            ])
        // The middle of the band below 5% a month, over 730 h.
        #expect(abs(problem.pools[3].interruptionsPerNodeHour - 0.025 / 730) < 1e-15)
        #expect(origin.unknowns.contains(.replacementTime(plane: "fra", pool: "spot")))
        #expect(problem.planes[0].egressUSDPerGiB == 0.05)
    }

    @Test("the price of data leaving is the plane's, else the provider's, else the catalogue's, else counted as 0 and told")
    func egress() throws {
        var prices = PriceBook(asOf: "2026-11-21")
        for region in ["a", "b", "c"] {
            prices.egress[RegionKey("aws", region)] = TransferQuote(price: USDPerGiB(0.01), asOf: "2023", source: "s")
            prices.egress[RegionKey("gcp", region)] = TransferQuote(price: USDPerGiB(0.02), asOf: "2023", source: "s")
        }
        let (problem, origin) = try build(
            F.facts(
                [
                    F.provider("aws", egress: USDPerGiB(0.09)), F.provider("gcp"),
                    F.plane("a", "aws", "a", at: F.frankfurt, egress: USDPerGiB(0)), F.plane("b", "aws", "b", at: F.frankfurt),
                    F.plane("c", "gcp", "c", at: F.frankfurt), F.plane("d", "gcp", "d", at: F.frankfurt),
                ], prices: prices))
        #expect(problem.planes.map(\.egressUSDPerGiB) == [0, 0.09, 0.02, 0])
        #expect(origin.unknowns == [.egressPrice(plane: "d")])
    }

    @Test("spot pools of unknown risk keep their throughput, and that is told")
    func unknownRisk() throws {
        let (problem, origin) = try build(
            F.facts([
                F.provider("aws", egress: USDPerGiB(0)),
                F.plane("fra", "aws", "x", at: F.frankfurt, pools: [F.pool("spot", tier: .spot)]),
            ]))
        #expect(problem.pools[0].presence == 1)
        #expect(origin.unknowns == [.interruptions(plane: "fra", pool: "spot")])
        #expect(
            origin.unknowns.map(\.description) == [
                "pool fra/spot: how often spot nodes are reclaimed is unknown and not counted; add interruptions: … %/h"
            ])
    }

    @Test("hardware that cannot run a workload is no part of its profile, or is told by pool")
    func hardware() throws {
        let profile = ["A100-40GB", "A100-80GB", "H100-80GB"].map {
            AcceleratorProfile(
                accelerator: AcceleratorType($0), accelerators: $0 == "H100-80GB" ? 8 : 1, rate: RequestsPerSecond(9))
        }
        let workload = Workload(
            metadata: Metadata(name: "w"), models: ["w"],
            replica: ReplicaRequirement(
                memory: Gibibytes(80), profile: profile, engine: .simulated(SimulatedEngineSpec())))
        let pools = [
            F.pool("a40", "A100-40GB", each: 8), F.pool("a80", "A100-80GB", each: 8), F.pool("h4", "H100-80GB", each: 4),
            F.pool("h8", "H100-80GB", each: 8), F.pool("l4", "L4-24GB", each: 1),
        ]
        let (problem, origin) = try build(
            F.facts([F.provider("aws"), F.plane("p", "aws", "r", at: F.frankfurt, pools: pools), .workload(workload)]))
        #expect(problem.workloads[0].profile.keys.sorted() == ["A100-80GB", "H100-80GB"])
        #expect(problem.pools.count == 5)
        #expect(origin.mismatches.map(\.pool) == ["a40", "h4", "l4"])
        #expect(origin.mismatches[0].because.contains("80GiB") && origin.mismatches[1].because.contains("8 accelerators"))
    }

    @Test("what the fence keeps out is forbidden, with its reason, for the users it concerns")
    func fence() throws {
        let policy = CompliancePolicy(
            metadata: Metadata(name: "local"),
            appliesTo: .init(classifications: [.internal], jurisdictions: ["EU"]), requires: .init(jurisdictions: ["EU"]))
        let demand = [F.demand("Frankfurt", F.frankfurt, 5), F.demand("Toronto", F.toronto, 5)]
        let (problem, _) = try build(
            F.facts([
                F.provider("aws"), F.plane("fra", "aws", "f", at: F.frankfurt), F.plane("yyz", "aws", "t", at: F.toronto),
                F.workload("open", demand: demand, data: DataRules(classification: .public)), F.workload("own", demand: demand),
                .compliancePolicy(policy),
            ]))
        #expect(
            problem.forbidden == [
                .init(
                    workload: "own", origin: "Frankfurt", plane: "yyz", because: "policy local allows EU; it stands in CA")
            ])
    }

    @Test("a workload that no machine of a plane can start is forbidden there")
    func withoutEngine() throws {
        let endpoint = WorkloadPlane(
            metadata: Metadata(name: "api"), provider: "aws", region: "e", location: F.frankfurt,
            driver: .endpoint(EndpointDriver(url: "https://api.example.com")), pools: [F.pool()])
        let (problem, _) = try build(
            F.facts([
                F.provider("aws"), F.plane("local", "aws", "f", at: F.frankfurt), .workloadPlane(endpoint),
                F.workload("w", demand: [F.demand("Frankfurt", F.frankfurt, 5)], engine: nil),
            ]))
        #expect(problem.forbidden.map(\.plane) == ["local"])
        #expect(problem.forbidden[0].because == "the workload declares no engine that a local plane could start")
    }

    @Test("a workload nobody asks for may stand where the strictest rules allow")
    func withoutDemand() throws {
        let policy = CompliancePolicy(
            metadata: Metadata(name: "eu-users"), appliesTo: .init(jurisdictions: ["EU"]),
            requires: .init(jurisdictions: ["EU"]))
        let (problem, origin) = try build(
            F.facts([
                F.provider("aws"), F.plane("fra", "aws", "f", at: F.frankfurt), F.plane("yyz", "aws", "t", at: F.toronto),
                F.workload("idle", demand: []), .compliancePolicy(policy),
            ]))
        #expect(problem.demand == [.init(workload: "idle", origin: "anywhere", block: "always", requestsPerSecond: 0)])
        #expect(problem.forbidden.map(\.plane) == ["yyz"])
        #expect(Set(problem.rtt.map(\.plane)) == ["fra", "yyz"])
        #expect(origin.users.map(\.location) == [nil])
    }

    @Test("budgets name the workloads they cover; one over none is no budget")
    func budgets() throws {
        let some = Budget(metadata: Metadata(name: "some"), workloads: ["b"], ceiling: USDPerHour(5))
        let all = Budget(metadata: Metadata(name: "all"), ceiling: USDPerHour(9))
        let resources = [
            F.provider("aws"), F.plane("p", "aws", "r", at: F.frankfurt), Resource.budget(some), .budget(all),
        ]
        let workloads = ["a", "b"].map { F.workload(WorkloadName($0), demand: []) }
        let (problem, _) = try build(F.facts(resources + workloads))
        #expect(
            problem.budgets == [
                .init(name: "all", workloads: ["a", "b"], usdPerHour: 9), .init(name: "some", workloads: ["b"], usdPerHour: 5),
            ])
        #expect(try build(F.facts(resources)).problem.budgets.isEmpty)
    }

    @Test("pools of a drained plane are left out")
    func drained() throws {
        var facts = F.facts([
            F.provider("aws"), F.plane("p", "aws", "r", at: F.frankfurt), F.plane("q", "aws", "s", at: F.frankfurt),
        ])
        facts.drained = ["p"]
        let (problem, origin) = try build(facts)
        #expect(problem.pools.map(\.plane) == ["q"])
        #expect(origin.leftOut.map(\.detail) == ["plane p is drained"])
    }

    @Test("an empty fleet is an empty problem")
    func empty() throws {
        let (problem, origin) = try build(F.facts([]))
        #expect(problem.planes.isEmpty && problem.demand.isEmpty)
        #expect(origin.hours.count == 24)
        #expect(!problem.remarks().isEmpty)
    }

    @Test("a fleet beyond the limits, or with numbers beyond them, is refused with what is too large")
    func hostile() throws {
        func refusal(_ facts: PlanningFacts) -> [String] {
            do throws(UnplannableFleet) {
                _ = try ProblemBuilder.build(facts)
                return []
            } catch { return error.findings.map(\.path.description) }
        }
        let planes = (0...1_000).map { F.plane(PlaneName("p\($0)"), "aws", "r\($0)", at: F.frankfurt) }
        #expect(refusal(F.facts(planes)) == ["planes"])
        let gateways = (0...1_000).map { F.gateway(GatewayName("g\($0)"), at: F.frankfurt) }
        #expect(refusal(F.facts(gateways)) == ["gateways"])
        let many = (0..<6_000).map { F.demand("u\($0)", F.toronto, 1) }
        #expect(refusal(F.facts(Array(planes.prefix(1_000)) + [F.workload("w", demand: many)])) == ["demand"])
        let some = (0..<1_000).map { F.demand("u\($0)", F.toronto, 1) }
        #expect(
            refusal(F.facts(Array(planes.prefix(1_000)) + Array(gateways.prefix(600)) + [F.workload("w", demand: some)]))
                == ["gateways"])
        // 168 different hours, 30,000 places: more than 5 million rates.
        let week = Demand.Profile.hourly((0..<168).map { Share(Double($0) / 168) })
        let weekly = (0..<30_000).map { F.demand("u\($0)", F.toronto, 1, week) }
        #expect(refusal(F.facts([F.workload("w", demand: weekly)])) == ["demand"])
        #expect(
            refusal(F.facts([F.plane("p", "aws", "r", at: F.frankfurt, pools: [F.pool(price: 2e6)])])) == [
                "pools[0].usdPerNodeHour"
            ])
        #expect(
            refusal(F.facts([F.workload("w", demand: [F.demand("u", F.toronto, .infinity)])])) == ["demand[0].requestsPerSecond"])
    }
}
