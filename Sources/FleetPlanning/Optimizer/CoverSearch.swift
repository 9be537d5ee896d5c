import LinearOptimization

extension FleetProgram {
    /// Finds conditions the values break and adds them. Returns how many were added.
    ///
    /// - Parameters:
    ///   - services: those to look at; nil for all.
    ///   - looked: stretches to look at; nil for all.
    func addBrokenCovers(_ values: [Double], of services: Set<Int>? = nil, stretches looked: [Int]? = nil) -> Int {
        var added = 0
        for stretch in looked ?? Array(stretches.indices) {
            for index in compiled.services.indices
            where !compiled.services[index].groups.isEmpty && services?.contains(index) != false {
                for cover in brokenCovers(of: index, stretch: stretch, values: values) where add(cover) { added += 1 }
            }
        }
        return added
    }

    private func brokenCovers(of index: Int, stretch: Int, values: [Double]) -> [Cover] {
        let service = compiled.services[index]
        let columns = columns[stretch]
        let demand = stretches[stretch].demand[index]
        let served = service.groups.indices.map { max(0, demand[$0] - values[columns.unmet[index][$0].index]) }
        let replicas = columns.replicas[index].map { max(0, values[$0.index]) }
        var found: [Cover] = []
        let planned =
            service.hasEgressCost
            ? columns.flow[index].map { max(0, values[$0.index]) }
            : service.throughput(replicas, lost: nil).map { $0 * service.workload.targetUtilization }
        if let groups = service.broken(supply: served, capacity: planned, failover: false) {
            found.append(Cover(service: index, loss: nil, groups: groups))
        }
        for loss in service.constrainingLosses {
            let supply = service.groups.indices.map {
                max(0, service.workload.keptShare * served[$0] - values[columns.unprotected[index][$0].index])
            }
            let capacity = service.throughput(replicas, lost: service.losses[loss])
            if let groups = service.broken(supply: supply, capacity: capacity, failover: true) {
                found.append(Cover(service: index, loss: loss, groups: groups))
            }
        }
        return found
    }
}

extension CompiledProblem.Service {
    /// Requests per second that replicas (by option) can serve, by plane of the service.
    func throughput(_ replicas: [Double], lost: CompiledProblem.Loss?) -> [Double] {
        optionsByPlane.map { options in
            options.reduce(0) { sum, option in
                lost?.takes(self.options[option]) == true ? sum : sum + replicas[option] * self.options[option].rate
            }
        }
    }

    /// By group, positions in `planes` it may use.
    func arcs(failover: Bool) -> [[Int]] {
        groups.map { group in
            let allowed = failover ? group.failover : group.base
            return planes.indices.filter { allowed.contains(planes[$0]) }
        }
    }

    /// Groups whose supply does not fit into the planes they may use; nil where all fits.
    func broken(supply: [Double], capacity: [Double], failover: Bool) -> IndexBits? {
        var network = TransportNetwork(arcs: arcs(failover: failover), capacity: capacity)
        network.route(adding: supply)
        let tolerance = 1e-7 * max(1, supply.reduce(0, +))
        return network.totalUnrouted > tolerance ? network.shortOfRoom() : nil
    }
}
