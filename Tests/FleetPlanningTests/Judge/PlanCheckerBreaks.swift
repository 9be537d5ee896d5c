import FleetPlanning

extension PlanCheckerTests {
    static let flowBreaks: [Break] = [
        .init("a request lost on the way", "conservation") { $0.plan.flows[4].requestsPerSecond = 7 },
        .init("unmet demand kept quiet", "conservation", "cost", "objective", "scenario") { $0.plan.unmet = [] },
        .init("demand that grew", "conservation") { $0.problem.demand[4].requestsPerSecond = 9 },
        .init("a flow over no arc", "arc") { $0.problem.rtt.remove(at: 4) },
        .init("a flow beyond the latency budget", "latency") { $0.problem.workloads[1].latencyBudgetMilliseconds = 24 },
        .init("a flow beyond the demand's own budget", "latency") { $0.problem.demand[4].latencyBudgetMilliseconds = 24 },
        .init("a flow that only its own budget allowed", "latency") { $0.problem.demand[1].latencyBudgetMilliseconds = nil },
        .init("a flow against a rule", "rule") {
            $0.problem.forbidden.append(.init(workload: "batch", origin: "lab", plane: "a1", because: "residency"))
        },
        .init("a round trip that is not the problem's", "rtt") { $0.plan.flows[4].rttMilliseconds = 24 },
        .init("a negative flow", "negative") { $0.plan.flows.append(HandPlan.flow("batch", "lab", "a1", "night", -1, 25)) },
        .init("a flow that is no number", "negative") {
            $0.plan.flows.append(HandPlan.flow("batch", "lab", "a1", "night", .nan, 25))
        },
    ]

    static let capacityBreaks: [Break] = [
        .init("more load than replicas take", "capacity") {
            $0.problem.workloads[1].profile["H100-80GB"]?.requestsPerSecond = 3.9
        },
        .init("more load than the target utilisation", "capacity") { $0.problem.workloads[0].targetUtilization = 0.49 },
        .init("spot nodes that are reclaimed more often", "capacity") { $0.problem.pools[2].interruptionsPerNodeHour = 0.6 },
        .init("a replica on hardware it has no profile for", "hardware", "report") {
            $0.plan.replicas.append(.init(workload: "batch", plane: "a2", pool: "small", block: "night", count: 1))
        },
        .init("a replica where rules let nobody go", "rule", "report") {
            $0.plan.replicas.append(.init(workload: "batch", plane: "g1", pool: "hourly", block: "night", count: 1))
            $0.plan.nodes.append(.init(plane: "g1", pool: "hourly", block: "night", count: 1))
            $0.problem.pools[1].usdPerNodeHour = 0
            $0.problem.budgets = []
            ($0.plan.cost.computeUSD, $0.plan.objectiveUSD, $0.plan.boundUSD) = (520, 1_978, 989)
            $0.plan.cost.byTier["on-demand"] = 0
            $0.plan.cost.byProvider["gcp"] = 256
        },
        .init("a replica larger than a node", "hardware", "packing", "capacity") {
            $0.problem.workloads[1].profile["H100-80GB"]?.acceleratorsPerReplica = 9
        },
        .init("replicas without a node", "packing") { $0.problem.workloads[1].profile["H100-80GB"]?.acceleratorsPerReplica = 4 },
        .init("a replica over two nodes", "packing") {
            // 2 · 4 + 5 · 2 = 2 · 9, but beside a 4 only two 2s fit into 9.
            $0.problem.pools[0].acceleratorsPerNode = 9
            $0.problem.workloads[1].profile["H100-80GB"]?.acceleratorsPerReplica = 4
        },
        .init("more nodes than the quota", "quota") { $0.problem.pools[0].maxNodes = 1 },
        .init("reserved nodes that come and go", "reserved", "cost", "objective") { $0.plan.nodes[1].count = 1 },
        .init("too much on spot", "spot-share") { $0.problem.workloads[0].maxSpotShare = 0.18 },
        .init("too few replicas", "min-replicas") { $0.problem.workloads[0].minReplicas = 3 },
        .init("a violation that is none", "min-replicas") {
            $0.plan.violations = [.init(workload: "chat", block: "day", missingReplicas: 1, reasons: ["quota"])]
        },
        .init("a violation of another size", "min-replicas") {
            $0.problem.workloads[0].minReplicas = 4
            $0.plan.violations = [.init(workload: "chat", block: "night", missingReplicas: 1, reasons: ["quota"])]
        },
        .init("a budget overdrawn", "budget") { $0.problem.budgets[0].usdPerHour = 29.9 },
        .init("negative replicas", "negative") {
            $0.plan.replicas.append(.init(workload: "batch", plane: "a1", pool: "kept", block: "night", count: -1))
        },
        .init("negative nodes", "negative") {
            $0.plan.nodes.append(.init(plane: "g1", pool: "spot", block: "night", count: -1))
        },
    ]

