package import FleetModel

/// Decides from which pools replicas are bought, from what is wanted, what is declared and what became of what was bought before.
///
/// It judges; ``Placement`` places. What it remembers follows from what planes report: after a restart it begins from what they
/// run, gives nothing up before they were heard, and goes on from what was kept of reclaims and refusals (``ControllerMemory``).
package struct Purchaser: Sendable {
    private(set) var buyers: [WorkloadName: WorkloadBuyer] = [:]
    /// Which budget keeps a workload from something it wants.
    private(set) var budgetsReached: [WorkloadName: BudgetName] = [:]

    package init() {}

    /// What is to be kept for the process after this one.
    func memory(now: Moment) -> [ControllerMemory.Buying] {
        buyers.sorted { $0.key < $1.key }.compactMap { $1.kept(as: $0, now: now) }
    }

    /// Goes on from what was kept, before the first decision.
    mutating func recall(_ kept: [ControllerMemory.Buying], away: Duration, now: Moment) {
        for buying in kept { buyers[buying.workload] = WorkloadBuyer(recalling: buying, away: away, now: now) }
    }

    /// True while something is bought that may change without anything being declared.
    package var isUnderWay: Bool { buyers.values.contains { $0.isUnderWay } }

    /// Decides a placement.
    ///
    /// - Returns: what happened by it, beside the placement.
    package mutating func place(
        _ inputs: PlacementInputs, _ observation: FleetObservation, now: Moment
    ) -> (placement: PlacementDecision, events: [FleetEvent]) {
        let fleet = inputs.fleet
        let reports = Dictionary(
            observation.reports(now: now).map { ($0.report.plane, PlaneHeard(report: $0.report, age: $0.age)) },
            uniquingKeysWith: { first, _ in first })
        let isSettling = fleet.planes.contains { observation.connection(of: $0.name, now: now) == .unknown }
        let before = budgetsReached
        // What rests keeps what was learnt for it.
        let known = fleet.workloads.filter { inputs.wanted[$0.name] != nil || Self.isBought($0, inputs) }
        let names = Set(known.map(\.name))
        buyers = buyers.filter { names.contains($0.key) }
        for workload in known {
            buyers[workload.name, default: WorkloadBuyer()].look(workload, fleet, reports, isSettling: isSettling, now: now)
        }
        budgetsReached = [:]
        let placement = Placement.decide(inputs, purchaser: &self)
        var events: [FleetEvent] = []
        for workload in fleet.workloads {
            buyers[workload.name]?.note(placement.placement(of: workload.name))
            events += buyers[workload.name]?.events ?? []
            if let budget = budgetsReached[workload.name], budget != before[workload.name] {
                let missing = placement.placement(of: workload.name)?.shortfalls.joined(separator: "; ") ?? ""
                events.append(
                    FleetEvent(
                        subject: ResourceKey(kind: .workload, name: workload.name.rawValue), severity: .warning,
                        reason: "BudgetReached", message: missing))
            }
        }
        return (placement, events)
    }

    /// Whether a workload's replicas are bought one way or the other: what scales by its load or declares a policy, and what a
    /// plan covers, which may need a stand-in.
    static func isBought(_ workload: Workload, _ inputs: PlacementInputs) -> Bool {
        if let wanted = inputs.wanted[workload.name] { return wanted > 0 }
        return workload.purchase.spotPolicy != nil || inputs.planned?.targets[workload.name] != nil
    }

    /// Lends out what is remembered of a workload.
    mutating func withBuyer<Result>(_ workload: WorkloadName, _ body: (inout WorkloadBuyer) -> Result) -> Result {
        var buyer = buyers.removeValue(forKey: workload) ?? WorkloadBuyer()
        defer { buyers[workload] = buyer }
        return body(&buyer)
    }

    mutating func note(budget: BudgetName?, of workload: WorkloadName) { budgetsReached[workload] = budget }
}
