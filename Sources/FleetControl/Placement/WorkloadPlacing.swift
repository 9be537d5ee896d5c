import FleetModel

/// Places one workload, one replica at a time, against what is still free.
struct WorkloadPlacing {
    /// What is free and what may be spent; handed from workload to workload.
    var books = PlacementBooks()
    let search: CandidateSearch
    let workload: Workload
    /// What is asked of candidates over and over.
    let terms: [CandidateTerms]
    /// Replicas by candidate.
    private(set) var counts: [Int]
    private var reasons: [String?]
    /// The reason given last, by candidate.
    private var lastReasons: [String?]
    private var full: [Bool]
    var shortfalls: [String] = []
    /// Replicas that what is asked for lacks, and those that surviving, standing by and standing in lack.
    var unplaced = 0.0
    var unprotected = 0.0
    /// What a plan wanted of this workload and what became of it; nil where no plan covers it.
    var fidelity: PlacementDecision.PlanFidelity?
    /// What the plan wanted and could not have.
    var unmetTargets: [PlannedTarget] = []
    /// Most replicas by candidate, where a provider refused more.
    var limits: [Int?]
    /// Replicas that do not count towards `maxReplicas`: they stand in for spot that was lost, or are spot that may not come.
    var hedged = 0
    /// Replicas beyond those wanted, as a hedge: what must survive a loss does not grow with them.
    var surplus = 0
    /// A budget that kept it from something it wants.
    private(set) var budgetReached: BudgetName?
    /// Who serves and what stands by; nil in active-active mode.
    var standby: StandbyPlacing?

    init(search: CandidateSearch) {
        self.search = search
        workload = search.workload
        terms = search.candidates.map(CandidateTerms.init)
        counts = Array(repeating: 0, count: search.candidates.count)
        reasons = Array(repeating: nil, count: search.candidates.count)
        lastReasons = reasons
        full = Array(repeating: false, count: search.candidates.count)
        limits = Array(repeating: nil, count: search.candidates.count)
        choosePrimary()
    }

    /// Each origin's load, the largest first, to the best pool that may serve it.
    mutating func placeLoads() {
        let order = search.loads.indices.sorted {
            (search.loads[$1].rate, $0) < (search.loads[$0].rate, $1)
        }
        // Throughput already bought in each candidate and not yet promised to an origin.
        var spare = Array(repeating: 0.0, count: search.candidates.count)
        for load in order {
            var remaining = search.loads[load].rate.value
            for candidate in ranked(for: load, failover: false) where remaining > 1e-9 {
                let perReplica = search.candidates[candidate].profile.rate.value * workload.objective.targetUtilization.fraction
                repeat {
                    let used = min(spare[candidate], remaining)
                    spare[candidate] -= used
                    remaining -= used
                    guard remaining > 1e-9, add(candidate, because: "serves \(search.loads[load].from)") else { break }
                    spare[candidate] += perReplica
                } while true
            }
            if remaining > 1e-9 {
                unplaced += replicas(for: remaining / workload.objective.targetUtilization.fraction)
                shortfalls.append(
                    "\(rounded(remaining)) of \(search.loads[load].rate.text) from \(search.loads[load].from) has no place: \(whatBinds(load))"
                )
            }
        }
    }

    /// Up to the declared minimum, wherever the workload is wanted most.
    mutating func placeMinimum() {
        while total < workload.scaling.minReplicas {
            guard let candidate = preferred(failover: false).first(where: { canTake($0) }),
                add(candidate, because: "minimum replicas")
            else {
                if preferred(failover: false).contains(where: { canTake($0) }) { continue }
                unplaced += Double(workload.scaling.minReplicas - total)
                shortfalls.append("\(workload.scaling.minReplicas) replicas wanted, \(total) placed: \(whatBinds(nil))")
                return
            }
        }
    }

    /// Replicas elsewhere, until the loss of any one domain leaves the kept share of demand at full utilisation.
    ///
    /// - Parameter demand: what replicas were placed for, in requests per second.
    mutating func placeSurvival(demand: Double) {
        let survival = workload.objective.survive
        guard survival != .none, total > 0 else { return }
        let needed = max(demand * workload.objective.keptShare.fraction, 1e-6)
        for domain in domainsInUse(survival) {
            while throughput(outside: domain, survival) < needed {
                let options = preferred(failover: true).filter {
                    search.candidates[$0].domain(survival) != domain && canTake($0)
                }
                guard let candidate = options.first else {
                    unprotected += replicas(for: needed - throughput(outside: domain, survival))
                    shortfalls.append(
                        "losing \(survival.rawValue) \(domain) would leave \(rounded(throughput(outside: domain, survival))) of "
                            + "\(rounded(needed)) req/s wanted: no eligible pool elsewhere has room")
                    break
                }
                _ = add(candidate, because: "survives losing \(survival.rawValue) \(domain)")
            }
        }
    }

