import FleetModel

extension ProblemCheck {
    mutating func checkWorkloads() {
        for (position, workload) in problem.workloads.enumerated() {
            let path = { Self.row("workloads", position) }
            insert(workload.name, into: \.workloads, path().key("name"), list: "workloads")
            checkProfile(workload.profile, path().key("profile"))
            collector.require(
                workload.targetUtilization, in: ProblemLimits.leastUtilization...1, path().key("targetUtilization"),
                accepted: "a share of throughput above 0 (at least \(plainNumber(ProblemLimits.leastUtilization))), at most 1")
            collector.require(workload.maxSpotShare, in: 0...1, path().key("maxSpotShare"), accepted: "a share from 0 to 1")
            collector.require(workload.keptShare, in: 0...1, path().key("keptShare"), accepted: "a share from 0 to 1")
            collector.require(
                workload.minReplicas, in: 0...ProblemLimits.replicas, path().key("minReplicas"),
                accepted: "0 to \(ProblemLimits.replicas) replicas")
            collector.require(
                workload.egressGiBPerRequest, in: 0...ProblemLimits.gibPerRequest, path().key("egressGiBPerRequest"),
                accepted: "0 to \(plainNumber(ProblemLimits.gibPerRequest)) GiB per request")
            checkLatency(workload, path())
        }
    }

    private mutating func checkProfile(_ profile: [String: PlanningProblem.Profile], _ path: FieldPath) {
        guard profile.count <= ProblemLimits.profileEntries else {
            collector.report(
                path, "\(profile.count) accelerator types are too many", accepted: "at most \(ProblemLimits.profileEntries)")
            return
        }
        for (accelerator, entry) in profile.sorted(by: { $0.key < $1.key }) {
            let place = { path.key(accelerator) }
            collector.requireName(accelerator, place())
            collector.require(
                entry.acceleratorsPerReplica, in: 1...ProblemLimits.acceleratorsPerNode, place().key("acceleratorsPerReplica"),
                accepted: "1 to \(ProblemLimits.acceleratorsPerNode) accelerators, all in one node")
            collector.require(
                entry.requestsPerSecond, in: ProblemLimits.leastThroughput...ProblemLimits.requestsPerSecond,
                place().key("requestsPerSecond"),
                accepted: "a rate from \(plainNumber(ProblemLimits.leastThroughput)) to "
                    + "\(plainNumber(ProblemLimits.requestsPerSecond)) requests per second; leave the type out where it cannot run"
            )
        }
    }

    private mutating func checkLatency(_ workload: PlanningProblem.Workload, _ path: @autoclosure () -> FieldPath) {
        let (budget, failover) = (workload.latencyBudgetMilliseconds, workload.failoverLatencyBudgetMilliseconds)
        checkMilliseconds(budget, path().key("latencyBudgetMilliseconds"))
        checkMilliseconds(failover, path().key("failoverLatencyBudgetMilliseconds"))
        if failover < budget {
            collector.report(
                path().key("failoverLatencyBudgetMilliseconds"), "\(plainNumber(failover)) is less than the latency budget",
                accepted: "at least latencyBudgetMilliseconds, \(plainNumber(budget))")
        }
    }
}
