package import FleetRouting

/// What one event loop counted. Only its loop writes it: no lock, no atomic. A scrape copies it from every loop and adds the
/// copies with ``add(_:)``.
///
/// Cardinality is bounded: workloads and planes are those of the snapshot (beyond the limits they fold into one), statuses are
/// ``StatusLabel``.
package struct LoopCounters: Equatable, Sendable {
    /// Why an attempt failed.
    package enum UpstreamFailure: UInt8, CaseIterable, Sendable {
        case connect, serverError, broken, timeout

        package var text: String {
            switch self {
            case .connect: "connect"
            case .serverError: "server_error"
            case .broken: "broken"
            case .timeout: "timeout"
            }
        }
    }

    /// Positions counted apart; higher ones share the last.
    package static let workloadLimit = 1_024
    package static let planeLimit = 256

    /// Requests by (workload, plane, code), see ``cell(workload:plane:code:)``. Row 0 and plane 0 mean none.
    private(set) var requests: [[UInt64]] = []
    private(set) var timeToFirstByte: [Histogram] = []
    private(set) var duration: [Histogram] = []
    /// Tokens, first tokens and waits in line.
    package var generation = GenerationCounters()
    package var demand = DemandCounters()
    package private(set) var retries: UInt64 = 0
    package private(set) var hedges: UInt64 = 0
    package private(set) var fallbacks: UInt64 = 0
    private(set) var failures = [UInt64](repeating: 0, count: UpstreamFailure.allCases.count)
    private(set) var reasons = [UInt64](repeating: 0, count: RoutingReason.allCases.count)
    private(set) var refusals = [UInt64](repeating: 0, count: RoutingRefusal.allCases.count)
    private(set) var admissionRefusals = [UInt64](repeating: 0, count: AdmissionRefusal.allCases.count)
    package private(set) var clientDisconnects: UInt64 = 0
    package private(set) var malformedRequests: UInt64 = 0
    package private(set) var receivedBytes: UInt64 = 0
    package private(set) var sentBytes: UInt64 = 0
    /// TLS handshakes of clients.
    package var handshakes: UInt64 = 0
    package var failedHandshakes: UInt64 = 0
    /// Of trusted proxies' connections that did not begin with a whole, right header of the PROXY protocol.
    package var malformedProxyHeaders: UInt64 = 0
    /// Of HTTP/2, told by resets of streams or by the end of a connection.
    package var protocolErrors: UInt64 = 0
    /// Gauges: set by the loop as connections come and go.
    package var openClientConnections = 0
    package var openUpstreamConnections = 0
    package var idleUpstreamConnections = 0
    package var requestsInFlight = 0
    /// Requests of clients whose place was asked for and is not known.
    package var unknownPlaces: UInt64 = 0
    /// When the database of places in use was made, seconds since 1970; 0 without one.
    package var countryDatabaseBuilt: UInt64 = 0
    /// Of requests that were written nowhere for want of room.
    package var droppedRecords: UInt64 = 0

    package init() {}

    /// One finished request. `workload` is nil where none was matched, `plane` where it was sent nowhere.
    /// `firstByte` is from the request's first byte to the response's first byte to the client.
    package mutating func requestFinished(
        workload: WorkloadIndex?, plane: PlaneIndex?, status: Int, firstByte: Duration?, duration total: Duration
    ) {
        let row = workload.map { min($0.value, Self.workloadLimit - 1) + 1 } ?? 0
        let column = plane.map { min($0.value, Self.planeLimit - 1) + 1 } ?? 0
        let cell = column * StatusLabel.allCases.count + Int(StatusLabel(status: status).rawValue)
        reserve(row: row, cell: cell)
        requests[row][cell] += 1
        if let firstByte { timeToFirstByte[row].observe(firstByte) }
        duration[row].observe(total)
    }

    package mutating func routed(_ reason: RoutingReason) { reasons[Int(reason.rawValue)] += 1 }
    package mutating func refused(_ refusal: RoutingRefusal) { refusals[Int(refusal.rawValue)] += 1 }
    package mutating func refused(_ refusal: AdmissionRefusal) { admissionRefusals[Int(refusal.rawValue)] += 1 }
    package mutating func retried() { retries += 1 }
    package mutating func hedged() { hedges += 1 }
    package mutating func fellBack() { fallbacks += 1 }
    package mutating func upstreamFailed(_ failure: UpstreamFailure) { failures[Int(failure.rawValue)] += 1 }
    package mutating func clientDisconnected() { clientDisconnects += 1 }
    package mutating func requestWasMalformed() { malformedRequests += 1 }
    package mutating func received(bytes: Int) { receivedBytes &+= UInt64(max(bytes, 0)) }
    package mutating func sent(bytes: Int) { sentBytes &+= UInt64(max(bytes, 0)) }

    package mutating func add(_ other: LoopCounters) {
        for (row, cells) in other.requests.enumerated() {
            reserve(row: row, cell: max(cells.count - 1, 0))
            for (cell, count) in cells.enumerated() { requests[row][cell] += count }
            timeToFirstByte[row].add(other.timeToFirstByte[row])
            duration[row].add(other.duration[row])
        }
        for index in failures.indices { failures[index] += other.failures[index] }
        for index in reasons.indices { reasons[index] += other.reasons[index] }
        for index in refusals.indices { refusals[index] += other.refusals[index] }
        for index in admissionRefusals.indices { admissionRefusals[index] += other.admissionRefusals[index] }
        generation.add(other.generation)
        demand.add(other.demand)
        retries += other.retries
        hedges += other.hedges
        fallbacks += other.fallbacks
        clientDisconnects += other.clientDisconnects
        malformedRequests += other.malformedRequests
        handshakes += other.handshakes
        failedHandshakes += other.failedHandshakes
        malformedProxyHeaders += other.malformedProxyHeaders
        protocolErrors += other.protocolErrors
        receivedBytes &+= other.receivedBytes
        sentBytes &+= other.sentBytes
        openClientConnections += other.openClientConnections
        openUpstreamConnections += other.openUpstreamConnections
        idleUpstreamConnections += other.idleUpstreamConnections
        requestsInFlight += other.requestsInFlight
        unknownPlaces += other.unknownPlaces
        countryDatabaseBuilt = max(countryDatabaseBuilt, other.countryDatabaseBuilt)
        droppedRecords += other.droppedRecords
    }

    /// Finished requests of a workload, over all planes and codes.
    package func finishedRequests(of workload: WorkloadIndex) -> UInt64 {
        let row = min(workload.value, Self.workloadLimit - 1) + 1
        return requests.indices.contains(row) ? requests[row].reduce(0, +) : 0
    }

    /// Requests that ended with an answer below 500 at a plane; nil for the planes that are only counted together.
    package func answeredRequests(at plane: PlaneIndex) -> UInt64? {
        guard plane.value < Self.planeLimit - 1 else { return nil }
        let column = plane.value + 1
        let codes = StatusLabel.allCases
        return requests.reduce(0) { sum, cells in
            let first = column * codes.count
            guard cells.indices.contains(first) else { return sum }
            return sum + zip(codes, cells[first...]).reduce(0) { $0 + ($1.0.isServerError ? 0 : $1.1) }
        }
    }

    /// Makes room; allocates only when a workload or plane is counted for the first time.
    private mutating func reserve(row: Int, cell: Int) {
        while requests.count <= row {
            requests.append([])
            timeToFirstByte.append(Histogram())
            duration.append(Histogram())
        }
        if requests[row].count <= cell {
            let codes = StatusLabel.allCases.count
            let wanted = (cell / codes + 1) * codes
            requests[row].append(contentsOf: repeatElement(0, count: wanted - requests[row].count))
        }
    }
}
