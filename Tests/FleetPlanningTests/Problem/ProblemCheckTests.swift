import FleetModel
import FleetPlanning
import Testing

@Suite("What keeps a planning problem from being planned")
struct ProblemCheckTests {
    typealias Problem = PlanningProblem

    /// The paths complained about after one change to a sound problem.
    private func paths(_ change: (inout Problem) -> Void) -> [String] {
        var problem = Problem.small
        change(&problem)
        return problem.problems().map(\.path.description)
    }

    @Test("a sound problem has no findings and no remarks")
    func sound() {
        #expect(Problem.small.problems().isEmpty)
        #expect(Problem.small.remarks().isEmpty)
    }

    @Test("names must be given, short and each used once")
    func names() {
        #expect(paths { $0.blocks[1].name = "day" } == ["blocks[1].name", "demand[1].block"])
        #expect(paths { $0.planes[1].name = "toronto" }.contains("planes[1].name"))
        #expect(paths { $0.pools.append($0.pools[0]) } == ["pools[2].name"])
        #expect(paths { $0.workloads.append($0.workloads[0]) } == ["workloads[1].name"])
        #expect(paths { $0.budgets.append($0.budgets[0]) } == ["budgets[1].name"])
        #expect(paths { $0.budgets[0].workloads = ["chat", "chat"] } == ["budgets[0].workloads[1]"])
        #expect(paths { $0.planes[0].region = "" } == ["planes[0].region"])
        #expect(paths { $0.planes[0].provider = String(repeating: "x", count: 257) } == ["planes[0].provider"])
        #expect(paths { $0.pools[0].accelerator = "H100\u{1B}[2J" } == ["pools[0].accelerator"])
        #expect(paths { $0.forbidden[0].because = String(repeating: "x", count: 4_097) } == ["forbidden[0].because"])
        // Two pools of one name in different planes are different pools; so are two planes in one region.
        #expect(paths { $0.pools[1].name = "h100" }.isEmpty)
        #expect(paths { ($0.planes[1].provider, $0.planes[1].region) = ("onprem", "yyz") }.isEmpty)
    }

    @Test("every reference must lead to something, and the nearest name is told")
    func references() throws {
        #expect(paths { $0.pools[0].plane = "torronto" } == ["pools[0].plane"])
        #expect(paths { $0.demand[0].workload = "chatt" } == ["demand[0].workload"])
        #expect(paths { $0.demand[1].block = "nite" } == ["demand[1].block"])
        #expect(paths { $0.rtt[0].plane = "ottawa" } == ["rtt[0].plane"])
        #expect(paths { $0.forbidden[0].workload = "c" } == ["forbidden[0].workload"])
        #expect(paths { $0.forbidden[0].origin = "toronto" } == ["forbidden[0].origin"])
        #expect(paths { $0.forbidden[0].plane = "x" } == ["forbidden[0].plane"])
        #expect(paths { $0.budgets[0].workloads = ["cat"] } == ["budgets[0].workloads[0]"])
        #expect(paths { $0.budgets[0].workloads = [] } == ["budgets[0].workloads"])
        var problem = Problem.small
        problem.pools[0].plane = "torronto"
        let finding = try #require(problem.problems().first)
        #expect(finding.description == "pools[0].plane: there is no plane \"torronto\"; toronto or montreal")
    }

