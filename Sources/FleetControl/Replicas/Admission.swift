import FleetModel

/// What of an assignment a plane will run: the wanted replicas that pack into its pools, and why the others do not.
///
/// First-fit decreasing over the nodes of each pool, no replica over two nodes and no two classes on one. A plane trusts no sender with its capacity:
/// whatever is asked for, no more is started than the pools hold.
struct Admission: Equatable, Sendable {
    struct Want: Equatable, Sendable {
        var shared: SharedSpecification
        let count: Int
        let drain: Duration
        /// Other generations of the same workload that are wanted in the same pool.
        var siblings: [UInt64] = []

        var specification: ReplicaSpecification { shared.value }

        /// Whether a replica is made as is wanted.
        func isMade(_ replica: Replica) -> Bool { shared == replica.shared }

        /// Whether it answers for a replica.
        func answers(for replica: Replica) -> Bool { shared === replica.shared || answers(for: replica.specification) }

        /// Whether it answers for a replica: its own generation's, and those of none that is wanted where it is the newest.
        func answers(for other: ReplicaSpecification) -> Bool {
            guard other.workload == specification.workload, other.pool == specification.pool else { return false }
            if other.generation == specification.generation { return true }
            return !siblings.contains(other.generation) && !siblings.contains { $0 > specification.generation }
        }
    }

    /// The nodes of one pool while they are filled.
    private struct PoolBins {
        let pool: CapacityPool
        var nodes: [(free: Int, workloadClass: WorkloadClass?)] = []

        mutating func take(_ placement: PlaneAssignment.Placement, for workloadClass: WorkloadClass?) -> Bool {
            let count = placement.acceleratorsPerReplica
            let node = nodes.firstIndex { $0.free >= count && pool.mayShare($0.workloadClass, workloadClass) }
            if let node {
                nodes[node].free -= count
                nodes[node].workloadClass = nodes[node].workloadClass ?? workloadClass
            } else if nodes.count < pool.maxNodes {
                nodes.append((pool.acceleratorsPerNode - count, workloadClass))
            } else {
                return false
            }
            return true
        }
    }

    /// Largest replicas first, then by workload and pool.
    private(set) var wants: [Want] = []
    private(set) var refusals: [PlaneReport.Refusal] = []

    init() {}

    init(_ assignment: PlaneAssignment, policy: ReplicaPolicy) {
        var room = policy.maximumReplicas
        if case .endpoint = assignment.driver {
            admitEndpoints(assignment, room: &room, policy: policy)
            return
        }
        var pools: [PoolName: PoolBins] = [:]
        for pool in assignment.pools where pools[pool.name] == nil { pools[pool.name] = PoolBins(pool: pool) }
        var seen: Set<Key> = []
        for (workload, placement) in Self.sorted(assignment) {
            guard seen.insert(Key(workload: workload.name, generation: workload.generation, pool: placement.pool)).inserted else {
                refuse(workload, "pool \(placement.pool) is named twice; only the first count holds")
                continue
            }
            if let problem = Self.objection(to: placement, of: workload, pool: pools[placement.pool]?.pool) {
                refuse(workload, problem)
                continue
            }
            var count = 0
            while count < placement.count, room > 0, pools[placement.pool]?.take(placement, for: workload.workloadClass) == true {
                count += 1
                room -= 1
            }
            if count < placement.count {
                refuse(
                    workload,
                    Self.shortage(placement, count: count, pool: pools[placement.pool]?.pool, room: room, policy: policy))
            }
            // Nothing of a generation is wanted in so many words: it is no stray of another.
            if count > 0 || placement.count == 0 {
                want(workload, placement, count: count, driver: assignment.driver, policy: policy)
            }
        }
        nameSiblings()
    }

    private struct Key: Hashable {
        let workload: WorkloadName
        let generation: UInt64
        let pool: PoolName
    }

