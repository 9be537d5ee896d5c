import FleetModel

/// Writes a fleet as a planning problem: names and numbers for a solver, and beside them where each came from.
///
/// Three things a problem has no field for are written with those it has:
/// - users of one place whom a rule sends by other gateways are an origin of their own (``UserOrigins``);
/// - a workload that no machine of a plane can start (no engine on a `local` plane) is forbidden there;
/// - a workload without demand gets an origin `anywhere` that asks for 0 req/s, so that the rules for users of unknown place say
///   where its minimum replicas may stand.
package struct ProblemBuilder {
    private let facts: PlanningFacts
    private let blocks: DemandBlocks
    private var problem: PlanningProblem
    private var origin = ProblemOrigin()

    private init(_ facts: PlanningFacts) {
        self.facts = facts
        blocks = DemandBlocks(demand: facts.fleet.workloads.flatMap(\.demand), horizonHours: facts.horizonHours)
        problem = PlanningProblem(
            blocks: blocks.blocks, planes: [], pools: [], workloads: [], demand: [], rtt: [],
            unmetUSDPerRequest: facts.unmetUSDPerRequest)
        origin.hours = blocks.hours
    }

    /// - Throws: ``UnplannableFleet`` for a fleet too large to plan, or with numbers no plan can hold.
    package static func build(_ facts: PlanningFacts) throws(UnplannableFleet) -> (
        problem: PlanningProblem, origin: ProblemOrigin
    ) {
        let tooLarge = facts.sizeFindings()
        guard tooLarge.isEmpty else { throw UnplannableFleet(findings: tooLarge) }
        var builder = ProblemBuilder(facts)
        let rows = builder.blocks.blocks.count * facts.fleet.workloads.reduce(0) { $0 + $1.demand.count }
        guard rows <= ProblemLimits.demandRows else {
            throw UnplannableFleet(findings: [facts.tooMuchDemand(rows: rows, blocks: builder.blocks.blocks.count)])
        }
        builder.addPlanes()
        builder.addWorkloads()
        builder.addUsers()
        builder.addBudgets()
        let findings = builder.problem.problems()
        guard findings.isEmpty else { throw UnplannableFleet(findings: findings) }
        return (builder.problem, builder.origin)
    }

    // MARK: What can be bought

    private mutating func addPlanes() {
        for plane in facts.fleet.planes {
            let egress = PlaneEgress(plane, facts: facts)
            if egress.usdPerGiB == nil { origin.unknowns.append(.egressPrice(plane: plane.name.rawValue)) }
            problem.planes.append(
                PlanningProblem.Plane(
                    name: plane.name.rawValue, provider: plane.provider.rawValue, region: plane.region,
                    egressUSDPerGiB: egress.usdPerGiB ?? 0))
            for pool in plane.pools { addPool(pool, of: plane) }
        }
    }

    private mutating func addPool(_ pool: CapacityPool, of plane: WorkloadPlane) {
        let (planeName, poolName) = (plane.name.rawValue, pool.name.rawValue)
        func leaveOut(_ because: LeftOutPool.Because, _ detail: String) {
            origin.leftOut.append(
                LeftOutPool(
                    plane: planeName, pool: poolName, accelerator: pool.accelerator.name,
                    acceleratorsPerNode: pool.acceleratorsPerNode, because: because, detail: detail))
        }
        if facts.drained.contains(plane.name) { return leaveOut(.other, "plane \(planeName) is drained") }
        guard let price = ProblemOrigin.Price(pool, of: plane, prices: facts.prices) else {
            return leaveOut(.priceUnknown, Self.unknownPrice(pool, of: plane, asOf: facts.prices.asOf))
        }
        origin.prices.append(price)
        let spot = spotRisk(pool, of: plane)
        problem.pools.append(
            PlanningProblem.Pool(
                plane: planeName, name: poolName, accelerator: pool.accelerator.name,
                acceleratorsPerNode: pool.acceleratorsPerNode, tier: .init(pool.tier), usdPerNodeHour: price.usdPerNodeHour,
                maxNodes: pool.maxNodes, interruptionsPerNodeHour: spot.interruptions, replacementHours: spot.replacementHours))
    }

    private mutating func spotRisk(_ pool: CapacityPool, of plane: WorkloadPlane) -> (
        interruptions: Double, replacementHours: Double
    ) {
        guard pool.tier == .spot else { return (0, 0) }
        let known = pool.offer.flatMap {
            facts.prices.interruptions(provider: plane.provider, region: plane.region, machine: $0)?.perNodeHour
        }
        let interruptions = pool.interruptionsPerNodeHour ?? known
        if interruptions == nil {
            origin.unknowns.append(.interruptions(plane: plane.name.rawValue, pool: pool.name.rawValue))
        } else if pool.replacementTime == nil {
            origin.unknowns.append(.replacementTime(plane: plane.name.rawValue, pool: pool.name.rawValue))
        }
        return (interruptions ?? 0, (pool.replacementTime?.seconds ?? 0) / 3_600)
    }

    private static func unknownPrice(_ pool: CapacityPool, of plane: WorkloadPlane, asOf: String) -> String {
        let option = PurchaseOption(tier: pool.tier, commitment: pool.commitment)
        let place =
            pool.offer.map { "the catalogue of \(asOf) has none for \($0) \(option) in \(plane.regionKey)" }
            ?? "without offer the catalogue cannot be asked"
        return "no price is declared, and \(place); add price: … USD/h"
    }

    // MARK: What is asked for

    private mutating func addWorkloads() {
        for workload in facts.fleet.workloads {
            if workload.egressPerRequest == nil { origin.unknowns.append(.egressPerRequest(workload: workload.name.rawValue)) }
            let objective = workload.objective
            var (survive, keptShare) = (PlanningProblem.Workload.Survival(objective.survive), objective.keptShare.fraction)
            if let standby = workload.standby {
                // Whichever region (or provider) is the primary, the others must hold the standby's share of what is asked.
                (survive, keptShare) = (survive == .provider ? .provider : .region, standby.share.fraction)
                origin.notes.append(
                    .standsBy(workload: workload.name.rawValue, share: standby.share, primary: survive.rawValue))
            }
            problem.workloads.append(
                PlanningProblem.Workload(
                    name: workload.name.rawValue, profile: Self.profile(workload.replica),
                    targetUtilization: objective.targetUtilization.fraction, maxSpotShare: workload.maxSpotShare.fraction,
                    latencyBudgetMilliseconds: objective.latencyBudget.milliseconds,
                    failoverLatencyBudgetMilliseconds: objective.failoverLatencyBudget.milliseconds,
                    survive: survive, keptShare: keptShare,
                    minReplicas: workload.scaling.minReplicas, egressGiBPerRequest: workload.egressPerRequest?.value ?? 0))
            for plane in facts.fleet.planes {
                for pool in plane.pools {
                    guard case .cannot(let because) = workload.replica.match(pool) else { continue }
                    origin.mismatches.append(
                        ProblemOrigin.Mismatch(
                            workload: workload.name.rawValue, plane: plane.name.rawValue, pool: pool.name.rawValue,
                            because: because))
                }
            }
        }
    }

    /// The types that would do in a node large enough; whether a node is, the problem's own numbers say.
    private static func profile(_ replica: ReplicaRequirement) -> [String: PlanningProblem.Profile] {
        var profile: [String: PlanningProblem.Profile] = [:]
        for entry in replica.profile where profile[entry.accelerator.name] == nil {
            let node = CapacityPool(
                name: "any", accelerator: entry.accelerator, acceleratorsPerNode: max(1, entry.accelerators), tier: .onDemand,
                maxNodes: 1)
            guard case .runs(let match) = replica.match(node) else { continue }
            profile[entry.accelerator.name] = PlanningProblem.Profile(
                acceleratorsPerReplica: match.accelerators, requestsPerSecond: match.rate.value)
        }
        return profile
    }

    // MARK: Who asks, and who may answer

    private mutating func addUsers() {
        let fleet = facts.fleet
        let users = UserOrigins(fleet: fleet, paths: UserPaths(fleet: fleet, prices: facts.prices))
        for place in users.origins { addOrigin(place) }
        var verdicts = PlaneVerdicts(fleet: fleet)
        for entry in users.entries {
            let workload = fleet.workloads[entry.workload]
            let place = users.origins[entry.origin]
            addDemand(entry.demand.map { workload.demand[$0] }, of: workload, from: place.name)
            addRules(for: workload, users: place, verdicts: verdicts(entry.workload, place.location?.jurisdictions))
        }
    }

    private mutating func addOrigin(_ users: UserOrigins.Origin) {
        origin.users.append(
            ProblemOrigin.Users(name: users.name, place: users.place, location: users.location, workloads: users.workloads))
        for (plane, path) in zip(facts.fleet.planes, users.paths) {
            guard let path else { continue }
            problem.rtt.append(
                PlanningProblem.RoundTrip(origin: users.name, plane: plane.name.rawValue, milliseconds: path.milliseconds))
            origin.roundTrips.append(
                ProblemOrigin.Path(
                    origin: users.name, plane: plane.name.rawValue, gateway: path.gateway.map { facts.fleet.gateways[$0].name },
                    milliseconds: path.milliseconds, basis: path.basis))
        }
    }

    private mutating func addDemand(_ demand: Demand?, of workload: Workload, from origin: String) {
        guard let demand else {
            guard let block = blocks.blocks.first else { return }
            problem.demand.append(
                PlanningProblem.Demand(
                    workload: workload.name.rawValue, origin: origin, block: block.name, requestsPerSecond: 0))
            return
        }
        for (block, hour) in zip(blocks.blocks, blocks.firstHours) {
            let rate = demand.rate(hourOfWeekUTC: hour).value
            guard rate != 0 else { continue }
            problem.demand.append(
                PlanningProblem.Demand(
                    workload: workload.name.rawValue, origin: origin, block: block.name, requestsPerSecond: rate,
                    latencyBudgetMilliseconds: demand.latencyBudget?.milliseconds))
        }
    }

    private mutating func addRules(for workload: Workload, users: UserOrigins.Origin, verdicts: [Fence.Verdict]) {
        for (position, plane) in facts.fleet.planes.enumerated() {
            let because: String
            if case .outside(let reason) = verdicts[position] {
                because = reason
            } else if users.paths[position] == nil {
                because = "transit: deny, and no gateway stands where the data of workload \(workload.name) may be handled"
            } else if workload.replica.engine == nil, plane.driver == .local {
                because = "the workload declares no engine that a local plane could start"
            } else {
                continue
            }
            problem.forbidden.append(
                PlanningProblem.Forbidden(
                    workload: workload.name.rawValue, origin: users.name, plane: plane.name.rawValue, because: because))
        }
    }

    // MARK: What it may cost

    private mutating func addBudgets() {
        for budget in facts.fleet.budgets {
            let covered = facts.fleet.workloads.map(\.name).filter(budget.covers)
            guard !covered.isEmpty else { continue }
            problem.budgets.append(
                PlanningProblem.Budget(
                    name: budget.name.rawValue, workloads: covered.map(\.rawValue), usdPerHour: budget.ceiling.value))
        }
    }
}

/// The fence's verdicts on every plane for the users of one place, asked for once per workload and jurisdictions.
private struct PlaneVerdicts {
    private let fleet: Fleet
    private let fence: Fence
    private var workload: Int?
    private var known: [[Jurisdiction]?: [Fence.Verdict]] = [:]

    init(fleet: Fleet) { (self.fleet, fence) = (fleet, fleet.fence) }

    /// By plane. Asked workload by workload.
    mutating func callAsFunction(_ workload: Int, _ jurisdictions: [Jurisdiction]?) -> [Fence.Verdict] {
        if self.workload != workload { (self.workload, known) = (workload, [:]) }
        if let verdicts = known[jurisdictions] { return verdicts }
        let verdicts = fleet.planes.map {
            fence.verdict(workload: fleet.workloads[workload], plane: $0, userJurisdictions: jurisdictions)
        }
        known[jurisdictions] = verdicts
        return verdicts
    }
}
