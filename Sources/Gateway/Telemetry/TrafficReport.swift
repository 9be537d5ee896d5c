package import FleetModel
package import FleetRouting

/// What a gateway tells the control plane of requests since its start and right now, over all of its loops.
package struct TrafficReport: Equatable, Sendable {
    /// Finished requests by workload name.
    package var requests: [String: UInt64]
    /// By the name of each workload that was asked for.
    package var demand: [String: WorkloadDemand]

    package init(requests: [String: UInt64] = [:], demand: [String: WorkloadDemand] = [:]) {
        self.requests = requests
        self.demand = demand
    }

    /// - Parameters:
    ///   - counters: the sum over all loops.
    ///   - now: the sum of what they have under way.
    ///   - directory: names the positions. What a pair of workloads (``FallbackEntry``) answered is its second's.
    package init(_ counters: LoopCounters, now: LoopDemand, directory: RoutingDirectory) {
        self.init()
        var demands = Array(repeating: WorkloadDemand(), count: directory.workloads.count)
        // Beyond the limit rows are shared, and nobody's.
        for index in demands.indices.prefix(LoopCounters.workloadLimit - 1) {
            let server = directory.workloads[index].source?.value ?? index
            counters.answers(of: WorkloadIndex(index), into: &demands[server])
            if counters.demand.rows.indices.contains(index) { demands[server].count(counters.demand.rows[index]) }
            if now.inFlight.indices.contains(index) { demands[server].inFlight += now.inFlight[index] }
            if now.queued.indices.contains(index) {
                demands[server].queued += now.queued[index]
                let oldest = max(demands[server].oldestQueuedMilliseconds, now.oldestWait[index].milliseconds)
                demands[server].oldestQueuedMilliseconds = oldest
            }
        }
        for (index, workload) in directory.workloads.enumerated() where workload.isPresent && workload.source == nil {
            requests[workload.name.rawValue] = counters.finishedRequests(of: WorkloadIndex(index))
            if demands[index] != WorkloadDemand() { demand[workload.name.rawValue] = demands[index] }
        }
    }
}

extension WorkloadDemand {
    fileprivate mutating func count(_ row: DemandCounters.Row) {
        arrived &+= row.arrived
        missed &+= row.missed
        promptTokens &+= row.promptTokens
        completionTokens &+= row.completionTokens
    }
}

extension LoopCounters {
    /// Adds what was answered: by replicas (a client that left counts as neither success nor failure), and by the gateway for
    /// want of room.
    fileprivate func answers(of workload: WorkloadIndex, into demand: inout WorkloadDemand) {
        let row = workload.value + 1
        guard requests.indices.contains(row) else { return }
        let codes = StatusLabel.allCases
        for (cell, count) in requests[row].enumerated() where count > 0 {
            let code = codes[cell % codes.count]
            switch (code, cell < codes.count) {
            case (.c499, _): continue
            case (.c429, true), (.c503, true): demand.refused &+= count
            case (.c500, _), (.c502, _), (.c503, _), (.c504, _), (.other5xx, _): demand.failed &+= count
            case (_, true): continue
            case (_, false): demand.succeeded &+= count
            }
        }
        demand.firstBytes &+= timeToFirstByte[row].count
        demand.firstByteMillisecondsSum += Double(timeToFirstByte[row].sumNanoseconds) / 1e6
    }
}
