import FleetControl
import FleetModel

/// What the loop decided and what came of it, as metrics. Every label is a name of the declared fleet or of a fixed set.
struct DecisionMetrics {
    let decided: ControlDecision
    let drained: Set<PlaneName>
    let observation: FleetObservation
    let counts: LoopCounts
    let now: Moment

    var families: [MetricFamily] {
        replicas + scaling + nodes + money + rollouts + failover + loop
    }

    private var fleet: Fleet { decided.fleet }

    // MARK: Replicas

    private var replicas: [MetricFamily] {
        var wanted = MetricFamily(
            .gauge, "tradewind_control_replicas_wanted", "Replicas a workload should have, by its scaling or its declared demand."
        )
        var placed = MetricFamily(
            .gauge, "tradewind_control_replicas_placed", "Replicas that have a place; more than wanted where some stand by.")
        var ready = MetricFamily(.gauge, "tradewind_control_replicas_ready", "Ready replicas on planes that report.")
        for workload in fleet.workloads {
            let name = workload.name.rawValue
            let placement = decided.placement.placement(of: workload.name)
            wanted.add(decided.scaling[workload.name]?.replicas ?? placement?.replicas ?? 0, ["workload": name])
            placed.add(placement?.replicas ?? 0, ["workload": name])
            for plane in fleet.planes {
                let own = heard(plane.name)?.replicas.filter { $0.id.workload == workload.name } ?? []
                let isPlaced = placement?.planes.contains(plane.name) ?? false
                guard isPlaced || !own.isEmpty else { continue }
                ready.add(own.count { $0.state == .ready }, ["workload": name, "plane": plane.name.rawValue])
            }
        }
        return [wanted, placed, ready]
    }

    private func heard(_ plane: PlaneName) -> PlaneReport? {
        observation.connection(of: plane, now: now) == .connected ? observation.report(of: plane) : nil
    }

    // MARK: Scaling

    private var scaling: [MetricFamily] {
        var decidedBy = MetricFamily(
            .gauge, "tradewind_control_scaling_decided_by", "1 for the policy whose wish counted, 0 for the others.")
        var wishes = MetricFamily(
            .gauge, "tradewind_control_scaling_wished_replicas", "Replicas each policy wishes, where it has a wish.")
        var limits = MetricFamily(.gauge, "tradewind_control_scaling_replicas_limit", "Bounds in force.")
        var held = MetricFamily(
            .gauge, "tradewind_control_scaling_held", "1 while something keeps a workload from the size its policies wish.")
        var missing = MetricFamily(
            .gauge, "tradewind_control_scaling_metric_missing",
            "1 while not everybody tells a metric the workload scales by: nothing is taken away.")
        var changes = MetricFamily(.counter, "tradewind_control_scalings_total", "Changes of the number of replicas.")
        for (workload, decision) in decided.scaling.sorted(by: { $0.key < $1.key }) {
            let name = workload.rawValue
            for policy in Set(decision.wishes.map(\.policy) + [decision.decidedBy].compactMap(\.self)).sorted() {
                decidedBy.add(decision.decidedBy == policy ? 1 : 0, ["workload": name, "policy": policy])
            }
            var told: Set<String> = []
            for wish in decision.wishes {
                guard let replicas = wish.replicas, told.insert(wish.policy).inserted else { continue }
                wishes.add(replicas, ["workload": name, "policy": wish.policy])
            }
            limits.add(decision.minReplicas, ["workload": name, "limit": "min"])
            limits.add(decision.maxReplicas, ["workload": name, "limit": "max"])
            for hold in ScalingDecision.Hold.allCases {
                held.add(decision.holds.contains(hold) ? 1 : 0, ["workload": name, "reason": hold.rawValue])
            }
            let policy = fleet.workloads.first { $0.name == workload }?.scaling
            for metric in ScalingMetric.allCases where policy?.uses(metric) == true {
                let isMissing = decision.missingMetrics.contains(metric.rawValue)
                missing.add(isMissing ? 1 : 0, ["workload": name, "metric": metric.rawValue])
            }
            for direction in LoopCounts.Direction.allCases {
                changes.add(
                    counts.scalings[workload]?[direction] ?? 0, ["workload": name, "direction": direction.rawValue])
            }
        }
        return [decidedBy, wishes, limits, held, missing, changes]
    }

    // MARK: Nodes

    private var nodes: [MetricFamily] {
        var nodes = MetricFamily(.gauge, "tradewind_control_nodes", "Nodes by state, of planes that start and stop theirs.")
        var launches = MetricFamily(
            .counter, "tradewind_control_node_launches_total", "Nodes that were asked for and came, since the plane's start.")
        var refusals = MetricFamily(
            .counter, "tradewind_control_node_refusals_total", "Nodes that were asked for and refused, since the plane's start.")
        var reclaims = MetricFamily(
            .counter, "tradewind_control_node_reclaims_total", "Nodes their provider took back, since the plane's start.")
        var releases = MetricFamily(
            .counter, "tradewind_control_node_releases_total", "Nodes given back, since the plane's start.")
        for plane in fleet.planes {
            guard let report = observation.report(of: plane.name) else { continue }
            for pool in plane.pools {
                let (place, name, tier) = (plane.name.rawValue, pool.name.rawValue, pool.tier.rawValue)
                if let own = heard(plane.name)?.nodes?.filter({ $0.pool == pool.name }) {
                    for state in NodeReport.State.allCases {
                        let labels: KeyValuePairs = ["plane": place, "pool": name, "tier": tier, "state": state.rawValue]
                        nodes.add(own.count { $0.state == state }, labels)
                    }
                }
                guard let history = report.history?.first(where: { $0.pool == pool.name }) else { continue }
                let labels: KeyValuePairs = ["plane": place, "pool": name, "tier": tier]
                launches.add(history.launched, labels)
                refusals.add(history.refused, labels)
                reclaims.add(history.reclaimed, labels)
                releases.add(history.released ?? 0, labels)
            }
        }
        return [nodes, launches, refusals, reclaims, releases]
    }