    static let failureBreaks: [Break] = [
        .init("less kept than asked for", "scenario") { $0.problem.workloads[0].keptShare = 0.95 },
        .init("unprotected demand kept quiet", "scenario", "cost", "objective") { $0.plan.unprotected = [] },
        .init("unprotected demand put on the wrong loss", "scenario", "unprotected") {
            $0.plan.unprotected[0].lost = ["spot:gcp"]
        },
        .init("a loss listed that leaves enough", "unprotected") { $0.plan.unprotected[0].lost.append("spot:gcp") },
        .init("a loss nobody knows", "unprotected") { $0.plan.unprotected[0].lost.append("region:aws/mars") },
        .init("more unprotected than was to be kept", "unprotected", "cost", "objective") {
            $0.plan.unprotected[0].requestsPerSecond = 5.5
        },
        .init("a loss survived only beyond the failover budget", "scenario") { $0.problem.rtt[1].milliseconds = 130 },
        .init("a loss survived only against a rule", "scenario") {
            $0.problem.forbidden.append(.init(workload: "chat", origin: "us", plane: "g1", because: "residency"))
        },
        .init("a loss survived only over no arc", "scenario") { $0.problem.rtt.remove(at: 1) },
        .init("two planes of one region are lost together", "scenario", "name", "cost") {
            $0.problem.planes[2].provider = "aws"
        },
        .init("a share that is not what is left", "scenario") { $0.plan.scenarios[1].servedShare = 0.9 },
        .init("a worst round trip that is too near", "scenario") { $0.plan.scenarios[1].worstRTTMilliseconds = 45 },
        .init("a worst round trip of no arc", "scenario") { $0.plan.scenarios[1].worstRTTMilliseconds = 110 },
        .init("a loss not listed", "scenario") { $0.plan.scenarios.remove(at: 2) },
        .init("a loss of another kind", "name") { $0.plan.scenarios.append(HandPlan.scenario("provider:aws", "day", 1, 45)) },
        .init("a loss for a workload that survives none", "name") {
            $0.plan.scenarios.append(
                .init(workload: "batch", lost: "spot:gcp", block: "day", servedShare: 1, worstRTTMilliseconds: 25))
        },
        .init("a provider to survive, planned for regions", "scenario", "name", "unprotected") {
            $0.problem.workloads[0].survive = .provider
        },
    ]

    static let costBreaks: [Break] = [
        .init("another horizon", "horizon") { $0.plan.horizonHours = 31 },
        .init("compute that does not add up", "cost") { $0.plan.cost.computeUSD = 679 },
        .init("egress that does not add up", "cost") { $0.plan.cost.egressUSD = 377 },
        .init("penalties that do not add up", "cost") { $0.plan.cost.penaltyUSD = 1_081 },
        .init("a tier that does not add up", "cost") { $0.plan.cost.byTier["spot"] = 41 },
        .init("a tier left out", "cost") { $0.plan.cost.byTier["spot"] = nil },
        .init("a tier nobody knows", "name") { $0.plan.cost.byTier["borrowed"] = 0 },
        .init("a provider that does not add up", "cost") { $0.plan.cost.byProvider["aws"] = 641 },
        .init("a provider nobody knows", "name") { $0.plan.cost.byProvider["lunar"] = 0 },
        .init("an objective that does not add up", "objective", "gap") { $0.plan.objectiveUSD = 2_100 },
        .init("a dearer price", "cost", "objective", "budget") { $0.problem.pools[1].usdPerNodeHour = 17 },
        .init("a bound above the plan", "bound", "gap") { $0.plan.boundUSD = 2_139 },
        .init("a bound that is no number", "bound", "gap") { $0.plan.boundUSD = .nan },
        .init("a bound below nothing", "bound", "gap") { $0.plan.boundUSD = -1 },
        .init("a gap that does not follow", "gap") { $0.plan.gap = 0.4 },
    ]

