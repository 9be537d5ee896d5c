package import FleetModel

extension WorkloadSignals {
    /// Gathers what planes and gateways said last of one workload.
    ///
    /// - Parameter lost: planes whose replicas count for nothing, and neither do the metrics that are missing with them.
    package init(
        of workload: Workload, fleet: Fleet, lost: Set<PlaneName> = [], observation: FleetObservation, demand: DemandMeter,
        now: Moment
    ) {
        self.init()
        // Gateways tell of engines without metrics too; requests that came by no gateway are known to engines alone.
        var (inEngines, sent) = (0.0, 0.0)
        for plane in fleet.planes where !lost.contains(plane.name) {
            guard let report = observation.report(of: plane.name) else { continue }
            let isHeard = observation.connection(of: plane.name, now: now) == .connected
            for replica in report.replicas where replica.id.workload == workload.name {
                gather(replica, isHeard: isHeard, inEngines: &inEngines)
            }
        }
        for gateway in fleet.gateways {
            gather(gateway.name, workload.name, observation: observation, demand: demand, sent: &sent, now: now)
        }
        concurrency.sum += min(max(0, sent, inEngines), Reading.most)
        guard replicas == 0 else { return }
        // One of those that another workload answers counts as waiting: it is asked for, and by how many its replicas will tell.
        let missed = fleet.gateways.reduce(0) { $0 + demand.missed(of: workload.name, at: $1.name, now: now) }
        if missed > 0, queued.sum < 1 { queued.sum = 1 }
        waitingForFirst = Int(min(queued.sum, Reading.most))
    }

    private mutating func gather(_ replica: ReplicaReport, isHeard: Bool, inEngines: inout Double) {
        switch replica.state {
        case .draining, .gone: return
        case .starting, .backingOff: replicas += 1
        case .ready, .unready:
            replicas += 1
            if replica.state == .ready { ready += 1 }
            queued.add(isHeard ? replica.waiting.map(Double.init) : nil)
            if isHeard {
                inEngines += max(0, Double(replica.running ?? 0)) + max(0, Double(replica.waiting ?? 0))
            } else {
                concurrency.missing += 1
            }
            kvCacheUse.add(isHeard ? replica.kvCacheUse : nil, atMost: 1)
            acceleratorUse.add(isHeard ? replica.acceleratorUse : nil, atMost: 1)
            acceleratorMemoryUse.add(isHeard ? replica.acceleratorMemoryUse : nil, atMost: 1)
        }
    }

    private mutating func gather(
        _ gateway: GatewayName, _ workload: WorkloadName, observation: FleetObservation, demand: DemandMeter,
        sent: inout Double, now: Moment
    ) {
        switch observation.connection(of: gateway, now: now) {
        case .absent: return
        case .unknown, .lost:
            queued.missing += 1
            concurrency.missing += 1
            arrivals.missing += 1
            tokens.missing += 1
        case .connected:
            guard let said = observation.report(of: gateway)?.demand else {
                queued.missing += 1
                concurrency.missing += 1
                arrivals.missing += 1
                tokens.missing += 1
                return
            }
            // A workload nobody has asked this gateway for is not listed.
            let own = said[workload.rawValue]
            queued.add(Double(own?.queued ?? 0))
            concurrency.add(Double(own?.queued ?? 0))
            sent += Double(own?.inFlight ?? 0)
            let rates = demand.rates(of: workload, at: gateway)
            arrivals.add(own == nil ? 0 : rates?.arrivalsPerSecond)
            tokens.add(own == nil ? 0 : rates?.tokensPerSecond)
        }
    }
}

extension WorkloadSignals.Reading {
    /// More than there can be of anything.
    fileprivate static let most = 1e12

    /// Adds what one source told: less than nothing counts as not telling, more than can be as all there can be.
    fileprivate mutating func add(_ value: Double?, atMost most: Double = Self.most) {
        guard let value, value >= 0 else {
            missing += 1
            return
        }
        sum += min(value, most)
        sources += 1
    }
}