    // MARK: Money

    /// Of what planes are told to run: what is handed over counts twice until it is.
    private var money: [MetricFamily] {
        let cost = RunningCost(of: decided.assigned, fleet: fleet)
        var spend = MetricFamily(
            .gauge, "tradewind_control_spend_usd_per_hour",
            "What replicas cost in an hour, each at its share of its node's price, where that is known.")
        var unpriced = MetricFamily(
            .gauge, "tradewind_control_replicas_unpriced", "Replicas whose price is not known: counted in no sum.")
        var ceilings = MetricFamily(.gauge, "tradewind_control_budget_ceiling_usd_per_hour", "Ceilings of budgets.")
        var spent = MetricFamily(
            .gauge, "tradewind_control_budget_spend_usd_per_hour", "What the workloads of each budget cost in an hour.")
        for provider in Set(fleet.planes.map(\.provider)).sorted() {
            for tier in CapacityPool.Tier.allCases {
                let lines = cost.lines.filter { $0.provider == provider && $0.tier == tier }
                let labels: KeyValuePairs = ["provider": provider.rawValue, "tier": tier.rawValue]
                spend.add(lines.reduce(0) { $0 + $1.usdPerHour }, labels)
                unpriced.add(lines.reduce(0) { $0 + $1.unpriced }, labels)
            }
        }
        for budget in fleet.budgets {
            ceilings.add(budget.ceiling.value, ["budget": budget.name.rawValue])
            spent.add(cost.usdPerHour(under: budget), ["budget": budget.name.rawValue])
        }
        return [spend, unpriced, ceilings, spent]
    }

    // MARK: Rollouts

    private static let phases = ["none", "advancing", "paused", "rolling-back", "rolled-back"]

    private var rollouts: [MetricFamily] {
        var phases = MetricFamily(.gauge, "tradewind_control_rollout_phase", "1 for the phase of a workload's rollout.")
        var weights = MetricFamily(
            .gauge, "tradewind_control_rollout_weight_ratio", "Share of requests a version is given, where weights decide.")
        var ready = MetricFamily(
            .gauge, "tradewind_control_rollout_replicas_ready", "Ready replicas of each version while two serve.")
        for workload in fleet.workloads {
            let rollout = decided.rollouts[workload.name]
            phases.add(state: Self.phase(rollout), of: Self.phases, ["workload": workload.name.rawValue])
            guard let status = rollout?.versions?.status else { continue }
            for (name, version) in [("stable", status.stable), ("target", status.target)] {
                let labels: KeyValuePairs = ["workload": workload.name.rawValue, "version": name]
                if let weight = version.weight { weights.add(weight, labels) }
                ready.add(version.ready, labels)
            }
        }
        return [phases, weights, ready]
    }

    private static func phase(_ rollout: RolloutDecision?) -> String {
        guard let progress = rollout?.history.record.progress else { return "none" }
        return switch progress.phase {
        case .advancing: progress.isPaused ? "paused" : "advancing"
        case .rollingBack: "rolling-back"
        case .rolledBack: "rolled-back"
        }
    }

    // MARK: Failover

    private var failover: [MetricFamily] {
        var states = MetricFamily(.gauge, "tradewind_control_plane_state", "1 for where a plane stands with the fleet.")
        var failures = MetricFamily(
            .counter, "tradewind_control_plane_failures_total", "Times a majority of observers had lost a plane.")
        var failovers = MetricFamily(
            .counter, "tradewind_control_failovers_total",
            "Losses a workload got over, within the promised recovery time or beyond it.")
        var durations = MetricFamily(
            .histogram, "tradewind_control_failover_duration_seconds",
            "From the loss of a plane until what a workload should have was ready elsewhere.")
        for plane in fleet.planes {
            let verdicts = decided.failover
            let state =
                verdicts.failed[plane.name] != nil
                ? "failed"
                : verdicts.returning.contains(plane.name) ? "returning" : drained.contains(plane.name) ? "drained" : "serving"
            states.add(state: state, of: ["serving", "failed", "returning", "drained"], ["plane": plane.name.rawValue])
            failures.add(counts.planeFailures[plane.name] ?? 0, ["plane": plane.name.rawValue])
        }
        for workload in fleet.workloads {
            let own = counts.failovers[workload.name] ?? LoopCounts.Failovers()
            failovers.add(own.within, ["workload": workload.name.rawValue, "outcome": "within_promise"])
            failovers.add(own.beyond, ["workload": workload.name.rawValue, "outcome": "beyond_promise"])
            durations.add(own.duration, ["workload": workload.name.rawValue])
        }
        return [states, failures, failovers, durations]
    }

    // MARK: The loop

    private var loop: [MetricFamily] {
        var events = MetricFamily(.counter, "tradewind_control_events_total", "Events by what they are of and their reason.")
        for (key, count) in counts.events.sorted(by: { $0.key < $1.key }) {
            events.add(count, ["kind": key.kind.rawValue, "reason": key.reason])
        }
        var passes = MetricFamily(
            .histogram, "tradewind_control_reconciliation_duration_seconds",
            "How long a pass of the loop takes, from reading the store to having stored what came of it.")
        passes.add(counts.passes)
        return [events, passes]
    }
}