    static let nameBreaks: [Break] = [
        .init("nodes nowhere", "name") { $0.plan.nodes.append(.init(plane: "a9", pool: "kept", block: "day", count: 1)) },
        .init("nodes of no pool", "name") { $0.plan.nodes.append(.init(plane: "a2", pool: "kept", block: "day", count: 1)) },
        .init("replicas of nothing", "name") {
            $0.plan.replicas.append(.init(workload: "chess", plane: "a1", pool: "kept", block: "day", count: 1))
        },
        .init("a flow from nobody", "name") { $0.plan.flows.append(HandPlan.flow("chat", "moon", "a1", "day", 0, 20)) },
        .init("a flow at no time", "name") { $0.plan.flows.append(HandPlan.flow("chat", "us", "a1", "dusk", 0, 20)) },
        .init("unmet of nobody", "name") {
            $0.plan.unmet.append(.init(workload: "chat", origin: "moon", block: "day", requestsPerSecond: 0, reasons: ["far"]))
        },
        .init("unprotected of nobody", "name") {
            $0.plan.unprotected.append(
                .init(workload: "chat", origin: "moon", block: "day", requestsPerSecond: 0, lost: [], reasons: ["far"]))
        },
        .init("a violation of nothing", "name") {
            $0.plan.violations = [.init(workload: "chess", block: "day", missingReplicas: 1, reasons: ["quota"])]
        },
        .init("nodes twice", "duplicate") { $0.plan.nodes.append(.init(plane: "g1", pool: "spot", block: "day", count: 0)) },
        .init("replicas twice", "duplicate") {
            $0.plan.replicas.append(.init(workload: "batch", plane: "a1", pool: "kept", block: "day", count: 0))
        },
        .init("a flow twice", "duplicate") { $0.plan.flows.append(HandPlan.flow("batch", "lab", "a1", "day", 0, 25)) },
        .init("unmet twice", "duplicate") {
            $0.plan.unmet.append(.init(workload: "chat", origin: "eu", block: "day", requestsPerSecond: 0, reasons: ["quota"]))
        },
        .init("unprotected twice", "duplicate") { $0.plan.unprotected.append($0.plan.unprotected[0]) },
        .init("a loss twice", "duplicate") { $0.plan.scenarios.append($0.plan.scenarios[0]) },
        .init("unmet without a reason", "reason") { $0.plan.unmet[0].reasons = [] },
        .init("unprotected with an empty reason", "reason") { $0.plan.unprotected[0].reasons = [""] },
    ]

    static let reportBreaks: [Break] = [
        .init("a workload not reported", "report") { $0.plan.report.remove(at: 1) },
        .init("a workload reported twice", "report") { $0.plan.report.append($0.plan.report[1]) },
        .init("another number of replicas", "report") { $0.plan.report[0].chosen[0].replicas = 4 },
        .init("a plane used and not reported", "report") { $0.plan.report[0].chosen.remove(at: 2) },
        .init("a choice without a reason", "report") { $0.plan.report[0].chosen[0].because = "" },
        .init("a plane neither chosen nor rejected", "report") { $0.plan.report[0].rejected = [] },
        .init("a plane chosen and rejected", "report") {
            $0.plan.report[0].rejected.append(.init(plane: "a1", because: "price", detail: "dear"))
        },
        .init("a word nobody knows", "report") { $0.plan.report[0].rejected[0].because = "mood" },
        .init("a rule that is none", "report") { $0.plan.report[0].rejected[0].because = "rule" },
        .init("hardware that would do", "report") { $0.plan.report[1].rejected[1].because = "hardware" },
        .init("a rejection without a figure", "report") { $0.plan.report[0].rejected[0].detail = "" },
        .init("a next best that cannot run it", "report") { $0.plan.report[0].nextBest?.plane = "a2" },
    ]
}
