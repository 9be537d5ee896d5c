import FleetControl
import FleetModel

/// Short ways to say what these suites need.
enum Fixture {
    static let plane: PlaneName = "toronto"

    static func pool(_ name: PoolName = "h100", perNode: Int = 4, nodes: Int = 1) -> CapacityPool {
        CapacityPool(name: name, accelerator: "H100-80GB", acceleratorsPerNode: perNode, tier: .reserved, maxNodes: nodes)
    }

    static func workload(
        _ name: WorkloadName = "chat", generation: UInt64 = 1, count: Int, each: Int = 1, pool: PoolName = "h100",
        accelerator: AcceleratorType = "H100-80GB", drain: Int = 10_000
    ) -> PlaneAssignment.Workload {
        PlaneAssignment.Workload(
            name: name, generation: generation, models: [name.rawValue],
            placements: [.init(pool: pool, accelerator: accelerator, acceleratorsPerReplica: each, count: count)],
            engine: .simulated(SimulatedEngineSpec()), drainMilliseconds: drain)
    }

    static func assignment(
        _ generation: UInt64, _ workloads: [PlaneAssignment.Workload], pools: [CapacityPool] = [pool()],
        driver: PlaneDriver = .local
    ) -> PlaneAssignment {
        PlaneAssignment(
            version: SnapshotVersion(epoch: 1, generation: generation), plane: plane, driver: driver, pools: pools,
            workloads: workloads)
    }

    static func at(_ milliseconds: Int64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }

    static func id(_ incarnation: UInt64, _ workload: WorkloadName = "chat") -> ReplicaID {
        ReplicaID(plane: plane, workload: workload, incarnation: incarnation)
    }

    static func reconciler(
        ports: ClosedRange<Int> = 20_000...20_999, seed: UInt64 = 1, looksAlways: Bool = false
    ) -> PlaneReconciler {
        PlaneReconciler(
            plane: plane, addresses: AddressBook(ports: ports, now: .origin), seed: seed, looksAlways: looksAlways)
    }
}

extension PlaneReconciler {
    /// What of a twin that heard the same differs; nil where nothing does.
    func difference(from twin: PlaneReconciler, now: Moment) -> String? {
        if nextDeadline != twin.nextDeadline { return "the next deadline" }
        if replicaReports(host: "h", now: now) != twin.replicaReports(host: "h", now: now) { return "a replica" }
        if nodeReports(now: now) != twin.nodeReports(now: now) { return "a node" }
        if poolHistory(now: now) != twin.poolHistory(now: now) { return "a pool's history" }
        if refusals != twin.refusals { return "a refusal" }
        if addressRecords(now: now) != twin.addressRecords(now: now) { return "an address" }
        return nil
    }
}

/// A reconciler and what it was last told and said, so that a test reads as a story.
struct Story {
    var reconciler: PlaneReconciler
    var now = Moment.origin
    private(set) var actions: [PlaneAction] = []

    init(_ reconciler: PlaneReconciler = Fixture.reconciler()) { self.reconciler = reconciler }

    mutating func hear(_ event: PlaneEvent) { actions = reconciler.handle(event, now: now) }

    /// Lets time pass in one step.
    mutating func pass(milliseconds: Int64) {
        now = now.advanced(by: .milliseconds(milliseconds))
        hear(.deadlinePassed)
    }

    mutating func makeReady(_ id: ReplicaID, pid: Int32 = 7) {
        hear(.started(id, pid: pid))
        hear(.probePassed(id, onward: .zero))
        hear(.probePassed(id, onward: .zero))
    }

    var starts: [StartOrder] {
        actions.compactMap { if case .start(let order) = $0 { order } else { nil } }
    }

    var stops: [ReplicaID] {
        actions.compactMap { if case .stop(let id, _) = $0 { id } else { nil } }
    }

    func state(_ id: ReplicaID) -> ReplicaReport.State? { report(id)?.state }
    func report(_ id: ReplicaID) -> ReplicaReport? {
        reconciler.replicaReports(host: "127.64.0.1", now: now).first { $0.id == id }
    }
}
