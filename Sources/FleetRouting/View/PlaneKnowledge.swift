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
    /// The address as the report spells it.
    var addressText: String
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
    /// What the last report said, and how much of it comes before the replica read last: both reports are sorted, mostly.
    private let previous: [KnownReplica]
    private var cursor = 0
    private let isPreviousSorted: Bool
    /// Positions in ``previous``, once one of the reports turned out not to be sorted.
    private var positions: [ReplicaID: Int]?
    private var newest: ReplicaID?
    /// Whoever was named so far; nil while they came in ascending order.
    private var seen: Set<ReplicaID>?
    private var named: [ReplicaID] = []

    /// - Parameter previous: as accepted from the plane's report before, within the networks.
    init(plane: PlaneName, networks: [NetworkBlock], previous: [KnownReplica], now: Moment) {
        self.plane = plane
        self.networks = networks
        self.now = now
        self.previous = previous
        isPreviousSorted = zip(previous, previous.dropFirst()).allSatisfy { $0.id < $1.id }
    }

    private mutating func known(_ id: ReplicaID) -> KnownReplica? {
        if isPreviousSorted, seen == nil {
            while cursor < previous.count, previous[cursor].id != id, previous[cursor].id < id { cursor += 1 }
            return cursor < previous.count && previous[cursor].id == id ? previous[cursor] : nil
        }
        let known = positions ?? Dictionary(zip(previous.map(\.id), previous.indices), uniquingKeysWith: { $1 })
        positions = known
        return known[id].map { previous[$0] }
    }

    private mutating func isNew(_ id: ReplicaID) -> Bool {
        named.append(id)
        if seen != nil { return seen?.insert(id).inserted ?? true }
        if let newest, id <= newest {
            let before = Set(named.dropLast())
            seen = before.union([id])
            return !before.contains(id)
        }
        newest = id
        return true
    }

    /// - Parameter claim: asks the ledger for the address; false while another workload's claim stands.
    mutating func read(_ replica: ReplicaReport, claim: (ListenAddress) -> Bool) {
        guard replica.id.plane == plane else { return object(replica, .foreignPlane) }
        guard isNew(replica.id) else { return object(replica, .duplicate) }
        switch replica.state {
        case .gone, .backingOff: return
        case .starting, .ready, .unready, .draining: break
        }
        guard let text = replica.address else { return }
        let known = known(replica.id)
        let address: ListenAddress
        if let known, known.addressText == text, known.healthPath == replica.healthPath {
            address = known.address
        } else {
            guard let read = ListenAddress(text), IPAddress(read.host) != nil, read.port > 0 else {
                return object(replica, .notAnAddress)
            }
            guard networks.contains(where: { $0.contains(read.host) }) else { return object(replica, .outsideNetworks) }
            guard Self.isHealthPath(replica.healthPath) else { return object(replica, .badHealthPath) }
            address = read
        }
        let isClaimed = claim(address)
        if !isClaimed { object(replica, .quarantined) }
        accepted.append(
            KnownReplica(
                id: replica.id, address: address, addressText: text, healthPath: replica.healthPath,
                readySince: replica.state == .ready && isClaimed ? readySince(replica, known) : nil,
                isUnready: replica.state == .unready, onwardRoundTripMilliseconds: steadyOnward(replica, known),
                accelerator: replica.accelerator, generation: replica.generation ?? 0))
    }

    /// The value used so far while the new one is within 1 ms or 10 % of it: measured times tremble, and each change costs a
    /// table.
    private func steadyOnward(_ replica: ReplicaReport, _ known: KnownReplica?) -> Double {
        let value = replica.onwardRoundTripMilliseconds
        guard value.isFinite, value >= 0 else { return 0 }
        guard let previous = known?.onwardRoundTripMilliseconds else { return value }
        return abs(value - previous) <= max(1, previous * 0.1) ? previous : value
    }

    private func readySince(_ replica: ReplicaReport, _ known: KnownReplica?) -> Moment {
        if let known = known?.readySince { return known }
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