    private static func sorted(
        _ assignment: PlaneAssignment
    ) -> [(PlaneAssignment.Workload, PlaneAssignment.Placement)] {
        assignment.workloads.flatMap { workload in workload.placements.map { (workload, $0) } }.sorted { left, right in
            if left.1.acceleratorsPerReplica != right.1.acceleratorsPerReplica {
                return left.1.acceleratorsPerReplica > right.1.acceleratorsPerReplica
            }
            return (left.0.name, left.1.pool, left.0.generation) < (right.0.name, right.1.pool, right.0.generation)
        }
    }

    private static func objection(
        to placement: PlaneAssignment.Placement, of workload: PlaneAssignment.Workload, pool: CapacityPool?
    ) -> String? {
        guard let pool else { return "the plane has no pool \(placement.pool)" }
        if pool.accelerator != placement.accelerator {
            return "pool \(pool.name) has \(pool.accelerator), not \(placement.accelerator)"
        }
        if placement.acceleratorsPerReplica < 1 || placement.count < 0 {
            return "pool \(pool.name): a replica needs at least 1 accelerator and a count at least 0"
        }
        if placement.acceleratorsPerReplica > pool.acceleratorsPerNode {
            return "pool \(pool.name): a replica needs \(placement.acceleratorsPerReplica) accelerators in one node; "
                + "its nodes have \(pool.acceleratorsPerNode)"
        }
        if workload.engine == nil { return "it declares no engine that a local plane could start" }
        return nil
    }

    private static func shortage(
        _ placement: PlaneAssignment.Placement, count: Int, pool: CapacityPool?, room: Int, policy: ReplicaPolicy
    ) -> String {
        if room == 0 { return "\(count) of \(placement.count) replicas: a plane runs at most \(policy.maximumReplicas)" }
        let size = pool.map { "\($0.maxNodes) × \($0.acceleratorsPerNode) \($0.accelerator)" } ?? "nothing"
        return "\(count) of \(placement.count) replicas pack into pool \(placement.pool) (\(size)): "
            + "each needs \(placement.acceleratorsPerReplica) on one node"
    }

    /// An endpoint has no accelerators of ours: one forwarder per workload, however many replicas were counted on.
    private mutating func admitEndpoints(_ assignment: PlaneAssignment, room: inout Int, policy: ReplicaPolicy) {
        for workload in assignment.workloads.sorted(by: { ($0.name, $0.generation) < ($1.name, $1.generation) }) {
            guard let placement = workload.placements.first(where: { $0.count > 0 }) else { continue }
            guard room > 0 else {
                refuse(workload, "a plane runs at most \(policy.maximumReplicas) replicas")
                continue
            }
            room -= 1
            want(workload, placement, count: 1, driver: assignment.driver, policy: policy)
        }
        nameSiblings()
    }

    /// Holds specifications that an earlier admission had as well together with it.
    mutating func share(with earlier: Admission) {
        for index in wants.indices {
            if let same = earlier.wants.first(where: { $0.shared == wants[index].shared }) { wants[index].shared = same.shared }
        }
    }

    private mutating func nameSiblings() {
        for index in wants.indices {
            let own = wants[index].specification
            wants[index].siblings = wants.map(\.specification).filter {
                $0.workload == own.workload && $0.pool == own.pool && $0.generation != own.generation
            }.map(\.generation)
        }
    }

    private mutating func want(
        _ workload: PlaneAssignment.Workload, _ placement: PlaneAssignment.Placement, count: Int, driver: PlaneDriver,
        policy: ReplicaPolicy
    ) {
        let specification = ReplicaSpecification(
            workload: workload.name, generation: workload.generation, models: workload.models, engine: workload.engine,
            driver: driver, pool: placement.pool, accelerator: placement.accelerator,
            acceleratorsPerReplica: placement.acceleratorsPerReplica, workloadClass: workload.workloadClass,
            checkpoint: workload.checkpoint)
        let drain = Duration.milliseconds(max(0, workload.drainMilliseconds))
        wants.append(
            Want(shared: SharedSpecification(specification), count: count, drain: min(drain, policy.drainLimit)))
    }

    private mutating func refuse(_ workload: PlaneAssignment.Workload, _ reason: String) {
        refusals.append(PlaneReport.Refusal(workload: workload.name, reason: reason))
    }
}
