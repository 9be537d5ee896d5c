package import FleetModel

/// Follows each workload that lost replicas with a plane until what it should have is ready elsewhere, and measures how long that
/// took.
///
/// Gateways turn to other planes on their own as soon as they see replicas fail; what is measured here is the capacity.
package struct WorkloadFailovers: Equatable, Sendable {
    private struct Failover: Equatable {
        var since: Moment
        var planes: [PlaneName]
        /// What it lacked already when the first of them was lost.
        var lacking: Double
        var isOverdue = false
    }

    /// A workload that got over a loss.
    package struct Finished: Equatable, Sendable {
        package var workload: WorkloadName
        /// From the loss until what it should have was ready elsewhere.
        package var duration: Duration
        /// What its users were promised.
        package var promise: Duration

        package var isWithinPromise: Bool { duration <= promise }
    }

    private var underWay: [WorkloadName: Failover] = [:]
    /// What the newest look found finished.
    package private(set) var finished: [Finished] = []

    package init() {}

    package var isUnderWay: Bool { !underWay.isEmpty }

    /// What is to be kept for the process after this one.
    func memory(now: Moment) -> [ControllerMemory.Failover] {
        underWay.sorted { $0.key < $1.key }.map { workload, failover in
            ControllerMemory.Failover(
                workload: workload, secondsAgo: now.since(failover.since).inSeconds, planes: failover.planes,
                lacking: failover.lacking, isOverdue: failover.isOverdue)
        }
    }

    /// Goes on from what was kept.
    mutating func recall(_ kept: [ControllerMemory.Failover], away: Duration, now: Moment) {
        for failover in kept {
            underWay[failover.workload] = Failover(
                since: now.ago(failover.secondsAgo, and: away), planes: failover.planes,
                lacking: failover.lacking.isFinite ? max(0, failover.lacking) : 0, isOverdue: failover.isOverdue)
        }
    }

    /// Takes note of what planes that were failed just now took with them.
    ///
    /// - Parameter placement: what the fleet decided last, before the loss.
    package mutating func begin(
        _ losses: [FailoverJudge.Loss], _ inputs: ControlInputs, placement: PlacementDecision?, now: Moment,
        events: inout [FleetEvent]
    ) {
        for loss in losses {
            let replicas = inputs.observation.report(of: loss.plane)?.replicas ?? []
            for workload in inputs.fleet.workloads {
                let lost = replicas.count {
                    $0.id.workload == workload.name && $0.state != .gone && $0.state != .draining && $0.state != .backingOff
                }
                guard lost > 0 else { continue }
                var failover =
                    underWay[workload.name]
                    ?? Failover(
                        since: loss.since, planes: [], lacking: placement?.placement(of: workload.name)?.unplaced ?? 0)
                failover.planes.append(loss.plane)
                underWay[workload.name] = failover
                events.append(
                    event(
                        workload.name, .warning, "FailoverStarted",
                        "\(FailoverWords.replicas(lost)) lost with plane \(loss.plane), "
                            + "since \(FailoverWords.seconds(now.since(loss.since)))"
                    ))
            }
        }
    }

    /// Looks who has what it should have.
    ///
    /// - Parameter resting: workloads of which nothing is wanted any more.
    package mutating func follow(
        _ inputs: ControlInputs, _ placement: PlacementDecision, _ verdicts: FailoverVerdicts, resting: Set<WorkloadName>,
        now: Moment, events: inout [FleetEvent]
    ) {
        finished = []
        for workload in inputs.fleet.workloads {
            guard var failover = underWay[workload.name] else { continue }
            let elapsed = now.since(failover.since)
            let promise = workload.recovery.rto
            let verdict = elapsed <= promise ? "within the promised \(promise.text)" : "beyond the promised \(promise.text)"
            let lost = failover.planes.map(\.rawValue).joined(separator: ", ")
            if resting.contains(workload.name) {
                underWay[workload.name] = nil
                events.append(
                    event(
                        workload.name, .normal, "FailoverCompleted",
                        "no replica is wanted any more, \(FailoverWords.seconds(elapsed)) after \(lost) was lost"))
            } else if Self.isReady(workload, failover, inputs, placement, verdicts, now: now) {
                underWay[workload.name] = nil
                finished.append(Finished(workload: workload.name, duration: elapsed, promise: promise))
                let placed = placement.placement(of: workload.name)
                let planes = (placed?.planes ?? []).map(\.rawValue).joined(separator: ", ")
                events.append(
                    event(
                        workload.name, elapsed <= promise ? .normal : .warning, "FailoverCompleted",
                        "\(FailoverWords.replicas(placed?.replicas ?? 0)) ready on \(planes), "
                            + "\(FailoverWords.seconds(elapsed)) after \(lost) was lost, \(verdict)"))
            } else if !failover.isOverdue, elapsed > promise {
                failover.isOverdue = true
                underWay[workload.name] = failover
                let why = placement.placement(of: workload.name)?.shortfalls ?? []
                events.append(
                    event(
                        workload.name, .warning, "RecoveryOverdue",
                        (["not all its replicas are back after the promised \(promise.text)"] + why).joined(separator: "; ")))
            }
        }
        let names = Set(inputs.fleet.workloads.map(\.name))
        underWay = underWay.filter { names.contains($0.key) }
    }

    private func event(
        _ workload: WorkloadName, _ severity: FleetEvent.Severity, _ reason: String, _ message: String
    ) -> FleetEvent {
        FleetEvent(
            subject: ResourceKey(kind: .workload, name: workload.rawValue), severity: severity, reason: reason, message: message)
    }

    /// Everything placed is ready on planes that are heard, and no more lacks a place than before the loss. A workload that is
    /// placed nowhere never is.
    private static func isReady(
        _ workload: Workload, _ failover: Failover, _ inputs: ControlInputs, _ placement: PlacementDecision,
        _ verdicts: FailoverVerdicts, now: Moment
    ) -> Bool {
        guard let placed = placement.placement(of: workload.name), !placed.chosen.isEmpty,
            placed.unplaced <= failover.lacking + 1e-9
        else { return false }
        return inputs.fleet.planes.filter { placed.planes.contains($0.name) }.allSatisfy { plane in
            guard verdicts.failed[plane.name] == nil, inputs.observation.connection(of: plane.name, now: now) == .connected else {
                return false
            }
            return placement.isReady(workload.name, on: plane, inputs.observation)
        }
    }
}
