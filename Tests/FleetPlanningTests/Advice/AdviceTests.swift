import FleetModel
import FleetPlanning
import Testing

@Suite("Advice from a fleet file and its plan")
struct AdviceTests {
    private typealias Make = PlanMaking
    private static let frankfurt = Location(coordinates: Coordinates(latitude: 50.1, longitude: 8.7), country: "DE")

    private static func workload(
        _ name: String, kind: Workload.Class = .realtime, survive: Objective.Survival = .none, spot: Double = 0,
        classification: DataRules.Classification = .internal, residency: [Jurisdiction]? = nil, utilization: Double = 0.8,
        demand: Double? = 10, egress: Gibibytes? = Gibibytes(0.0001)
    ) -> Workload {
        Workload(
            metadata: Metadata(name: name), models: [name], workloadClass: kind,
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "H100", accelerators: 1, rate: RequestsPerSecond(10))],
                engine: .simulated(SimulatedEngineSpec())),
            objective: Objective(
                latencyBudget: .milliseconds(120), survive: survive, keptShare: Share(0.8), targetUtilization: Share(utilization)),
            data: DataRules(classification: classification, residency: residency), maxSpotShare: Share(spot),
            egressPerRequest: egress, scaling: ScalingPolicy(minReplicas: 0),
            demand: demand.map { [Demand(from: "Frankfurt", location: frankfurt, peak: RequestsPerSecond($0))] } ?? [])
    }

    private static func plane(
        _ name: String, provider: String, pools: [CapacityPool], egress: Double? = 0.09
    ) -> Resource {
        .workloadPlane(
            WorkloadPlane(
                metadata: Metadata(name: name), provider: ProviderName(provider), region: name, location: frankfurt,
                driver: .local,
                pools: pools, protection: DataProtection(encryptionInTransit: true, encryptionAtRest: true, audit: .full),
                egress: egress.map { USDPerGiB($0) }))
    }

    private static func pool(
        _ name: String = "h100", tier: CapacityPool.Tier = .onDemand, owned: Bool = false, nodes: Int = 9, usd: Double? = 4,
        accelerator: AcceleratorType = "H100"
    ) -> CapacityPool {
        CapacityPool(
            name: PoolName(name), accelerator: accelerator, acceleratorsPerNode: 1, tier: tier, owned: owned, maxNodes: nodes,
            usdPerNodeHour: usd)
    }

    private static func provider(_ name: String, _ kind: Provider.Kind = .hyperscaler) -> Resource {
        .provider(Provider(metadata: Metadata(name: name), kind: kind))
    }

    /// A row of a comparison with so much compute.
    private static func row(
        _ provider: String?, usd: Double, unmet: Double = 0, unprotected: Double = 0, short: [String] = [], providers: [String]
    ) -> CostComparison.Row {
        CostComparison.Row(
            provider: provider, compute: .init(usdPerMonth: usd), storage: .init(usdPerMonth: 0), egress: .init(usdPerMonth: 0),
            unmetShare: unmet, unprotectedShare: unprotected, shortWorkloads: short, providers: providers, planes: [], gap: 0,
            pricesFrom: nil, pricesTo: nil)
    }

    private func facts(
        _ resources: [Resource], replicas: [(String, String, [Int])] = [], flows: [(String, String, String, [Double])] = [],
        rows: [CostComparison.Row]? = nil, today: String? = nil
    ) throws -> Advice.Facts {
        let fleet = Fleet(resources)
        let (problem, origin) = try ProblemBuilder.build(PlanningFacts(fleet: fleet, prices: PriceBook(asOf: "2026-11-21")))
        var nodes: [String: [Int]] = [:]
        for (_, pool, counts) in replicas { nodes[pool] = zip(nodes[pool] ?? counts.map { _ in 0 }, counts).map(+) }
        let plan = Make.plan(problem, nodes: nodes, replicas: replicas, flows: flows)
        var comparison = CostComparison(base: plan, of: problem, facts: .init(fleet: fleet, origin: origin)) { _ in plan }
        if let rows { comparison.rows = rows }
        return Advice.Facts(
            fleet: fleet, problem: problem, origin: origin, plan: plan, comparison: comparison, today: today)
    }

    private func ids(_ facts: Advice.Facts) -> [String] { Advice(facts).findings.map(\.id) }

    private let twoClouds: [Resource] = [
        provider("aws"), provider("gcp"), plane("aws-a", provider: "aws", pools: [pool()]),
        plane("gcp-b", provider: "gcp", pools: [pool(usd: 5)]),
    ]

    // MARK: Several providers at all?

    @Test("no, where one provider meets everything at nearly the price of all")
    func notWorthIt() throws {
        let facts = try facts(
            twoClouds + [.workload(Self.workload("chat"))],
            rows: [
                Self.row(nil, usd: 950, providers: ["aws", "gcp"]), Self.row("aws", usd: 1_000, providers: ["aws"]),
                Self.row("gcp", usd: 1_200, providers: ["gcp"]),
            ])
        let verdict = MultiCloudVerdict(facts)
        #expect(verdict.answer == .no)
        #expect(
            verdict.sentence
                == "aws alone meets every objective; several providers would save 5%, less than the 10% that operating a second one should bring"
        )
        #expect(verdict.figure == "USD/month: all together 950.00, aws alone 1,000 and gcp alone 1,200")
    }

    @Test("yes, where all together save enough")
    func worthIt() throws {
        let facts = try facts(
            twoClouds + [.workload(Self.workload("chat"))],
            rows: [Self.row(nil, usd: 700, providers: ["aws", "gcp"]), Self.row("aws", usd: 1_000, providers: ["aws"])])
        #expect(MultiCloudVerdict(facts).answer == .yes)
        #expect(
            MultiCloudVerdict(facts).sentence == "several providers save 30% against aws, the cheapest that could do it alone")
    }

    @Test("partly, where only some workloads cannot stay on one provider")
    func partly() throws {
        let facts = try facts(
            twoClouds + [.workload(Self.workload("chat")), .workload(Self.workload("phi", survive: .provider))],
            rows: [
                Self.row(nil, usd: 1_000, providers: ["aws", "gcp"]),
                Self.row("aws", usd: 700, unprotected: 0.4, short: ["phi"], providers: ["aws"]),
                Self.row("gcp", usd: 600, unmet: 0.2, unprotected: 0.4, short: ["chat", "phi"], providers: ["gcp"]),
            ])
        let verdict = MultiCloudVerdict(facts)
        #expect(verdict.answer == .partly)
        #expect(verdict.sentence == "only phi needs more than one provider; the other 1 workload could stay on aws")
        #expect(
            verdict.figure
                == "aws leaves 0% unserved and 40% unprotected and gcp leaves 20% unserved and 40% unprotected; together 0% and 0%, for "
                + "1,000 USD/month")
    }

    @Test("no, where the best plan over all uses one; yes, where one is all there is and it is to be survived")
    func single() throws {
        let one = try facts(
            twoClouds + [.workload(Self.workload("chat"))],
            rows: [Self.row(nil, usd: 700, providers: ["aws"]), Self.row("aws", usd: 700, providers: ["aws"])])
        #expect(MultiCloudVerdict(one).answer == .no)
        #expect(MultiCloudVerdict(one).sentence.hasPrefix("aws alone"))
        let lonely = try facts(
            [
                Self.provider("aws"), Self.plane("aws-a", provider: "aws", pools: [Self.pool()]),
                .workload(Self.workload("chat", survive: .provider)),
            ],
            replicas: [("chat", "aws-a/h100", [1])], flows: [("chat", "Frankfurt", "aws-a", [10])])
        #expect(MultiCloudVerdict(lonely).answer == .yes)
    }

    // MARK: Maturity

    @Test("levels are reached in order, and the next one says what is missing")
    func maturity() throws {
        let bare = try facts(twoClouds + [.workload(Self.workload("chat", demand: nil))])
        #expect(Maturity(AdviceEvidence(bare)).level == 0)
        #expect(Maturity(AdviceEvidence(bare)).next.map(\.text) == ["every workload declares the demand of its users"])

        let described = try facts(
            twoClouds + [.workload(Self.workload("chat"))], replicas: [("chat", "aws-a/h100", [2])],
            flows: [("chat", "Frankfurt", "aws-a", [10])])
        #expect(Maturity(AdviceEvidence(described)).level == 1)

        let flows = [("chat", "Frankfurt", "aws-a", [10.0])]
        let both = [("chat", "aws-a/h100", [2]), ("chat", "gcp-b/h100", [1])]
        let redundant = try facts(twoClouds + [.workload(Self.workload("chat", survive: .region))], replicas: both, flows: flows)
        #expect(Maturity(AdviceEvidence(redundant)).level == 2)
        #expect(Maturity(AdviceEvidence(redundant)).next.map(\.text) == ["every workload is under a budget"])

        let budget = Resource.budget(Budget(metadata: Metadata(name: "all"), ceiling: USDPerHour(100)))
        let governed = try facts(
            twoClouds + [budget, .workload(Self.workload("chat", survive: .provider))], replicas: both, flows: flows)
        #expect(Maturity(AdviceEvidence(governed)).level == 3)
        #expect(Maturity(AdviceEvidence(governed)).name == "governed")
        #expect(Maturity(AdviceEvidence(governed)).next.map(\.figure) == ["on-demand"])

        let spot = Self.plane("gcp-b", provider: "gcp", pools: [Self.pool(usd: 5), Self.pool("spot", tier: .spot, usd: 1)])
        let independent = try facts(
            twoClouds + [spot, budget, .workload(Self.workload("chat", survive: .provider, spot: 0.3))],
            replicas: both + [("chat", "gcp-b/spot", [1])], flows: flows)
        #expect(Maturity(AdviceEvidence(independent)).level == 4)
        #expect(Maturity(AdviceEvidence(independent)).next.isEmpty)
    }

    // MARK: Habits

    @Test("a fleet in order shows none")
    func clean() throws {
        let facts = try facts(
            twoClouds + [.workload(Self.workload("chat", survive: .region))],
            replicas: [("chat", "aws-a/h100", [2]), ("chat", "gcp-b/h100", [1])], flows: [("chat", "Frankfurt", "aws-a", [10])])
        #expect(Advice(facts).findings == [])
    }

    @Test("one region, an unused plane")
    func oneDomain() throws {
        let facts = try facts(
            twoClouds + [.workload(Self.workload("chat"))], replicas: [("chat", "aws-a/h100", [2])],
            flows: [("chat", "Frankfurt", "aws-a", [10])])
        let findings = Advice(facts).findings
        #expect(findings.map(\.id) == ["one-failure-domain", "unused-complexity"])
        #expect(findings[0].sentence == "chat stands in one region, aws/aws-a, and is to survive no loss")
        #expect(findings[0].figure.hasPrefix("10 req/s of chat end with aws/aws-a: about 0.9 h a year at 99.99%"))
        #expect(findings[1].figure == "1 of 2 planes and 1 of 2 providers carry nothing")
    }

    @Test("data transfer that nobody priced, with what it would come to")
    func transfer() throws {
        let facts = try facts(
            [
                Self.provider("aws"), Self.provider("gcp"),
                Self.plane("aws-a", provider: "aws", pools: [Self.pool()], egress: nil),
                Self.plane("gcp-b", provider: "gcp", pools: [Self.pool(usd: 5)]),
                .workload(Self.workload("chat", survive: .region, egress: nil)),
            ],
            replicas: [("chat", "aws-a/h100", [2]), ("chat", "gcp-b/h100", [1])], flows: [("chat", "Frankfurt", "aws-a", [10])])
        let finding = try #require(Advice(facts).findings.first)
        #expect(finding.id == "data-transfer-ignored")
        #expect(
            finding.sentence
                == "data leaving for users is counted as free, because the price of data leaving aws-a and the size of an answer of chat are unknown"
        )
        // 10 req/s for 730 h is 26.28 million; 10 KiB each is 250.6 GiB at 0.09.
        #expect(
            finding.figure == "26.3 million requests a month: every 10 KiB of answer at 0.09 USD/GiB would be 22.56 USD/month")
    }

    @Test("a promise no provider but one can keep is a problem")
    func promise() throws {
        let facts = try facts(
            [
                Self.provider("aws"), Self.provider("gcp"), Self.plane("aws-a", provider: "aws", pools: [Self.pool()]),
                Self.plane("gcp-b", provider: "gcp", pools: [Self.pool(accelerator: "T4")]),
                .workload(Self.workload("chat", survive: .provider)),
            ],
            replicas: [("chat", "aws-a/h100", [2])], flows: [("chat", "Frankfurt", "aws-a", [10])])
        let finding = try #require(Advice(facts).findings.first)
        #expect(finding.id == "survive-provider-with-one" && finding.severity == .problem)
        #expect(finding.sentence == "chat is to survive the loss of any provider, but only aws may serve it")
        #expect(finding.figure == "1 of 2 providers eligible by hardware, rules, failover latency and quota")
    }

    @Test("people waiting on spot, reclaims unknown, and no headroom")
    func spot() throws {
        let facts = try facts(
            twoClouds + [
                Self.plane("aws-a", provider: "aws", pools: [Self.pool("spot", tier: .spot, usd: 1)]),
                .workload(Self.workload("chat", survive: .region, spot: 1, utilization: 1)),
            ],
            replicas: [("chat", "aws-a/spot", [3]), ("chat", "gcp-b/h100", [1])], flows: [("chat", "Frankfurt", "aws-a", [10])])
        let findings = Advice(facts).findings
        #expect(findings.map(\.id) == ["spot-without-base", "spot-risk-unknown", "no-headroom"])
        #expect(findings[0].sentence.contains("75% of its capacity"))
        #expect(findings[1].figure.hasPrefix("1 of 1 spot pool without"))
        #expect(findings[2].figure.contains("more than 19 service times"))
    }

    @Test("training beside serving, and owned accelerators left idle")
    func training() throws {
        let owned = Self.plane(
            "onprem", provider: "lab", pools: [Self.pool("own", tier: .reserved, owned: true, nodes: 4, usd: nil)])
        let facts = try facts(
            twoClouds + [
                Self.provider("lab", .onPremises), owned, .workload(Self.workload("chat", survive: .region)),
                .workload(Self.workload("tune", kind: .training)),
            ],
            replicas: [
                ("chat", "aws-a/h100", [2]), ("tune", "aws-a/h100", [1]), ("chat", "gcp-b/h100", [1]),
                ("chat", "onprem/own", [1]),
            ],
            flows: [("chat", "Frankfurt", "aws-a", [10])])
        let findings = Advice(facts).findings
        #expect(findings.map(\.id) == ["training-beside-serving", "owned-idle"])
        #expect(findings[0].figure == "1 accelerators of training beside 2 of serving at the most")
        // 3 of 4 idle; (3 · 4 + 1 · 5) USD/h for 730 h.
        #expect(findings[1].figure == "75% of 4 accelerators idle in the mean; 12,410 USD/month are spent elsewhere")
    }

    @Test("sensitive data without a rule, residency without a policy, demand nobody declared")
    func rules() throws {
        let brazil = Location(coordinates: Coordinates(latitude: -23.5, longitude: -46.6), country: "BR")
        var health = Self.workload("health", survive: .region, classification: .phi)
        health.demand = [Demand(from: "Sao Paulo", location: brazil, peak: RequestsPerSecond(1))]
        let facts = try facts(
            twoClouds + [
                .workload(health), .workload(Self.workload("home", survive: .region, residency: ["DE"])),
                .workload(Self.workload("silent", demand: nil)),
            ],
            replicas: [("home", "aws-a/h100", [2]), ("home", "gcp-b/h100", [1])], flows: [("home", "Frankfurt", "aws-a", [10])])
        #expect(ids(facts) == ["sensitive-without-rule", "residency-without-policy", "demand-unknown"])
    }

    @Test("prices that are unknown or old")
    func prices() throws {
        var base = try facts(
            twoClouds + [
                Self.plane("aws-a", provider: "aws", pools: [Self.pool(), Self.pool("b200", usd: nil)]),
                .workload(Self.workload("chat", survive: .region)),
            ],
            replicas: [("chat", "aws-a/h100", [2]), ("chat", "gcp-b/h100", [1])], flows: [("chat", "Frankfurt", "aws-a", [10])],
            today: "2026-11-21")
        base.origin.prices[0].source = .quoted(Quote(usdPerHour: 4, asOf: "2025-04-05", source: "list"))
        let findings = Advice(base).findings
        #expect(findings.map(\.id) == ["price-unknown", "price-old"])
        #expect(findings[0].figure == "1 of 3 pools")
        #expect(findings[1].figure == "1 of 1 catalogue price; the oldest, of aws-a/h100, is of 2025-04-05, 19 months ago")
        base.today = nil
        #expect(ids(base) == ["price-unknown"])
    }

    @Test(
        "the age of a price is counted from the last month its date can mean",
        arguments: [
            ("2026-07-20", "2026-07"), ("2025-H2", "2025-12"), ("2026-Q1", "2026-03"), ("2025", "2025-12"),
            ("2026-01", "2026-01-31"),
        ])
    func age(text: String, alike: String) {
        #expect(PriceAge.month(text) != nil)
        #expect(PriceAge.month(text) == PriceAge.month(alike))
    }

    @Test("a year has twelve months, and what is no date has no age", arguments: ["soon", "2025-13", "2025-H3", "2025-Q0", ""])
    func noAge(text: String) {
        #expect(PriceAge.month(text) == nil)
        #expect(PriceAge.month("2026-01") == PriceAge.month("2025-01").map { $0 + 12 })
    }
}
