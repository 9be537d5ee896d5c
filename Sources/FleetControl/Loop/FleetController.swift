package import FleetModel

/// The loop's one decision core, in production and in the simulator: from what is declared and what was observed to what should
/// run where.
///
/// ``decide(_:now:)`` is a function of this value and its inputs: it reads no clock and draws no number, so that a recorded log
/// of inputs gives the same decisions wherever it is played.
package struct FleetController: Sendable {
    package private(set) var demand = DemandMeter()
    private var scalers: [WorkloadName: WorkloadScaler] = [:]
    private var purchaser = Purchaser()
    private var handover = Handover()
    private var history = DemandHistory()
    private var judge = FailoverJudge()
    private var failovers = WorkloadFailovers()
    /// What was decided last; nil before the first decision.
    private var placement: PlacementDecision?
    private var rollouts = Rollouts()
    /// Panics that were kept of workloads not decided on since.
    private var panics: [WorkloadName: ControllerMemory.Panic] = [:]

    package init() {}

    /// What is to be kept for the process after this one.
    package func memory(of fleet: Fleet, now: Moment, secondsSince1970: UInt64) -> ControllerMemory {
        var memory = ControllerMemory(secondsSince1970: secondsSince1970)
        memory.planes = judge.memory(policy: FailoverPolicy(for: fleet), now: now)
        memory.failovers = failovers.memory(now: now)
        memory.panics = fleet.workloads.compactMap { panics[$0.name] ?? scalers[$0.name]?.kept(as: $0.name, now: now) }
        memory.buying = purchaser.memory(now: now)
        return memory
    }

    /// Goes on from what the process before this one kept, before the first decision.
    package mutating func recall(_ memory: ControllerMemory, now: Moment, secondsSince1970: UInt64) {
        guard memory.version == ControllerMemory.version else { return }
        let away = memory.away(secondsSince1970)
        judge.recall(memory.planes, away: away)
        failovers.recall(memory.failovers, away: away, now: now)
        panics = Dictionary(memory.panics.map { ($0.workload, $0) }, uniquingKeysWith: { first, _ in first })
        purchaser.recall(memory.buying, away: away, now: now)
    }

    /// Puts back what was measured before this process began, as decisions told it (``ControlDecision/measured``).
    package mutating func restore(_ measured: [DemandHistory.Entry]) { history.restore(measured) }

    /// True while something waits for its successor: a decision is due again within a second or so, whatever is heard.
    package var isUnderWay: Bool {
        handover.isUnderWay || rollouts.isUnderWay || !scalers.isEmpty || purchaser.isUnderWay || judge.isUnderWay
            || failovers.isUnderWay
    }

    /// Takes a gateway's report as it comes in: what it counts becomes rates.
    package mutating func receive(_ report: GatewayReport, now: Moment) {
        demand.receive(report, at: now)
        rollouts.receive(report)
    }

    package mutating func decide(_ inputs: ControlInputs, now: Moment) -> ControlDecision {
        var events: [FleetEvent] = []
        let opening = rollouts.open(inputs, events: &events)
        let fleet = opening.fleet
        demand.retain(fleet)
        var measured: [DemandHistory.Entry] = []
        var losses: [FailoverJudge.Loss] = []
        let verdicts = judge.judge(inputs, placement: placement, now: now, losses: &losses, events: &events)
        failovers.begin(losses, inputs, placement: placement, now: now, events: &events)
        let scaling = scale(inputs, verdicts, now: now, events: &events, measured: &measured)
        let hour = HourOfWeek.utc(secondsSince1970: inputs.secondsSince1970)
        let (placement, purchases) = purchaser.place(
            PlacementInputs(
                fleet: fleet, drained: inputs.drained, failed: verdicts.failed, wanted: scaling.mapValues(\.replicas),
                planned: fleet.planInForce.flatMap { PlannedReplicas($0, hourOfWeekUTC: hour) },
                shortage: NodeShortage(fleet, inputs.observation)), inputs.observation, now: now)
        events += purchases
        self.placement = placement
        let resting = Set(scaling.filter { $0.value.replicas == 0 }.keys)
        failovers.follow(inputs, placement, verdicts, resting: resting, now: now, events: &events)
        handover.update(fleet, placement, inputs.observation, resting: resting, rollouts: rollouts, now: now)
        let assigned = handover.extend(placement)
        let versions = rollouts.advance(
            opening, assigned: assigned, observation: inputs.observation, now: now, events: &events)
        return ControlDecision(
            fleet: fleet, placement: placement, assigned: assigned, handover: handover, scaling: scaling, measured: measured,
            rollouts: versions, events: events, failover: verdicts, finishedFailovers: failovers.finished)
    }

    /// Decides the size of every elastic workload.
    private mutating func scale(
        _ inputs: ControlInputs, _ verdicts: FailoverVerdicts, now: Moment, events: inout [FleetEvent],
        measured: inout [DemandHistory.Entry]
    ) -> [WorkloadName: ScalingDecision] {
        let elastic = inputs.fleet.workloads.filter(\.scaling.isElastic)
        let names = Set(elastic.map(\.name))
        scalers = scalers.filter { names.contains($0.key) }
        history.retain(Set(inputs.fleet.workloads.map(\.name)))
        let isSettling = inputs.fleet.planes.contains {
            inputs.observation.connection(of: $0.name, now: now) == .unknown
        }
        var decisions: [WorkloadName: ScalingDecision] = [:]
        for workload in elastic {
            var signals = WorkloadSignals(
                of: workload, fleet: inputs.fleet, lost: verdicts.silent, observation: inputs.observation, demand: demand,
                now: now)
            if isSettling || scalers[workload.name] == nil {
                signals.replicas = StartingCount.wanted(
                    of: workload, running: signals.replicas, in: inputs, failed: verdicts.failed)
            }
            // What planes run is not known yet: nothing may be concluded from it.
            if isSettling {
                let held = max(signals.replicas, workload.scaling.minReplicas)
                decisions[workload.name] = ScalingDecision(
                    replicas: held, because: "planes have yet to report", minReplicas: workload.scaling.minReplicas,
                    maxReplicas: workload.scaling.maxReplicas)
                continue
            }
            let rate = signals.arrivals.isComplete ? signals.arrivals.sum : nil
            let closed = history.observe(
                rate, of: workload.name, now: now, secondsSince1970: inputs.secondsSince1970)
            if let closed { measured.append(closed) }
            let forecast = workload.scaling.predictive.map {
                SeasonalForecast(history.series(of: workload.name), zone: $0.zone).forecast(
                    $0,
                    lead: LaunchLead.lead(
                        of: workload, declared: $0.leadTime, fleet: inputs.fleet, placement: placement,
                        observation: inputs.observation), ratePerReplica: workload.forecastRatePerReplica,
                    secondsSince1970: inputs.secondsSince1970)
            }
            let before = scalers[workload.name]?.last
            var scaler =
                scalers[workload.name] ?? WorkloadScaler(recalling: panics.removeValue(forKey: workload.name), now: now)
            let decision = scaler.decide(
                workload.scaling, signals, forecast: forecast, now: now, secondsSince1970: inputs.secondsSince1970)
            scalers[workload.name] = scaler
            decisions[workload.name] = decision
            events += decision.events(after: before, of: workload.name)
        }
        return decisions
    }
}
