import FleetControl
import FleetModel

/// The control plane of a world: what `ControlPlane/Reconcile` does around the core, without a store and sockets.
struct ControlLoop {
    var controller = FleetController()
    var observation: FleetObservation
    var isDown = false
    private(set) var passes = 0
    /// What it hears and when it decides, with the decisions; nil where nobody asked for it.
    var log: ControlLog?
    private(set) var decisions: [ControlDecision] = []
    /// The newest decision; its events are taken out.
    private(set) var decision: ControlDecision?
    private var generation: UInt64 = 0
    private var composedFor: (fleet: Fleet, decision: ControlDecision, silent: Set<PlaneName>)?
    private var assignments: [PlaneName: PlaneAssignment] = [:]
    private var snapshots: [GatewayName: RoutingSnapshot] = [:]
    /// What the store holds of workloads' versions.
    private var versions: [WorkloadName: RolloutHistory] = [:]
    /// Planes that said where their feeds are: it is in the store.
    private var feeds: [PlaneName: String] = [:]

    /// And of demand that was measured.
    private var measured: [DemandHistory.Entry] = []

    private var schedule: PassSchedule

    init(start: Moment) {
        schedule = PassSchedule(start: start)
        observation = FleetObservation(start: start)
    }

    /// A new process: what it knew is gone, what the store holds is not.
    mutating func restart(now: Moment) {
        controller = FleetController()
        observation = FleetObservation(start: now)
        schedule = PassSchedule(start: now)
        log?.note(.started, at: now)
        controller.restore(measured)
        log?.note(.restored(measured), at: now)
        decision = nil
        composedFor = nil
    }

    struct Pass {
        var events: [FleetEvent] = []
        var assignments: [PlaneAssignment] = []
        var snapshots: [RoutingSnapshot] = []
    }

    // MARK: Inputs

    mutating func receive(_ report: PlaneReport, now: Moment) -> [FleetEvent] {
        log?.note(.plane(report), at: now)
        return take(observation.receive(report, now: now))
    }

    /// Takes a plane's word that only ages changed. False where a report is needed: where there is none yet, and where reports are
    /// kept.
    mutating func confirm(_ plane: PlaneName, start: UInt64, sequence: UInt64, now: Moment) -> Bool {
        log == nil && observation.confirm(plane, start: start, sequence: sequence, now: now)
    }

    mutating func receive(_ report: GatewayReport, now: Moment) -> [FleetEvent] {
        log?.note(.gateway(report), at: now)
        controller.receive(report, now: now)
        return take(observation.receive(report, now: now))
    }

    private mutating func take(_ receipt: FleetObservation.Receipt) -> [FleetEvent] {
        guard case .accepted(let events, let isMaterial) = receipt else { return [] }
        if isMaterial { schedule.wake() }
        return events
    }

    // MARK: Passes

    mutating func pass(_ fleet: Fleet, now: Moment, secondsSince1970: UInt64) -> Pass {
        var pass = Pass()
        observation.retain(fleet)
        log?.note(.ticked, at: now)
        pass.events = observation.tick(now: now)
        let hour = HourOfWeek.utc(secondsSince1970: secondsSince1970)
        guard
            schedule.look(hasLost: !pass.events.isEmpty, hourOfWeek: hour, isUnderWay: controller.isUnderWay, now: now)
        else { return pass }
        schedule.begin(hourOfWeek: hour)
        passes += 1
        for plane in fleet.planes {
            if let address = observation.report(of: plane.name)?.feedAddress { feeds[plane.name] = address }
        }
        var decided = controller.decide(
            ControlInputs(
                fleet: fleet, observation: observation, rollouts: versions, secondsSince1970: secondsSince1970), now: now)
        if log?.note(.decided(fleet, drained: [], rollouts: versions, secondsSince1970: secondsSince1970), at: now) == true {
            decisions.append(decided)
        }
        measured += decided.measured
        let known = DemandHistory.capacity * max(1, fleet.workloads.count)
        if measured.count > known { measured.removeFirst(measured.count - known) }
        pass.events += decided.events
        decided.events = []
        decision = decided
        versions = decided.rollouts.mapValues(\.history)
        // Planes that an earlier run knew and this one has not heard yet are told nothing.
        let silent = Set(
            fleet.planes.map(\.name).filter { feeds[$0] != nil && observation.connection(of: $0, now: now) == .unknown }
        ).union(decided.failover.silent)
        compose(fleet, decided, silent: silent, into: &pass)
        return pass
    }

    private mutating func compose(
        _ fleet: Fleet, _ decided: ControlDecision, silent: Set<PlaneName>, into pass: inout Pass
    ) {
        // Why a workload has its size says nothing to planes and gateways.
        var said = decided
        said.scaling = [:]
        if let composedFor, composedFor.decision == said, composedFor.silent == silent, composedFor.fleet == fleet { return }
        composedFor = (fleet, said, silent)
        let told = AssignmentComposer(
            fleet: decided.fleet, decision: decided.assigned, rollouts: decided.rollouts
        ).assignments
        for assignment in told where !silent.contains(assignment.plane) {
            guard assignments[assignment.plane] != assignment else { continue }
            assignments[assignment.plane] = assignment
            pass.assignments.append(numbered(assignment))
        }
        let snapshots = SnapshotComposer(
            fleet: decided.fleet, decision: decided.placement, failed: decided.failover.avoided, feedAddresses: feeds,
            rollouts: decided.rollouts
        ).snapshots
        for snapshot in snapshots where self.snapshots[snapshot.gateway] != snapshot {
            self.snapshots[snapshot.gateway] = snapshot
            generation += 1
            var numbered = snapshot
            numbered.version = SnapshotVersion(epoch: 1, generation: generation)
            pass.snapshots.append(numbered)
        }
    }

    private mutating func numbered(_ assignment: PlaneAssignment) -> PlaneAssignment {
        generation += 1
        var numbered = assignment
        numbered.version = SnapshotVersion(epoch: 1, generation: generation)
        return numbered
    }
}

/// A document or report on its way.
enum Mail {
    case assignment(PlaneAssignment, plane: Int)
    case snapshot(RoutingSnapshot, gateway: Int)
    case planeToControl(PlaneReport)
    case gatewayToControl(GatewayReport)
    case planeToGateway(PlaneReport, gateway: Int)
}

/// What a plane's driver says later.
struct DriverAnswer {
    var plane: Int
    /// Of the plane's process that asked.
    var start: UInt64
    var event: PlaneEvent
    /// The replica it brings up or down, and its birth; -1: none.
    var replica = -1
    var birth: UInt32 = 0
}