    /// A number, where it stands, and values that are out of its range.
    struct NumberCase: Sendable {
        let path: String
        let refused: [Double]
        let change: @Sendable (inout Problem, Double) -> Void
    }
    static let numbers: [NumberCase] = [
        NumberCase(path: "blocks[0].hours", refused: [0, -1, 1e6]) { $0.blocks[0].hours = $1 },
        NumberCase(path: "planes[1].egressUSDPerGiB", refused: [-0.01, 1e5]) { $0.planes[1].egressUSDPerGiB = $1 },
        NumberCase(path: "pools[1].usdPerNodeHour", refused: [-1, 1.1e6]) { $0.pools[1].usdPerNodeHour = $1 },
        NumberCase(path: "pools[1].interruptionsPerNodeHour", refused: [-1, 61]) { $0.pools[1].interruptionsPerNodeHour = $1 },
        NumberCase(path: "pools[1].replacementHours", refused: [-1, 745]) { $0.pools[1].replacementHours = $1 },
        NumberCase(path: "workloads[0].profile.A100-80GB.requestsPerSecond", refused: [0, -8, 1e-7, 2e9]) {
            $0.workloads[0].profile["A100-80GB"]?.requestsPerSecond = $1
        },
        NumberCase(path: "workloads[0].targetUtilization", refused: [0, -0.1, 1.01, 80]) {
            $0.workloads[0].targetUtilization = $1
        },
        NumberCase(path: "workloads[0].maxSpotShare", refused: [-0.1, 1.1]) { $0.workloads[0].maxSpotShare = $1 },
        NumberCase(path: "workloads[0].keptShare", refused: [-0.1, 1.1]) { $0.workloads[0].keptShare = $1 },
        NumberCase(path: "workloads[0].latencyBudgetMilliseconds", refused: [-1]) {
            $0.workloads[0].latencyBudgetMilliseconds = $1
        },
        NumberCase(path: "workloads[0].failoverLatencyBudgetMilliseconds", refused: [79, 2e9]) {
            $0.workloads[0].failoverLatencyBudgetMilliseconds = $1
        },
        NumberCase(path: "workloads[0].egressGiBPerRequest", refused: [-1, 2e6]) { $0.workloads[0].egressGiBPerRequest = $1 },
        NumberCase(path: "demand[0].requestsPerSecond", refused: [-1, 2e9]) { $0.demand[0].requestsPerSecond = $1 },
        NumberCase(path: "demand[0].latencyBudgetMilliseconds", refused: [-1]) { $0.demand[0].latencyBudgetMilliseconds = $1 },
        NumberCase(path: "rtt[0].milliseconds", refused: [-1]) { $0.rtt[0].milliseconds = $1 },
        NumberCase(path: "budgets[0].usdPerHour", refused: [-1]) { $0.budgets[0].usdPerHour = $1 },
        NumberCase(path: "unmetUSDPerRequest", refused: [-1, 2e6]) { $0.unmetUSDPerRequest = $1 },
    ]

    @Test("a number out of its range, infinite or no number is refused where it stands", arguments: numbers)
    func numberRanges(_ entry: NumberCase) {
        for value in entry.refused + [.nan, .infinity, -.infinity] {
            #expect(paths { entry.change(&$0, value) }.contains(entry.path), "\(value)")
        }
    }

    @Test("counts out of their range are refused")
    func counts() {
        #expect(paths { $0.pools[0].acceleratorsPerNode = 0 } == ["pools[0].acceleratorsPerNode"])
        #expect(paths { $0.pools[0].acceleratorsPerNode = 1_025 } == ["pools[0].acceleratorsPerNode"])
        #expect(paths { $0.pools[0].maxNodes = -1 } == ["pools[0].maxNodes"])
        #expect(paths { $0.pools[0].maxNodes = .max } == ["pools[0].maxNodes"])
        #expect(paths { $0.workloads[0].minReplicas = -1 } == ["workloads[0].minReplicas"])
        let replica = "workloads[0].profile.H100-80GB.acceleratorsPerReplica"
        #expect(paths { $0.workloads[0].profile["H100-80GB"]?.acceleratorsPerReplica = 0 } == [replica])
        #expect(paths { $0.workloads[0].profile["H100-80GB"]?.acceleratorsPerReplica = .max } == [replica])
    }

    @Test("the same fact given twice is refused, since which holds cannot be told")
    func duplicates() {
        #expect(paths { $0.demand.append($0.demand[0]) } == ["demand[2]"])
        #expect(paths { $0.rtt.append(.init(origin: "Toronto", plane: "toronto", milliseconds: 2)) } == ["rtt[2]"])
        // A rule may be repeated: it is the same rule.
        #expect(paths { $0.forbidden.append($0.forbidden[0]) }.isEmpty)
    }

