import FleetModel

extension PlanningProblem {
    /// What is legal but was hardly meant: parts no plan can use, and why a plan will be empty. Asks for a problem without
    /// ``problems()``.
    package func remarks() -> [ProblemFinding] {
        var collector = FindingCollector()
        remarkOnEmptiness(&collector)
        remarkOnPools(&collector)
        remarkOnWorkloads(&collector)
        remarkOnOrigins(&collector)
        if unmetUSDPerRequest == 0, !demand.isEmpty {
            collector.report(
                "unmetUSDPerRequest", "unserved requests cost nothing, so the cheapest plan serves none that costs anything",
                accepted: "a price above what serving a request costs, such as 1")
        }
        return collector.finished()
    }

    private func remarkOnEmptiness(_ collector: inout FindingCollector) {
        let lists: [(name: String, isEmpty: Bool, effect: String)] = [
            ("blocks", blocks.isEmpty, "no time is planned, so nothing is bought and nothing is served"),
            ("workloads", workloads.isEmpty, "there is no workload, so nothing is bought"),
            ("planes", planes.isEmpty, "there is no plane, so nothing can be served"),
            ("pools", !planes.isEmpty && pools.isEmpty, "no plane has a pool, so nothing can be served"),
            (
                "demand", !workloads.isEmpty && !demand.contains { $0.requestsPerSecond > 0 },
                "nobody asks for anything, so only minimum replicas are bought"
            ),
        ]
        for list in lists where list.isEmpty {
            collector.report(FieldPath([.key(list.name)]), list.effect, accepted: "at least one entry")
        }
    }

    private func remarkOnPools(_ collector: inout FindingCollector) {
        for (position, pool) in pools.enumerated() {
            let path = FieldPath([.key("pools"), .index(position)])
            if pool.maxNodes == 0 {
                collector.report(path.key("maxNodes"), "no node of this pool may be bought", accepted: "at least 1 to use it")
            }
            if pool.tier != .spot, pool.interruptionsPerNodeHour > 0 {
                collector.report(
                    path.key("interruptionsPerNodeHour"),
                    "only spot nodes are reclaimed; it is ignored for \(pool.tier.rawValue)",
                    accepted: "tier spot, or 0")
            }
        }
    }

    private func remarkOnWorkloads(_ collector: inout FindingCollector) {
        var largestNode: [String: Int] = [:]
        for pool in pools { largestNode[pool.accelerator] = max(largestNode[pool.accelerator] ?? 0, pool.acceleratorsPerNode) }
        for (position, workload) in workloads.enumerated() where !pools.isEmpty {
            let path = FieldPath([.key("workloads"), .index(position), .key("profile")])
            let fits = workload.profile.contains { largestNode[$0.key, default: 0] >= $0.value.acceleratorsPerReplica }
            if workload.profile.isEmpty {
                collector.report(path, "no accelerator type can run \(quoted(workload.name))", accepted: "at least one entry")
            } else if !fits {
                let types = NearestWord.choices(largestNode.keys.sorted(), limit: 8)
                collector.report(
                    path, "no pool has a node that holds a replica of \(quoted(workload.name))",
                    accepted: "an entry for \(types), with no more accelerators than a node has")
            }
        }
    }

    private func remarkOnOrigins(_ collector: inout FindingCollector) {
        let asking = Set(demand.map(\.origin))
        let reaching = Set(rtt.map(\.origin))
        var told: Set<String> = []
        for (position, demand) in demand.enumerated() where !reaching.contains(demand.origin) && !planes.isEmpty {
            guard told.insert(demand.origin).inserted else { continue }
            collector.report(
                FieldPath([.key("demand"), .index(position), .key("origin")]),
                "rtt has no entry for \(quoted(demand.origin)), so no plane can serve it", accepted: "a round trip to each plane")
        }
        for (position, trip) in rtt.enumerated() where !asking.contains(trip.origin) {
            guard told.insert(trip.origin).inserted else { continue }
            collector.report(
                FieldPath([.key("rtt"), .index(position), .key("origin")]), "nobody in \(quoted(trip.origin)) asks for anything",
                accepted: "an origin that demand names")
        }
    }
}
