package import FleetModel

/// The loop's one decision core, in production and in the simulator: from what is declared and what was observed to what should
/// run where.
///
/// ``decide(_:now:)`` is a function of this value and its inputs: it reads no clock and draws no number, so that a recorded log
/// of inputs gives the same decisions wherever it is played.
package struct FleetController: Sendable {
    private var demand = DemandMeter()
    private var scalers: [WorkloadName: WorkloadScaler] = [:]
    private var handover = Handover()
    private var judge = FailoverJudge()
    private var failovers = WorkloadFailovers()
    /// What was decided last; nil before the first decision.
    private var placement: PlacementDecision?

    package init() {}

    /// True while something waits for its successor: a decision is due again within a second or so, whatever is heard.
    package var isUnderWay: Bool {
        handover.isUnderWay || !scalers.isEmpty || judge.isUnderWay || failovers.isUnderWay
    }

    /// Takes a gateway's report as it comes in: what it counts becomes rates.
    package mutating func receive(_ report: GatewayReport, now: Moment) { demand.receive(report, at: now) }

    package mutating func decide(_ inputs: ControlInputs, now: Moment) -> ControlDecision {
        let fleet = inputs.fleet
        demand.retain(fleet)
        var events: [FleetEvent] = []
        var losses: [FailoverJudge.Loss] = []
        let verdicts = judge.judge(inputs, placement: placement, now: now, losses: &losses, events: &events)
        failovers.begin(losses, inputs, now: now, events: &events)
        let scaling = scale(inputs, verdicts, now: now, events: &events)
        let hour = HourOfWeek.utc(secondsSince1970: inputs.secondsSince1970)
        let placement = Placement.decide(
            PlacementInputs(
                fleet: fleet, drained: inputs.drained, failed: verdicts.failed, wanted: scaling.mapValues(\.replicas),
                planned: fleet.planInForce.flatMap { PlannedReplicas($0, hourOfWeekUTC: hour) }))
        self.placement = placement
        failovers.follow(inputs, placement, verdicts, now: now, events: &events)
        let resting = scaling.filter { $0.value.replicas == 0 }.keys
        handover.update(fleet, placement, inputs.observation, resting: Set(resting), now: now)
        return ControlDecision(
            placement: placement, assigned: handover.extend(placement), handover: handover, scaling: scaling, events: events,
            failover: verdicts)
    }

    /// Decides the size of every elastic workload.
    private mutating func scale(
        _ inputs: ControlInputs, _ verdicts: FailoverVerdicts, now: Moment, events: inout [FleetEvent]
    ) -> [WorkloadName: ScalingDecision] {
        let elastic = inputs.fleet.workloads.filter(\.scaling.isElastic)
        let names = Set(elastic.map(\.name))
        scalers = scalers.filter { names.contains($0.key) }
        let isSettling = inputs.fleet.planes.contains {
            inputs.observation.connection(of: $0.name, now: now) == .unknown
        }
        var decisions: [WorkloadName: ScalingDecision] = [:]
        for workload in elastic {
            let signals = WorkloadSignals(
                of: workload, fleet: inputs.fleet, lost: verdicts.silent, observation: inputs.observation, demand: demand,
                now: now)
            // What planes run is not known yet: nothing may be concluded from it.
            if isSettling {
                let held = max(signals.replicas, workload.scaling.minReplicas)
                decisions[workload.name] = ScalingDecision(replicas: held, because: "planes have yet to report")
                continue
            }
            let before = scalers[workload.name]?.current
            let decision = scalers[workload.name, default: WorkloadScaler()].decide(
                workload.scaling, signals, now: now, secondsSince1970: inputs.secondsSince1970)
            decisions[workload.name] = decision
            if let before, before != decision.replicas {
                events.append(
                    FleetEvent(
                        subject: ResourceKey(kind: .workload, name: workload.name.rawValue),
                        reason: decision.replicas > before ? "ScaledUp" : "ScaledDown",
                        message: "from \(before) to \(decision.replicas) replicas: \(decision.because)"))
            }
        }
        return decisions
    }
}