    var result: PlacementDecision.WorkloadPlacement {
        var chosen: [PlacementDecision.Choice] = []
        var rejected = search.rejections
        for (index, candidate) in search.candidates.enumerated() {
            guard counts[index] > 0 else {
                let because = full[index] ? "it has no room left" : "others were better placed or owned"
                rejected.append(.init(plane: candidate.plane.name, pool: candidate.pool.name, because: because))
                continue
            }
            let placement = PlaneAssignment.Placement(
                pool: candidate.pool.name, accelerator: candidate.pool.accelerator,
                acceleratorsPerReplica: candidate.profile.accelerators, count: counts[index])
            chosen.append(.init(plane: candidate.plane.name, placement: placement, because: reasons[index] ?? ""))
        }
        return PlacementDecision.WorkloadPlacement(
            workload: workload.name,
            chosen: chosen.sorted { ($0.plane, $0.placement.pool) < ($1.plane, $1.placement.pool) },
            rejected: rejected.sorted { ($0.plane, $0.pool?.rawValue ?? "") < ($1.plane, $1.pool?.rawValue ?? "") },
            shortfalls: shortfalls, unplaced: unplaced, unprotected: unprotected, plan: fidelity, passive: standbyResult)
    }

    // MARK: Order

    /// Candidates the fence admits for a load, best first: of the primary, or those that stand by for it.
    func ranked(for load: Int, failover: Bool, inPrimary: Bool = true) -> [Int] {
        let objective = workload.objective
        let budget = failover ? objective.failoverLatencyBudget : objective.latencyBudget
        return eligible(inPrimary: inPrimary).filter { search.candidates[$0].admitted[load] }.sorted {
            search.candidates[$0].precedes(
                search.candidates[$1], load: load, budget: budget, failoverBudget: objective.failoverLatencyBudget)
        }
    }

    /// Candidates for replicas that no single load asks for: by the largest load, or owned, cheap and by name without any.
    func preferred(failover: Bool, inPrimary: Bool = true) -> [Int] {
        guard let largest = search.loads.indices.max(by: { search.loads[$0].rate < search.loads[$1].rate }) else {
            return eligible(inPrimary: inPrimary).sorted { left, right in
                let (first, second) = (search.candidates[left], search.candidates[right])
                if first.pool.owned != second.pool.owned { return first.pool.owned }
                if first.preference != second.preference { return first.preference < second.preference }
                let (price, other) = (first.usdPerRate ?? .infinity, second.usdPerRate ?? .infinity)
                return price != other ? price < other : left < right
            }
        }
        return ranked(for: largest, failover: failover, inPrimary: inPrimary)
            + eligible(inPrimary: inPrimary).filter { !search.candidates[$0].admitted[largest] }
    }

    /// Every candidate in active-active mode.
    private func eligible(inPrimary: Bool) -> [Int] {
        search.candidates.indices.filter { standby == nil || isPrimary($0) == inPrimary }
    }

    // MARK: Accounts

    /// Requests per second at the declared peak.
    var declaredDemand: Double { search.loads.reduce(0) { $0 + $1.rate.value } }

    /// Replicas of the slowest hardware it may use that so many requests per second take at full use; one for each request per
    /// second where it may use none.
    func replicas(for rate: Double) -> Double {
        max(0, rate) / max(search.candidates.map(\.profile.rate.value).min() ?? 1, 1e-9)
    }

    /// Requests per second that what is placed may be planned with.
    var plannedThroughput: Double { throughput { _ in true } * workload.objective.targetUtilization.fraction }

    var total: Int { counts.reduce(0, +) }

    func throughput(where include: (Candidate) -> Bool) -> Double {
        search.candidates.indices.reduce(0) {
            include(search.candidates[$1]) ? $0 + Double(counts[$1]) * search.candidates[$1].profile.rate.value : $0
        }
    }

