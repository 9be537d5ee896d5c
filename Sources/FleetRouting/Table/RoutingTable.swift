package import FleetModel

/// What one gateway may send where right now: the newest snapshot and every plane's newest report, compiled. Immutable; one
/// value serves every event loop. Made by a ``FleetView``.
package final class RoutingTable: Sendable {
    /// One plane a workload may go to, and where its replicas stand in `members`.
    struct Choice: Sendable {
        var plane: Int32
        var first: Int32
        var count: Int32
        /// The control plane placed replicas there: when none takes requests, serving elsewhere is a failover.
        var isPlaced: Bool
        /// Replicas there that take no request because their health check fails.
        var unready: Int32
    }

    package let directory: RoutingDirectory
    /// Grows with each table of one view.
    package let serial: UInt32
    /// By ``ReplicaHandle/slot``; nil where a slot is free.
    package let replicas: [ReplicaEntry?]
    /// When each plane was heard last, by plane index; nil: never.
    let heard: [Moment?]
    let choices: [Choice]
    /// By choice: the places whose clients may be served there.
    let admitted: [PlaceSet]
    /// By workload index, into `choices`. Only planes inside the fence of some client are here, and only their replicas in
    /// `members`: a decision cannot leave the fence because it never sees anything outside. Where the fence depends on the
    /// client's place, `admitted` says for whom a choice is there.
    let choiceRanges: [Range<Int>]
    /// Slots of the replicas that take requests, grouped by choice.
    let members: [Int32]
    /// By choice; nil where nothing is hashed.
    let hashing: [ReplicaHashing?]

    /// - Parameter previous: the table this one follows: hash tables of unchanged replicas are taken over.
    init(
        directory: RoutingDirectory, serial: UInt32, replicas: [ReplicaEntry?], heard: [Moment?], previous: RoutingTable? = nil
    ) {
        self.directory = directory
        self.serial = serial
        self.replicas = replicas
        self.heard = heard
        var choices: [Choice] = []
        var admitted: [PlaceSet] = []
        var ranges: [Range<Int>] = []
        var members: [Int32] = []
        var hashing: [ReplicaHashing?] = []
        for (index, workload) in directory.workloads.enumerated() {
            let start = choices.count
            for (position, plane) in workload.allowedPlanes.enumerated() {
                admitted.append(workload.placeAdmission?.places[position] ?? .all)
                let first = members.count
                var taking: [ReplicaEntry] = []
                var unready: Int32 = 0
                let server = workload.source?.value ?? index
                for case let replica? in replicas where replica.plane == plane && replica.workload.value == server {
                    if replica.takesRequests { taking.append(replica) } else if replica.isUnready { unready += 1 }
                }
                members.append(contentsOf: taking.map(\.handle.slot))
                // A pair comes behind the workload that serves it, and shares its hash tables.
                let served = workload.source.flatMap { $0.value < ranges.count ? ranges[$0.value] : nil }
                let shared = served?.first { Int(choices[$0].plane) == plane.value }.flatMap { hashing[$0] }
                hashing.append(
                    shared
                        ?? ReplicaHashing(
                            taking, policies: directory.hashPolicies[index],
                            previous: previous?.hashing(of: WorkloadIndex(index), on: plane)))
                choices.append(
                    Choice(
                        plane: Int32(plane.value), first: Int32(first), count: Int32(members.count - first),
                        isPlaced: workload.placedPlanes.contains(plane), unready: unready))
            }
            ranges.append(start..<choices.count)
        }
        self.choices = choices
        self.admitted = admitted
        choiceRanges = ranges
        self.members = members
        self.hashing = hashing
    }

    private func hashing(of workload: WorkloadIndex, on plane: PlaneIndex) -> ReplicaHashing? {
        guard choiceRanges.indices.contains(workload.value) else { return nil }
        return choiceRanges[workload.value].first { Int(choices[$0].plane) == plane.value }.flatMap { hashing[$0] }
    }

    /// The replica a handle stands for; nil once it is gone.
    package func replica(_ handle: ReplicaHandle) -> ReplicaEntry? {
        guard replicas.indices.contains(Int(handle.slot)), let entry = replicas[Int(handle.slot)], entry.handle == handle
        else { return nil }
        return entry
    }

    /// Whether a plane is inside the workload's fence for clients of all these places.
    package func isInside(_ workload: WorkloadIndex, _ plane: PlaneIndex, for places: PlaceSet) -> Bool {
        guard choiceRanges.indices.contains(workload.value), directory[workload].refusal == nil else { return false }
        return choiceRanges[workload.value].contains {
            Int(choices[$0].plane) == plane.value && places.isServed(by: admitted[$0])
        }
    }

    /// Whether any replica inside the fence takes requests for the workload.
    package func isServable(_ workload: WorkloadIndex) -> Bool {
        choices[choiceRanges[workload.value]].contains { $0.count > 0 }
    }

    /// How long requests wait for the workload's first replica; nil where one takes requests, or requests do not wake it.
    /// Allocates nothing; only for requests that found no replica.
    package func coldStartWait(of workload: WorkloadIndex) -> Duration? {
        guard directory.workloads.indices.contains(workload.value), directory.workloads[workload.value].wakesOnDemand,
            !isServable(workload)
        else { return nil }
        return directory.admission(of: workload).coldStartWait
    }

    /// Replicas that take requests, by declared workload and plane inside its fence.
    package var replicaCounts: [(workload: WorkloadIndex, plane: PlaneIndex, count: Int)] {
        choiceRanges.enumerated().filter { directory.workloads[$0.offset].source == nil }.flatMap { index, range in
            choices[range].map { (WorkloadIndex(index), PlaneIndex(Int($0.plane)), Int($0.count)) }
        }
    }

    /// What a refused client is told: what is wrong, and what would be right. Allocates; only for refusals.
    package func explanation(
        of refusal: RoutingRefusal, workload index: WorkloadIndex?, places: PlaceSet = .gateway
    ) -> String {
        guard let index else { return "no workload serves this model; GET /v1/models lists those that are served" }
        let workload = directory[index]
        switch refusal {
        case .unknownModel:
            return "no workload serves this model; GET /v1/models lists those that are served"
        case .fenced:
            let told = workload.placeAdmission?.reason(for: places)
            if let refusal = told?.refusal ?? workload.refusal {
                return "workload \(workload.name) is refused at this gateway: \(refusal)"
            }
            let rules = (told?.excludedPlanes ?? workload.excludedPlanes).map { "\($0.plane): \($0.because)" }.joined(
                separator: "; ")
            return "no plane may process the data of workload \(workload.name)\(rules.isEmpty ? "" : " (\(rules))")"
        case .snapshotTooOld:
            return
                "the rules of workload \(workload.name) were confirmed too long ago; it is served again once the control plane is in touch"
        case .noReplica:
            return "no plane that may serve workload \(workload.name) has a replica ready; try again shortly"
        case .overloaded:
            return "every replica of workload \(workload.name) is full; try again shortly"
        }
    }
}
