package import FleetModel

/// What one gateway knows of the fleet: the newest snapshot it accepted and the newest report of every plane in it. Turns both
/// into a ``RoutingTable`` whenever something changed that matters to routing. Versions never go back.
///
/// A plane that falls silent keeps its last replicas here; the routers stop trusting them in time (see ``AddressLedger``).
package struct FleetView: Sendable {
    package let gateway: GatewayName
    /// The table compiled last; nil before the first snapshot.
    package private(set) var table: RoutingTable?

    private var planes: [PlaneName: PlaneKnowledge] = [:]
    private var ledger = AddressLedger()
    private var replicas: [ReplicaEntry?] = []
    /// Of ``replicas``.
    private var handles: [ReplicaID: ReplicaHandle] = [:]
    private var serial: UInt32 = 0

    package init(gateway: GatewayName) { self.gateway = gateway }

    package var version: SnapshotVersion? { table?.directory.version }

    // MARK: Inputs

    /// Takes a snapshot; only a newer one of a known format for this gateway counts.
    package mutating func accept(_ snapshot: RoutingSnapshot) -> SnapshotVerdict {
        guard snapshot.format == RoutingSnapshot.currentFormat else {
            return .refused(.unknownFormat(snapshot.format, known: RoutingSnapshot.currentFormat))
        }
        guard snapshot.gateway == gateway else {
            return .refused(.wrongGateway(snapshot.gateway.rawValue, expected: gateway.rawValue))
        }
        if let version, snapshot.version <= version { return .notNewer }
        let directory = RoutingDirectory(snapshot, previous: table?.directory)
        var kept: [PlaneName: PlaneKnowledge] = [:]
        for plane in snapshot.planes {
            var knowledge = planes[plane.name] ?? PlaneKnowledge()
            knowledge.networks = plane.networks.compactMap(NetworkBlock.init)
            knowledge.replicas.removeAll { replica in !knowledge.networks.contains { $0.contains(replica.address.host) } }
            kept[plane.name] = knowledge
        }
        planes = kept
        return .accepted(compile(directory))
    }

    /// Takes a report that was proven to come from its plane.
    package mutating func accept(_ report: PlaneReport, now: Moment) -> ReportVerdict {
        guard let directory = table?.directory, var knowledge = planes[report.plane],
            let index = planeIndex(report.plane, directory)
        else { return .refused(.unknownPlane(report.plane.rawValue)) }
        guard report.replicas.count <= RoutingLimits.replicasPerPlane else {
            return .refused(.tooManyReplicas(report.replicas.count, limit: RoutingLimits.replicasPerPlane))
        }
        let order = ReportOrder(start: report.planeStart, sequence: report.sequence)
        if let last = knowledge.order, order <= last { return .notNewer }
        var reading = ReportReading(plane: report.plane, networks: knowledge.networks, previous: knowledge.replicas, now: now)
        let known = planes
        for replica in report.replicas {
            let workload = replica.id.workload
            reading.read(replica) { address in
                ledger.claim(address, for: workload, now: now) { Self.isListed(address, otherThan: workload, in: known) }
            }
        }
        let isShapeNew = knowledge.order == nil || reading.accepted != knowledge.replicas
        knowledge.order = order
        knowledge.heard = now
        knowledge.replicas = reading.accepted
        planes[report.plane] = knowledge
        let table = isShapeNew ? compile(directory) : nil
        let loads = loadUpdate(index, report: report, now: now)
        return .accepted(table: table, loads: loads, objections: reading.objections)
    }

    // MARK: Compiling

    private mutating func compile(_ directory: RoutingDirectory) -> RoutingTable {
        serial += 1
        var workloads: [WorkloadName: WorkloadIndex] = [:]
        for (index, entry) in directory.workloads.enumerated() where entry.isPresent {
            workloads[entry.name] = WorkloadIndex(index)
        }
        var wanted: [(replica: KnownReplica, plane: PlaneIndex, workload: WorkloadIndex)] = []
        var heard: [Moment?] = []
        for (index, plane) in directory.planes.enumerated() {
            let knowledge = plane.isPresent ? planes[plane.name] : nil
            heard.append(knowledge?.heard)
            for replica in knowledge?.replicas ?? [] {
                guard let workload = workloads[replica.id.workload] else { continue }
                wanted.append((replica, PlaneIndex(index), workload))
            }
        }
        replicas = seat(wanted, directory: directory)
        handles.removeAll(keepingCapacity: true)
        for case let entry? in replicas { handles[entry.id] = entry.handle }
        let table = RoutingTable(directory: directory, serial: serial, replicas: replicas, heard: heard, previous: self.table)
        self.table = table
        return table
    }

    /// Gives every wanted replica its slot: known ones keep theirs, new ones take the lowest free.
    private func seat(
        _ wanted: [(replica: KnownReplica, plane: PlaneIndex, workload: WorkloadIndex)], directory: RoutingDirectory
    ) -> [ReplicaEntry?] {
        var seats = [ReplicaEntry?](repeating: nil, count: replicas.count)
        var newcomers: [(replica: KnownReplica, plane: PlaneIndex, workload: WorkloadIndex)] = []
        for candidate in wanted {
            // An incarnation that claims to have moved, or proves itself otherwise, is another one as far as connections go.
            guard let handle = handles[candidate.replica.id], let old = replicas[Int(handle.slot)],
                old.address == candidate.replica.address,
                old.tls == KnownReplica.tls(candidate.plane, candidate.workload, directory)
            else {
                newcomers.append(candidate)
                continue
            }
            let entry = candidate.replica.entry(handle, candidate.plane, candidate.workload, directory)
            seats[Int(handle.slot)] = entry.isSame(as: old) ? old : entry
        }
        var slot = 0
        for candidate in newcomers {
            while slot < seats.count, seats[slot] != nil { slot += 1 }
            let handle = ReplicaHandle(slot: Int32(slot), birth: serial)
            let entry = candidate.replica.entry(handle, candidate.plane, candidate.workload, directory)
            if slot == seats.count { seats.append(entry) } else { seats[slot] = entry }
        }
        while let last = seats.last, last == nil { seats.removeLast() }
        return seats
    }

    private func loadUpdate(_ plane: PlaneIndex, report: PlaneReport, now: Moment) -> LoadUpdate {
        let loads = report.replicas.compactMap { replica in
            (replica.id.plane == report.plane ? handles[replica.id] : nil).map { handle in
                LoadUpdate.Load(
                    replica: handle, running: replica.running.map { Int32(clamping: max($0, 0)) },
                    waiting: replica.waiting.map { Int32(clamping: max($0, 0)) },
                    kvCacheUse: replica.kvCacheUse.flatMap { $0.isFinite ? min(max($0, 0), 1) : nil })
            }
        }
        return LoadUpdate(plane: plane, loads: loads, heard: now)
    }

    /// Whether any plane's newest report lists a replica of another workload at the address, however long ago it came.
    private static func isListed(
        _ address: ListenAddress, otherThan workload: WorkloadName, in planes: [PlaneName: PlaneKnowledge]
    ) -> Bool {
        planes.values.contains { knowledge in
            knowledge.replicas.contains { $0.address == address && $0.id.workload != workload }
        }
    }

    private func planeIndex(_ name: PlaneName, _ directory: RoutingDirectory) -> PlaneIndex? {
        directory.planes.firstIndex { $0.isPresent && $0.name == name }.map(PlaneIndex.init)
    }
}