    @Test("numbers that are sound alone but lose cents together are refused")
    func precision() {
        // 365 h · 3,600 s · 1e6 req/s · 100 USD = 1.3e14 USD; a double tells cents apart up to 9e13.
        #expect(
            paths {
                $0.demand[0].requestsPerSecond = 1e6
                $0.unmetUSDPerRequest = 100
            } == ["unmetUSDPerRequest"])
        #expect(
            paths {
                $0.demand[0].requestsPerSecond = 1e6
                $0.unmetUSDPerRequest = 50
            }.isEmpty)
        #expect(
            paths {
                $0.blocks[0].hours = 60_000
                $0.blocks[1].hours = 60_000
            } == ["blocks"])
    }

    @Test("lists beyond their limits are refused before anything in them is looked at")
    func sizes() {
        func repeated<Row>(_ row: Row, _ count: Int) -> [Row] { Array(repeating: row, count: count) }
        #expect(paths { $0.blocks = repeated($0.blocks[0], 745) } == ["blocks"])
        #expect(paths { $0.planes = repeated($0.planes[0], 1_001) } == ["planes"])
        #expect(paths { $0.pools = repeated($0.pools[0], 10_001) } == ["pools"])
        #expect(paths { $0.workloads = repeated($0.workloads[0], 1_001) } == ["workloads"])
        #expect(paths { $0.demand = repeated($0.demand[0], 5_000_001) } == ["demand"])
        #expect(paths { $0.rtt = repeated($0.rtt[0], 5_000_001) } == ["rtt"])
        #expect(paths { $0.forbidden = repeated($0.forbidden[0], 5_000_001) } == ["forbidden"])
        #expect(paths { $0.budgets = repeated($0.budgets[0], 1_001) } == ["budgets"])
        let origins = (0...10_000).map { Problem.RoundTrip(origin: "o\($0)", plane: "toronto", milliseconds: 1) }
        #expect(paths { $0.rtt += origins } == ["demand"])
        let entry = Problem.Profile(acceleratorsPerReplica: 1, requestsPerSecond: 1)
        let profile = Dictionary(uniqueKeysWithValues: (0...1_000).map { ("a\($0)", entry) })
        #expect(paths { $0.workloads[0].profile = profile } == ["workloads[0].profile"])
    }

    @Test("a thousand mistakes are told as a hundred and a number")
    func manyFindings() throws {
        var problem = Problem.small
        problem.rtt = (0..<1_000).map { Problem.RoundTrip(origin: "Toronto", plane: "p\($0)", milliseconds: 1) }
        let findings = problem.problems()
        #expect(findings.count == 101)
        #expect(try #require(findings.last).message == "900 more findings are not listed")
    }
}

@Suite("What is odd about a planning problem")
struct ProblemRemarkTests {
    typealias Problem = PlanningProblem

    private func remarks(_ change: (inout Problem) -> Void) -> [String] {
        var problem = Problem.small
        change(&problem)
        #expect(problem.problems().isEmpty)
        return problem.remarks().map(\.path.description)
    }

    @Test("an empty problem can be planned and says that nothing will come of it")
    func empty() {
        let problem = Problem(blocks: [], planes: [], pools: [], workloads: [], demand: [], rtt: [])
        #expect(problem.problems().isEmpty)
        #expect(problem.remarks().map(\.path.description) == ["blocks", "workloads", "planes"])
    }

    @Test("lists that leave nothing to plan are named")
    func emptyLists() {
        #expect(remarks { $0.pools = [] } == ["pools"])
        #expect(
            remarks {
                $0.demand[0].requestsPerSecond = 0
                $0.demand[1].requestsPerSecond = 0
            } == ["demand"])
        #expect(remarks { $0.demand = [] } == ["demand", "rtt[0].origin"])
    }

    @Test("a replica no node holds is legal and told")
    func replicaWithoutNode() {
        #expect(
            remarks {
                $0.workloads[0].profile["H100-80GB"]?.acceleratorsPerReplica = 5
                $0.workloads[0].profile["A100-80GB"]?.acceleratorsPerReplica = 9
            } == ["workloads[0].profile"])
        let oneTypeFits = remarks { $0.workloads[0].profile["H100-80GB"]?.acceleratorsPerReplica = 5 }
        #expect(oneTypeFits.isEmpty)
        #expect(remarks { $0.workloads[0].profile = [:] } == ["workloads[0].profile"])
    }

    @Test("numbers without effect are told")
    func noEffect() {
        #expect(remarks { $0.pools[0].interruptionsPerNodeHour = 0.1 } == ["pools[0].interruptionsPerNodeHour"])
        #expect(remarks { $0.pools[0].maxNodes = 0 } == ["pools[0].maxNodes"])
        #expect(remarks { $0.unmetUSDPerRequest = 0 } == ["unmetUSDPerRequest"])
    }

    @Test("an origin no plane can serve, and one nobody asks from, are told once each")
    func origins() {
        #expect(
            remarks {
                $0.demand[0].origin = "Ottawa"
                $0.demand[1].origin = "Ottawa"
            } == ["demand[0].origin", "rtt[0].origin"])
    }
}
