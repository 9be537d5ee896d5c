import FleetModel

/// What a view holds of one plane.
struct PlaneKnowledge: Sendable {
    var networks: [NetworkBlock] = []
    var order: ReportOrder?
    var heard: Moment?
    /// Sorted as reported.
    var replicas: [KnownReplica] = []
}

/// Orders a plane's reports: by the process's start, then by number.
struct ReportOrder: Comparable, Sendable {
    var start: UInt64
    var sequence: UInt64

    static func < (left: Self, right: Self) -> Bool { (left.start, left.sequence) < (right.start, right.sequence) }
}

/// A replica as accepted from a report: everything that makes a new table necessary when it changes.
struct KnownReplica: Equatable, Sendable {
    var id: ReplicaID
    var address: ListenAddress
    var healthPath: String
    /// Nil while it takes no request.
    var readySince: Moment?
    var isUnready: Bool
    var onwardRoundTripMilliseconds: Double
    var accelerator: AcceleratorType
    var generation: UInt64

    func entry(
        _ handle: ReplicaHandle, _ plane: PlaneIndex, _ workload: WorkloadIndex, _ directory: RoutingDirectory
    ) -> ReplicaEntry {
        let rate = directory[workload].ratesPerReplica[accelerator.name] ?? RoutingLimits.defaultRate
        return ReplicaEntry(
            handle: handle, id: id, plane: plane, workload: workload, address: address, healthPath: healthPath,
            readySince: readySince, isUnready: isUnready, onwardRoundTripMilliseconds: onwardRoundTripMilliseconds,
            rate: rate.isFinite ? rate : RoutingLimits.defaultRate, tls: Self.tls(plane, workload, directory),
            generation: generation)
    }

    static func tls(_ plane: PlaneIndex, _ workload: WorkloadIndex, _ directory: RoutingDirectory) -> ReplicaTLS? {
        directory[plane].hasForwarders ? nil : directory[workload].tls
    }
}

extension ReplicaEntry {
    /// Whether everything but the object itself is equal.
    func isSame(as other: ReplicaEntry) -> Bool {
        handle == other.handle && id == other.id && plane == other.plane && workload == other.workload && address == other.address
            && healthPath == other.healthPath && readySince == other.readySince && isUnready == other.isUnready
            && onwardRoundTripMilliseconds == other.onwardRoundTripMilliseconds && rate == other.rate
            && tls == other.tls && generation == other.generation
    }
}

/// Reads one report's replicas, keeping what may be used and naming what may not.
struct ReportReading {
    private(set) var accepted: [KnownReplica] = []
    private(set) var objections: [ReplicaObjection] = []
    private let plane: PlaneName
    private let networks: [NetworkBlock]
    private let now: Moment
    private var previous: [ReplicaID: KnownReplica] = [:]
    private var seen: Set<ReplicaID> = []

    init(plane: PlaneName, networks: [NetworkBlock], previous: [KnownReplica], now: Moment) {
        self.plane = plane
        self.networks = networks
        self.now = now
        for replica in previous { self.previous[replica.id] = replica }
    }

    /// - Parameter claim: asks the ledger for the address; false while another workload's claim stands.
    mutating func read(_ replica: ReplicaReport, claim: (ListenAddress) -> Bool) {
        guard replica.id.plane == plane else { return object(replica, .foreignPlane) }
        guard seen.insert(replica.id).inserted else { return object(replica, .duplicate) }
        switch replica.state {
        case .gone, .backingOff: return
        case .starting, .ready, .unready, .draining: break
        }
        guard let text = replica.address else { return }
        guard let address = ListenAddress(text), IPAddress(address.host) != nil, address.port > 0 else {
            return object(replica, .notAnAddress)
        }
        guard networks.contains(where: { $0.contains(address.host) }) else { return object(replica, .outsideNetworks) }
        guard Self.isHealthPath(replica.healthPath) else { return object(replica, .badHealthPath) }
        let isClaimed = claim(address)
        if !isClaimed { object(replica, .quarantined) }
        accepted.append(
            KnownReplica(
                id: replica.id, address: address, healthPath: replica.healthPath,
                readySince: replica.state == .ready && isClaimed ? readySince(replica) : nil,
                isUnready: replica.state == .unready, onwardRoundTripMilliseconds: steadyOnward(replica),
                accelerator: replica.accelerator, generation: replica.generation ?? 0))
    }

    /// The value used so far while the new one is within 1 ms or 10 % of it: measured times tremble, and each change costs a
    /// table.
    private func steadyOnward(_ replica: ReplicaReport) -> Double {
        let value = replica.onwardRoundTripMilliseconds
        guard value.isFinite, value >= 0 else { return 0 }
        guard let previous = previous[replica.id]?.onwardRoundTripMilliseconds else { return value }
        return abs(value - previous) <= max(1, previous * 0.1) ? previous : value
    }

    private func readySince(_ replica: ReplicaReport) -> Moment {
        if let known = previous[replica.id]?.readySince { return known }
        let age = replica.stateAgeMilliseconds
        // Only the slow start depends on it, so anything beyond it is as good as it.
        let counted = age.isFinite ? min(max(age, 0), Double(SlowStartRamp.longestMilliseconds)) : 0
        return now.advanced(by: .zero - .microseconds(Int64(counted * 1_000)))
    }

    private mutating func object(_ replica: ReplicaReport, _ reason: ReplicaObjection.Reason) {
        objections.append(ReplicaObjection(replica: replica.id.description, reason: reason))
    }

    private static func isHealthPath(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/") && path.utf8.count <= 256 && path.utf8.allSatisfy { (33...126).contains($0) }
    }
}
