package import FleetModel

/// What the planes and gateways last said about themselves, and whether they still say anything.
///
/// Reports are complete, so only the newest of each is kept. Silence of ``silence`` means lost; what a lost plane last said is
/// kept, for it goes on serving by its own disk.
package struct FleetObservation: Equatable, Sendable {
    /// A plane or gateway that said nothing for this long is taken for lost. Fifteen missed reports of a plane.
    package static let silence = Duration.seconds(15)

    package enum Connection: Equatable, Sendable {
        /// Nothing heard, and this process started too recently to conclude anything.
        case unknown
        case connected
        /// Heard once, silent since.
        case lost
        /// Never heard.
        case absent
    }

    package enum Receipt: Equatable, Sendable {
        /// Older than what is known: a late or repeated message. Changes nothing.
        case ignoredAsStale
        /// `isMaterial` says whether anything but loads and ages changed.
        case accepted(events: [FleetEvent], isMaterial: Bool)
    }

    private struct Heard<Report: Equatable & Sendable>: Equatable, Sendable {
        var report: Report
        var at: Moment
        /// When the report was made: it may have been confirmed since.
        var madeAt: Moment
        var isLost = false
    }

    private let start: Moment
    private var planes: [PlaneName: Heard<PlaneReport>] = [:]
    private var gateways: [GatewayName: Heard<GatewayReport>] = [:]

    package init(start: Moment) { self.start = start }

    // MARK: Inputs

    /// Takes a plane's report. Once a plane is lost any report is taken, so that one whose start counter was lost with its disk
    /// is not shut out for good.
    package mutating func receive(_ report: PlaneReport, now: Moment) -> Receipt {
        let known = planes[report.plane]
        if let known, !known.isLost,
            (report.planeStart, report.sequence) <= (known.report.planeStart, known.report.sequence)
        {
            return .ignoredAsStale
        }
        planes[report.plane] = Heard(report: report, at: now, madeAt: now)
        var events = NodeChanges.events(from: known?.report, to: report) + ReplicaChanges.events(from: known?.report, to: report)
        let isBack = known == nil || known?.isLost == true
        if isBack { events.insert(Self.connected(.workloadPlane, report.plane.rawValue), at: 0) }
        let isMaterial = isBack || known.map { ReplicaChanges.isMaterial(from: $0.report, to: report) } ?? true
        return .accepted(events: events, isMaterial: isMaterial)
    }

    /// Takes a plane's word that its next report would differ from the last in nothing but how old everything is.
    ///
    /// - Returns: false where there is no last one to go by: a report is needed.
    package mutating func confirm(_ plane: PlaneName, start: UInt64, sequence: UInt64, now: Moment) -> Bool {
        guard let known = planes[plane], !known.isLost, known.report.planeStart == start, known.report.sequence < sequence
        else { return false }
        planes[plane]?.report.sequence = sequence
        planes[plane]?.at = now
        return true
    }

    /// Takes a gateway's report.
    package mutating func receive(_ report: GatewayReport, now: Moment) -> Receipt {
        let known = gateways[report.gateway]
        gateways[report.gateway] = Heard(report: report, at: now, madeAt: now)
        let isBack = known == nil || known?.isLost == true
        let events = isBack ? [Self.connected(.gateway, report.gateway.rawValue)] : []
        guard let old = known?.report, !isBack else { return .accepted(events: events, isMaterial: true) }
        let isSame =
            old.snapshot == report.snapshot && old.address == report.address && old.isReady == report.isReady
            && Self.losses(old) == Self.losses(report)
        return .accepted(events: events, isMaterial: !isSame || asksForFirst(old, report))
    }

    /// Whether requests begin to wait for a workload that has no replica anywhere, or find none: what should be decided upon at
    /// once.
    private func asksForFirst(_ old: GatewayReport, _ new: GatewayReport) -> Bool {
        (new.demand ?? [:]).contains { name, demand in
            let before = old.demand?[name] ?? WorkloadDemand()
            let isNew = demand.queued > 0 && before.queued == 0 || demand.missed > before.missed
            return isNew && !isAnywhere(WorkloadName(name))
        }
    }

    private func isAnywhere(_ workload: WorkloadName) -> Bool {
        planes.values.contains { heard in
            heard.report.replicas.contains { $0.id.workload == workload && $0.state != .draining && $0.state != .gone }
        }
    }

    /// Notices who fell silent.
    package mutating func tick(now: Moment) -> [FleetEvent] {
        var events: [FleetEvent] = []
        for (name, heard) in planes.sorted(by: { $0.key < $1.key }) where !heard.isLost && now.since(heard.at) >= Self.silence {
            planes[name]?.isLost = true
            events.append(
                Self.lost(.workloadPlane, name.rawValue, "it keeps its assignment and goes on serving by its own disk"))
        }
        for (name, heard) in gateways.sorted(by: { $0.key < $1.key }) where !heard.isLost && now.since(heard.at) >= Self.silence {
            gateways[name]?.isLost = true
            events.append(Self.lost(.gateway, name.rawValue, "it goes on serving by its last snapshot"))
        }
        return events
    }

    /// Forgets whoever is no longer declared.
    package mutating func retain(_ fleet: Fleet) {
        let (planeNames, gatewayNames) = (Set(fleet.planes.map(\.name)), Set(fleet.gateways.map(\.name)))
        planes = planes.filter { planeNames.contains($0.key) }
        gateways = gateways.filter { gatewayNames.contains($0.key) }
    }

    // MARK: What is known

    package func connection(of plane: PlaneName, now: Moment) -> Connection {
        connection(isLost: planes[plane]?.isLost, now: now)
    }

    package func connection(of gateway: GatewayName, now: Moment) -> Connection {
        connection(isLost: gateways[gateway]?.isLost, now: now)
    }

    package func report(of plane: PlaneName) -> PlaneReport? { planes[plane]?.report }
    package func report(of gateway: GatewayName) -> GatewayReport? { gateways[gateway]?.report }

    /// How long ago the newest report came; nil before the first.
    package func age(of plane: PlaneName, now: Moment) -> Duration? { planes[plane].map { now.since($0.at) } }
    package func age(of gateway: GatewayName, now: Moment) -> Duration? { gateways[gateway].map { now.since($0.at) } }

    /// The newest report of every plane heard, sorted by plane, with how long ago it was made.
    package func reports(now: Moment) -> [(report: PlaneReport, age: Duration)] {
        planes.sorted { $0.key < $1.key }.map { ($0.value.report, now.since($0.value.madeAt)) }
    }

    /// Gateways that were heard, sorted.
    package var gatewayNames: [GatewayName] { gateways.keys.sorted() }

    package var connectedPlanes: Int { planes.values.count { !$0.isLost } }
    package var connectedGateways: Int { gateways.values.count { !$0.isLost } }

    /// The planes a gateway has lost from sight.
    private static func losses(_ report: GatewayReport) -> Set<String> {
        Set((report.planeSights ?? [:]).filter(\.value.isLost).keys)
    }

    private func connection(isLost: Bool?, now: Moment) -> Connection {
        switch isLost {
        case .some(true): .lost
        case .some(false): .connected
        case .none: now.since(start) < Self.silence ? .unknown : .absent
        }
    }

    private static func connected(_ kind: ResourceKind, _ name: String) -> FleetEvent {
        FleetEvent(
            subject: ResourceKey(kind: kind, name: name), reason: "Connected", message: "reports to the control plane")
    }

    private static func lost(_ kind: ResourceKind, _ name: String, _ consequence: String) -> FleetEvent {
        FleetEvent(
            subject: ResourceKey(kind: kind, name: name), severity: .warning, reason: "ConnectionLost",
            message: "no report for \(silence.text); \(consequence)")
    }
}
