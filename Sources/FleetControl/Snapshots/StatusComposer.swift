package import FleetModel

/// Composes every resource's status from what is declared, decided and observed.
package struct StatusComposer: Sendable {
    private typealias Condition = ResourceStatus.Condition

    private let fleet: Fleet
    private let prices: PricedFleet?
    private let decision: PlacementDecision
    private let handover: Handover
    private let scaling: [WorkloadName: ScalingDecision]
    private let failover: FailoverVerdicts
    private let observation: FleetObservation
    private let drained: Set<PlaneName>
    private let rollouts: [WorkloadName: RolloutDecision]
    private let assignments: [PlaneName: SnapshotVersion]
    private let snapshots: [GatewayName: SnapshotVersion]
    private let now: Moment
    private let cost: RunningCost

    /// - Parameters:
    ///   - prices: where its prices come from; nil where all are as declared.
    ///   - assignments: the version each plane should act on.
    ///   - snapshots: the version each gateway should route by.
    package init(
        fleet: Fleet, prices: PricedFleet? = nil, decision: PlacementDecision, handover: Handover,
        scaling: [WorkloadName: ScalingDecision] = [:],
        failover: FailoverVerdicts = FailoverVerdicts(), observation: FleetObservation, drained: Set<PlaneName>,
        rollouts: [WorkloadName: RolloutDecision] = [:], assignments: [PlaneName: SnapshotVersion],
        snapshots: [GatewayName: SnapshotVersion], now: Moment
    ) {
        self.fleet = fleet
        self.prices = prices
        self.decision = decision
        self.handover = handover
        self.scaling = scaling
        self.failover = failover
        self.observation = observation
        self.drained = drained
        self.rollouts = rollouts
        self.assignments = assignments
        self.snapshots = snapshots
        self.now = now
        cost = RunningCost(of: decision, fleet: fleet)
    }

    /// One status per declared resource, without times: ``ResourceStatus/following(_:generation:time:)`` adds them.
    package var statuses: [ResourceKey: ResourceStatus] {
        var statuses: [ResourceKey: ResourceStatus] = [:]
        for resource in fleet.resources { statuses[resource.key] = status(of: resource) }
        return statuses
    }

    private func status(of resource: Resource) -> ResourceStatus {
        switch resource {
        case .workload(let workload): status(of: workload)
        case .workloadPlane(let plane): status(of: plane)
        case .gateway(let gateway): status(of: gateway)
        case .provider, .compliancePolicy, .route:
            ResourceStatus(conditions: [
                Condition(type: "Accepted", status: .yes, reason: "InForce", message: "every plane and gateway is told by it")
            ])
        case .budget(let budget):
            ResourceStatus(conditions: [
                Condition(
                    type: "Accepted", status: .yes, reason: "InForce", message: "every plan and what the loop adds keeps to it"),
                kept(budget),
            ])
        case .placementPlan(let plan): ResourceStatus(conditions: conditions(of: plan))
        case .tenant(let tenant):
            ResourceStatus(conditions: [
                Condition(
                    type: "Accepted", status: .yes, reason: "InForce",
                    message: "every gateway is told of its \(tenant.apiKeys.count) keys and of its limits")
            ])
        }
    }

    // MARK: Plans

    private func conditions(of plan: PlacementPlan) -> [ResourceStatus.Condition] {
        guard plan.name == PlacementPlan.nameInForce else {
            return [
                Condition(
                    type: "Accepted", status: .yes, reason: "Kept",
                    message: "it is kept and does nothing; the plan named \(PlacementPlan.nameInForce) is carried out")
            ]
        }
        let accepted = Condition(type: "Accepted", status: .yes, reason: "InForce", message: "it is carried out")
        let covered = decision.workloads.compactMap { placement in placement.plan.map { (placement.workload, $0) } }
        guard let block = covered.first?.1.block else {
            return [
                accepted,
                Condition(
                    type: "CarriedOut", status: .no, reason: "NothingCovered", message: "it names no workload of the fleet"),
            ]
        }
        let (wanted, placed) = covered.reduce((0, 0)) { ($0.0 + $1.1.wanted, $0.1 + $1.1.placed) }
        let deviations = covered.flatMap { workload, plan in plan.deviations.map { "\(workload): \($0)" } }
        return [
            accepted,
            Condition(
                type: "CarriedOut", status: deviations.isEmpty ? .yes : .no,
                reason: deviations.isEmpty ? "AsPlanned" : "Deviates",
                message: (["block \(block): \(placed) of \(wanted) replicas are placed as planned"] + deviations)
                    .joined(separator: "; ")),
        ]
    }

    private func planned(_ plan: PlacementDecision.PlanFidelity) -> ResourceStatus.Condition {
        Condition(
            type: "Planned", status: plan.deviations.isEmpty ? .yes : .no,
            reason: plan.deviations.isEmpty ? "AsPlanned" : "Deviates",
            message: (["\(plan.placed) of \(plan.wanted) replicas as plan \(plan.plan) wants in block \(plan.block)"]
                + plan.deviations)
                .joined(separator: "; "))
    }

    // MARK: Cost

    /// What a workload costs; nil where it runs nothing, or nothing says what anything costs.
    private func priced(_ workload: WorkloadName) -> ResourceStatus.Condition? {
        let lines = cost.lines(of: workload)
        guard lines.contains(where: { $0.unpriced < $0.replicas }) || fleet.budgets.contains(where: { $0.covers(workload) }),
            !lines.isEmpty
        else { return nil }
        let isKnown = lines.allSatisfy { $0.unpriced == 0 }
        return Condition(
            type: "Priced", status: isKnown ? .yes : .unknown, reason: isKnown ? "PricesKnown" : "PriceUnknown",
            message: cost.text(of: workload))
    }

    private func kept(_ budget: Budget) -> ResourceStatus.Condition {
        let spent = cost.usdPerHour(under: budget)
        let isKept = spent <= budget.ceiling.value * (1 + 1e-9)
        return Condition(
            type: "Kept", status: isKept ? .yes : .no, reason: isKept ? "WithinCeiling" : "PlanIsDearer",
            message: "what it counts costs \(USDPerHour((spent * 1e4).rounded() / 1e4).text) of \(budget.ceiling.text)")
    }

    // MARK: Workloads

    private func status(of workload: Workload) -> ResourceStatus {
        let placement = decision.placement(of: workload.name)
        let wanted = placement?.replicas ?? 0
        let ready = readyReplicas(of: workload.name)
        let count = ready.reduce(0) { $0 + $1.count }
        return ResourceStatus(
            conditions: [
                placed(placement, wanted: wanted), available(workload.name, wanted: wanted, ready: ready),
            ] + (placement?.plan.map { [planned($0)] } ?? []) + (scaling[workload.name].map { [$0.condition] } ?? [])
                + (priced(workload.name).map { [$0] } ?? []) + (rollouts[workload.name]?.conditions ?? []),
            replicas: ResourceStatus.Replicas(wanted: wanted, ready: count), planes: placement?.planes ?? [])
    }

    private func placed(_ placement: PlacementDecision.WorkloadPlacement?, wanted: Int) -> ResourceStatus.Condition {
        let shortfalls = placement?.shortfalls ?? []
        if shortfalls.isEmpty {
            let places = (placement?.planes ?? []).map(\.rawValue).joined(separator: ", ")
            return Condition(
                type: "Placed", status: .yes, reason: "AllPlaced",
                message: "\(wanted) replicas on \(places.isEmpty ? "no plane" : places)")
        }
        return Condition(
            type: "Placed", status: .no, reason: wanted == 0 ? "Unplaced" : "PartlyPlaced",
            message: shortfalls.joined(separator: "; "))
    }

    private func available(
        _ workload: WorkloadName, wanted: Int, ready: [(plane: PlaneName, count: Int)]
    ) -> ResourceStatus.Condition {
        let count = ready.reduce(0) { $0 + $1.count }
        if count > 0 {
            let places = ready.map(\.plane.rawValue).joined(separator: ", ")
            return Condition(
                type: "Available", status: .yes, reason: "ReplicasReady",
                message: "\(count) of \(wanted) replicas ready on \(places)")
        }
        if fleet.planes.contains(where: { observation.connection(of: $0.name, now: now) == .unknown }) {
            return Condition(
                type: "Available", status: .unknown, reason: ResourceStatus.awaitingReports,
                message: "the planes have not reported yet")
        }
        let refusals = fleet.planes.compactMap { observation.report(of: $0.name) }.flatMap { report in
            report.refusals.filter { $0.workload == workload }.map { "plane \(report.plane): \($0.reason)" }
        }
        return Condition(
            type: "Available", status: .no, reason: refusals.isEmpty ? "NoReadyReplica" : "RefusedByPlane",
            message: refusals.isEmpty ? "none of \(wanted) wanted replicas is ready" : refusals.joined(separator: "; "))
    }

    /// Ready replicas on planes that still report, by plane.
    private func readyReplicas(of workload: WorkloadName) -> [(plane: PlaneName, count: Int)] {
        fleet.planes.compactMap { plane in
            guard observation.connection(of: plane.name, now: now) == .connected else { return nil }
            let count = (observation.report(of: plane.name)?.replicas ?? []).count {
                $0.id.workload == workload && $0.state == .ready
            }
            return count == 0 ? nil : (plane.name, count)
        }
    }

    // MARK: Planes

    private func status(of plane: WorkloadPlane) -> ResourceStatus {
        let report = observation.report(of: plane.name)
        let connection = observation.connection(of: plane.name, now: now)
        let assigned = handover.extend(decision)
        let wanted = assigned.workloads.reduce(0) { sum, workload in
            let count = assigned.placements(of: workload.workload, on: plane.name).reduce(0) { $0 + $1.count }
            return sum + (plane.driver == .local ? count : min(1, count))
        }
        let ready = (report?.replicas ?? []).count { $0.state == .ready }
        return ResourceStatus(
            conditions: [
                connected(connection, what: "plane \(plane.name)", command: "tradewind plane \(plane.name)"),
                self.ready(plane.name, report: report, connection: connection, wanted: wanted, ready: ready),
                drainedCondition(plane.name),
            ] + failedCondition(plane.name) + (prices?.conditions(of: plane.name) ?? [])
                + (connection == .connected ? PoolStatus(plane, report).conditions : []),
            replicas: ResourceStatus.Replicas(wanted: wanted, ready: ready), address: report?.feedAddress)
    }

    /// Told only of planes that are failed or on their way back.
    private func failedCondition(_ plane: PlaneName) -> [ResourceStatus.Condition] {
        if let because = failover.failed[plane] {
            return [Condition(type: "Failed", status: .yes, reason: "LostByObservers", message: because)]
        }
        guard failover.returning.contains(plane) else { return [] }
        return [
            Condition(
                type: "Failed", status: .no, reason: "Returning",
                message: "it is given work; requests come once its replicas are ready")
        ]
    }

    private func drainedCondition(_ plane: PlaneName) -> ResourceStatus.Condition {
        guard drained.contains(plane) else {
            return Condition(type: "Drained", status: .no, reason: "InService", message: "takes replicas and requests")
        }
        let waiting = handover.kept.filter { $0.plane == plane }.map(\.workload.rawValue)
        guard waiting.isEmpty else {
            return Condition(
                type: "Drained", status: .no, reason: "HandingOver",
                message:
                    "serves \(waiting.joined(separator: ", ")) until that is ready elsewhere, at most \(Handover.patience.text)")
        }
        return Condition(type: "Drained", status: .yes, reason: "DrainRequested", message: "gets no replica and no new request")
    }

    private func ready(
        _ plane: PlaneName, report: PlaneReport?, connection: FleetObservation.Connection, wanted: Int, ready: Int
    ) -> ResourceStatus.Condition {
        guard connection == .connected, let report else {
            return notReporting(connection)
        }
        if let refusal = report.refusals.first {
            return Condition(
                type: "Ready", status: .no, reason: "Refuses", message: "workload \(refusal.workload): \(refusal.reason)")
        }
        if report.assignment != assignments[plane] {
            return Condition(
                type: "Ready", status: .no, reason: "AssignmentPending",
                message: "acts on an older assignment; the newest is \(assignments[plane]?.description ?? "not written yet")")
        }
        return Condition(
            type: "Ready", status: ready >= wanted ? .yes : .no, reason: ready >= wanted ? "ReplicasReady" : "ReplicasStarting",
            message: "\(ready) of \(wanted) replicas ready")
    }

    // MARK: Gateways

    private func status(of gateway: Gateway) -> ResourceStatus {
        let report = observation.report(of: gateway.name)
        let connection = observation.connection(of: gateway.name, now: now)
        return ResourceStatus(
            conditions: [
                connected(connection, what: "gateway \(gateway.name)", command: "tradewind gateway \(gateway.name)"),
                ready(gateway.name, report: report, connection: connection),
            ],
            address: report?.address, snapshot: report?.snapshot?.description)
    }

    private func ready(
        _ gateway: GatewayName, report: GatewayReport?, connection: FleetObservation.Connection
    ) -> ResourceStatus.Condition {
        guard connection == .connected, let report else {
            return notReporting(connection)
        }
        guard report.isReady else {
            return Condition(
                type: "Ready", status: .no, reason: "AwaitingReplicas",
                message: "waits for a ready replica of every workload it may route")
        }
        let isCurrent = report.snapshot == snapshots[gateway]
        return Condition(
            type: "Ready", status: .yes, reason: isCurrent ? "Current" : "SnapshotPending",
            message: isCurrent ? "routes by the newest snapshot" : "routes by an older snapshot until it has the newest")
    }

    private func notReporting(_ connection: FleetObservation.Connection) -> ResourceStatus.Condition {
        Condition(
            type: "Ready", status: .unknown,
            reason: connection == .unknown ? ResourceStatus.awaitingReports : "NotConnected",
            message: "not known while it does not report")
    }

    private func connected(
        _ connection: FleetObservation.Connection, what: String, command: String
    ) -> ResourceStatus.Condition {
        switch connection {
        case .connected: Condition(type: "Connected", status: .yes, reason: "Reporting", message: "\(what) reports")
        case .lost:
            Condition(
                type: "Connected", status: .no, reason: "Silent",
                message: "no report for \(FleetObservation.silence.text); it serves on by its own disk if it runs")
        case .absent:
            Condition(
                type: "Connected", status: .no, reason: "NeverConnected", message: "never reported; start it with: \(command)")
        case .unknown:
            Condition(
                type: "Connected", status: .unknown, reason: ResourceStatus.awaitingReports,
                message: "the control plane started just now and waits for its report")
        }
    }
}
