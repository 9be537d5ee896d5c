import FleetModel
import FleetRouting
import FleetTransport
import Logging
import NIOCore

/// The control side's one place of state: takes snapshots and reports into a ``FleetView``, keeps feeds and probes in step with
/// it, and hands every router what it must know. Lives on one event loop; nothing else touches it.
final class FleetObserver {
    private let gateway: GatewayName
    private var feedSeed: String
    private let dialer: Dialer
    private let eventLoop: any EventLoop
    private let sinks: [any RouterInputSink]
    private let logger: Logger
    private let onFacts: (ControlFacts) -> Void
    private var view: FleetView
    private var feeds: [PlaneName: FeedClient] = [:]
    private var facts = ControlFacts()
    private var objections: [PlaneName: [ReplicaObjection]] = [:]
    private let quotas: QuotaDesk
    private var sightMeter = PlaneSightMeter()
    private var isStopped = false
    private lazy var prober = Prober(dialer: dialer, eventLoop: eventLoop) { [weak self] in self?.probed($0) }

    init(
        gateway: GatewayName, token: String, dialer: Dialer, eventLoop: any EventLoop, sinks: [any RouterInputSink],
        quotas: QuotaDesk, logger: Logger, onFacts: @escaping @Sendable (ControlFacts) -> Void
    ) {
        self.gateway = gateway
        feedSeed = FeedAuthentication.seed(gatewayToken: token)
        self.dialer = dialer
        self.eventLoop = eventLoop
        self.sinks = sinks
        self.quotas = quotas
        self.logger = logger
        self.onFacts = onFacts
        view = FleetView(gateway: gateway)
    }

    /// Takes a snapshot; true where it is in force now (and so should be kept on disk).
    ///
    /// - Parameter isFromDisk: a process before this one served by it.
    func take(_ snapshot: RoutingSnapshot, isFromDisk: Bool = false) -> Bool {
        guard !isStopped else { return false }
        switch view.accept(snapshot) {
        case .accepted(let table):
            logger.info("routing by snapshot \(snapshot.version)")
            quotas.follow(table.directory.tenants, isFromDisk: isFromDisk)
            publish(table)
            followFeeds(table.directory)
            return true
        case .notNewer:
            return false
        case .refused(let refusal):
            logger.warning("snapshot refused: \(refusal)")
            return false
        }
    }

    /// Runs on what is held of tenants' limits.
    func withQuotas<Value>(_ body: (QuotaDesk) throws -> Value) rethrows -> Value { try body(quotas) }

    /// The control plane is, or was last, in touch at this moment.
    func contacted(at moment: Moment) {
        guard !isStopped else { return }
        facts.contact = max(facts.contact ?? moment, moment)
        send(.controlPlaneContact(facts.contact))
        tell()
    }

    /// Follows every feed with the keys of another token.
    func renew(token: String) {
        guard !isStopped else { return }
        feedSeed = FeedAuthentication.seed(gatewayToken: token)
        for feed in feeds.values { feed.stop() }
        feeds.removeAll()
        if let table = facts.table { followFeeds(table.directory) }
    }

    func stop() {
        isStopped = true
        for feed in feeds.values { feed.stop() }
        feeds.removeAll()
        prober.stop()
    }

    // MARK: Reports

    private func take(_ report: PlaneReport) {
        guard !isStopped else { return }
        switch view.accept(report, now: NIODeadline.now().moment) {
        case .accepted(let table, let loads, let objections):
            if let table { publish(table) }
            send(.loads(loads))
            if self.objections[report.plane] ?? [] != objections {
                for objection in objections { logger.warning("replica gets no request: \(objection)") }
                self.objections[report.plane] = objections
            }
        case .notNewer:
            break
        case .refused(let refusal):
            logger.warning("report of plane \(report.plane) refused: \(refusal)")
        }
    }

    private func probed(_ event: RouterEvent) {
        send(.event(event))
        if case .planeRoundTrip = event { tell() }
    }

    /// How every plane whose feed's address is known looks from here.
    func planeSights(_ tallies: [PlaneName: PlaneTally]) -> [String: PlaneSight] {
        let shares = sightMeter.shares(tallies, now: NIODeadline.now().moment)
        var sights: [String: PlaneSight] = [:]
        for plane in facts.planes {
            guard let feed = feeds[plane.name] else { continue }
            let tally = tallies[plane.name] ?? PlaneTally()
            sights[plane.name.rawValue] = PlaneSight(
                isFeedLive: feed.isLive, feedAgeMilliseconds: feed.lastRead.map { Double((.now() - $0).nanoseconds) / 1e6 },
                replicas: tally.replicas, usable: tally.usable, unansweredShare: shares[plane.name],
                roundTripMilliseconds: plane.roundTrip?.milliseconds)
        }
        return sights
    }

    // MARK: Keeping in step

    private func followFeeds(_ directory: RoutingDirectory) {
        var wanted: [PlaneName: ListenAddress] = [:]
        for plane in directory.planes where plane.isPresent {
            guard let text = plane.feedAddress else { continue }
            if let address = ListenAddress(text) {
                wanted[plane.name] = address
            } else {
                logger.warning("plane \(plane.name) reports feed address '\(text)'; host:port is expected")
            }
        }
        for (name, feed) in feeds where wanted[name] != feed.address {
            feed.stop()
            feeds[name] = nil
        }
        for (name, address) in wanted.sorted(by: { $0.key < $1.key }) where feeds[name] == nil {
            let feed = FeedClient(
                gateway: gateway, plane: name, address: address, key: FeedAuthentication.key(seed: feedSeed, plane: name),
                dialer: dialer, eventLoop: eventLoop, logger: logger, onReport: { [weak self] in self?.take($0) },
                onChange: { [weak self] in self?.tell() })
            feeds[name] = feed
            feed.start()
        }
        tell()
    }

    private func publish(_ table: RoutingTable) {
        send(.table(table))
        prober.follow(table)
        let wasReady = facts.readiness.isReady
        facts.table = table
        facts.readiness.update(table)
        if facts.readiness.isReady, !wasReady { logger.info("gateway \(gateway) is ready") }
        tell()
    }

    private func send(_ input: RouterInput) {
        for sink in sinks { sink.apply(input) }
    }

    private func tell() {
        guard let directory = facts.table?.directory else { return onFacts(facts) }
        facts.planes = directory.planes.enumerated().filter(\.element.isPresent).map { index, plane in
            ControlFacts.Plane(
                name: plane.name, isFeedLive: feeds[plane.name]?.isLive ?? false,
                roundTrip: prober.roundTrip(to: PlaneIndex(index)))
        }
        onFacts(facts)
    }
}