    private func throughput(outside domain: String, _ survival: Objective.Survival) -> Double {
        throughput { $0.domain(survival) != domain }
    }

    private func domainsInUse(_ survival: Objective.Survival) -> [String] {
        Set(search.candidates.indices.filter { counts[$0] > 0 }.map { search.candidates[$0].domain(survival) }).sorted()
    }

    func canTake(_ index: Int) -> Bool {
        !full[index] && total < workload.scaling.maxReplicas + hedged && keepsSpotShare(adding: index)
            && isAskedFor(index) && isAffordable(index)
    }

    /// Whether the provider may have more.
    private func isAskedFor(_ index: Int) -> Bool { limits[index].map { counts[index] < $0 } ?? true }

    private func isAffordable(_ index: Int) -> Bool {
        books.budgets.allows(workload.name, price: terms[index].usdPerReplica)
    }

    /// Whether one more replica here leaves the spot share within its limit.
    private func keepsSpotShare(adding index: Int) -> Bool {
        guard terms[index].tier == .spot else { return true }
        guard workload.purchase.spotPolicy != .onDemandOnly else { return false }
        let added = terms[index].rate
        var (spot, all) = (0.0, 0.0)
        for other in terms.indices {
            let rate = Double(counts[other]) * terms[other].rate
            all += rate
            if terms[other].tier == .spot { spot += rate }
        }
        return spot + added <= workload.maxSpotShare.fraction * (all + added) + 1e-9
    }

    mutating func add(_ index: Int, because: String) -> Bool {
        canTake(index) && take(index, because: because)
    }

    /// Adds a replica whatever the spot share becomes: a plan has judged it over everything it wants.
    mutating func take(_ index: Int, because: String) -> Bool {
        guard total < workload.scaling.maxReplicas + hedged else { return false }
        let terms = terms[index]
        guard books.pools.take(terms.accelerators, for: workload.workloadClass, from: terms.key) else {
            full[index] = true
            return false
        }
        books.budgets.charge(workload.name, price: terms.usdPerReplica, at: terms.key)
        counts[index] += 1
        guard lastReasons[index] != because else { return true }
        lastReasons[index] = because
        if let reason = reasons[index] {
            if !reason.contains(because) { reasons[index] = "\(reason); \(because)" }
        } else {
            reasons[index] = because
        }
        return true
    }

    /// Keeps room for one replica that is not started.
    mutating func reserve(_ index: Int) {
        let candidate = search.candidates[index]
        if books.pools.take(candidate.profile.accelerators, for: workload.workloadClass, from: candidate.ledgerKey) {
            standby?.reserved[index] += 1
        } else {
            full[index] = true
        }
    }

    mutating func whatBinds(_ load: Int?) -> String {
        if total >= workload.scaling.maxReplicas + hedged { return "maxReplicas \(workload.scaling.maxReplicas) is reached" }
        let admitted = eligible(inPrimary: true).filter { load == nil || search.candidates[$0].admitted[load!] }
        if admitted.isEmpty {
            return search.rejections.first.map { "no plane may serve it (\($0.plane): \($0.because))" }
                ?? "the fleet has no plane"
        }
        let open = admitted.filter { !full[$0] && isAskedFor($0) }
        if let objection = noteBudget(open.filter { keepsSpotShare(adding: $0) }) { return objection }
        if !open.isEmpty, workload.purchase.spotPolicy == .onDemandOnly { return "spotPolicy onDemandOnly leaves spot alone" }
        if !open.isEmpty { return "maxSpotShare \(workload.maxSpotShare.text) is reached" }
        let names = Array(Set(admitted.map { search.candidates[$0].plane.name })).sorted().map(\.rawValue)
        return "every eligible pool is full (\(names.joined(separator: ", ")))"
    }

    /// Notes the first budget that keeps a replica out of one of the candidates, and says why; nil where none does.
    mutating func noteBudget(_ candidates: [Int]) -> String? {
        for index in candidates {
            let candidate = search.candidates[index]
            let place = "\(candidate.plane.name)/\(candidate.pool.name)"
            guard let objection = books.budgets.objection(workload.name, price: candidate.usdPerReplica, at: place) else {
                continue
            }
            budgetReached = objection.budget
            return objection.because
        }
        return nil
    }

    private func rounded(_ value: Double) -> String { plainNumber((value * 100).rounded() / 100) }
}
