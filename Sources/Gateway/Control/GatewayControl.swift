package import FleetModel
package import FleetRouting
package import FleetTransport
package import Logging
package import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The gateway's control side: follows the control plane's snapshots and every plane's feed, probes replicas, and feeds the
/// routers of the data path. It needs none of them to be there: it serves from the snapshot on disk and from what planes tell.
///
/// ``start(address:)`` returns once the snapshot on disk (where there is one) is in force; the rest goes on in the background
/// until ``stop()``.
package final class GatewayControl: Sendable {
    package struct Configuration: Sendable {
        package var gateway: GatewayName
        /// The control API, such as `http://127.0.0.1:8080`; nil serves from disk only.
        package var controlURL: String?
        /// This gateway's own token. Secret.
        package var token: String
        /// PEM certificates to trust for the control API instead of the system's.
        package var caFile: String?
        /// The gateway's own folder (``StateFolder/gatewayFolder(_:)``).
        package var folder: String
        package var dialer: Dialer
        /// Told every snapshot that comes in force.
        package var onSnapshot: (@Sendable (RoutingSnapshot) async -> Void)?
        /// Says where the control API is and with which token, again before every connection: both may change while this runs.
        /// Nil where that is not known (yet); without this ``controlURL`` and ``token`` hold.
        package var renewed: (@Sendable () -> Credentials?)?

        package struct Credentials: Equatable, Sendable {
            package var url: String
            /// Secret.
            package var token: String

            package init(url: String, token: String) { (self.url, self.token) = (url, token) }
        }

        package init(
            gateway: GatewayName, controlURL: String?, token: String, caFile: String? = nil, folder: String,
            dialer: Dialer = Dialer(), renewed: (@Sendable () -> Credentials?)? = nil,
            onSnapshot: (@Sendable (RoutingSnapshot) async -> Void)? = nil
        ) {
            self.onSnapshot = onSnapshot
            self.renewed = renewed
            self.gateway = gateway
            self.controlURL = controlURL
            self.token = token
            self.caFile = caFile
            self.folder = folder
            self.dialer = dialer
        }
    }

    static let reportInterval = Duration.seconds(1)
    /// Reports lie at least so far apart, whatever appears.
    static let reportRest = Duration.milliseconds(100)
    /// How often the contact is noted and tenants' limits are settled.
    static let settlingInterval = Duration.seconds(5)
    /// How often spend is looked at: a budget that is spent faster than a sixty-fourth of it in this time waits for the disk.
    static let spendInterval = Duration.seconds(1)
    static let firstWait = Duration.milliseconds(200)
    static let longestWait = Duration.seconds(5)
    /// How often the last contact is written to disk, in settling intervals, where a workload limits the snapshot's age.
    static let contactSaveTurns = 6

    private struct State {
        var isStreamOpen = false
        var credentials: Configuration.Credentials?
        var client: ControlClient?
        var saved: SavedSnapshot?
        var tasks: [Task<Void, Never>] = []
        var isStopped = false
    }

    private let configuration: Configuration
    private let group: any EventLoopGroup
    private let eventLoop: any EventLoop
    private let observer: NIOLoopBoundBox<FleetObserver>
    private let traffic: @Sendable () async -> TrafficReport
    private let turns: AsyncStream<Void>
    private let turn: AsyncStream<Void>.Continuation
    private let planeTallies: @Sendable () async -> [PlaneName: PlaneTally]
    private let revisions: @Sendable () async -> [String: [RevisionOutcome]]
    private let explain: @Sendable (String) async -> JSONValue?
    private let logger: Logger
    private let state = Mutex(State())
    private let newestFacts = FactsBox()

    /// - Parameters:
    ///   - group: one of its loops carries feeds and probes.
    ///   - sinks: the workers, each on its loop.
    ///   - traffic: what the control plane is told of requests.
    ///   - planeTallies: what is known of each plane's replicas, for the same report.
    ///   - revisions: what became of requests by version, of workloads of which two serve.
    ///   - explain: what became of the request with an id; nil where that is not known.
    package init(
        _ configuration: Configuration, group: any EventLoopGroup, sinks: [any RouterInputSink], logger: Logger,
        traffic: @escaping @Sendable () async -> TrafficReport,
        planeTallies: @escaping @Sendable () async -> [PlaneName: PlaneTally] = { [:] },
        revisions: @escaping @Sendable () async -> [String: [RevisionOutcome]] = { [:] },
        explain: @escaping @Sendable (String) async -> JSONValue? = { _ in nil }
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.traffic = traffic
        (turns, turn) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.planeTallies = planeTallies
        self.revisions = revisions
        self.explain = explain
        self.group = group
        if let url = configuration.controlURL {
            let client = try ControlClient(
                url: url, token: configuration.token, caFile: configuration.caFile, eventLoopGroup: group)
            state.withLock { state in
                state.client = client
                state.credentials = Configuration.Credentials(url: url, token: configuration.token)
            }
        }
        let eventLoop = group.next()
        self.eventLoop = eventLoop
        let newestFacts = newestFacts
        observer = .makeBoxSendingValue(
            FleetObserver(
                gateway: configuration.gateway, token: configuration.token, dialer: configuration.dialer, eventLoop: eventLoop,
                sinks: sinks, quotas: QuotaDesk(), logger: logger, onFacts: { newestFacts.set($0) }),
            eventLoop: eventLoop)
    }

    /// What is known right now. Callable from any thread.
    package var facts: ControlFacts { newestFacts.get() }

    /// - Parameter address: `host:port` where the gateway takes requests, as the control plane is told.
    package func start(address: String) async throws {
        await loadSpend()
        await loadSnapshot()
        await keepSpend()
        let keeper = Task { await self.keepSpendRegularly() }
        state.withLock { $0.tasks = [keeper] }
        guard configuration.controlURL != nil || configuration.renewed != nil else { return }
        let inquiries = InquiryFollower(
            gateway: configuration.gateway, client: { self.state.withLock { $0.client } }, explain: explain, logger: logger)
        let tasks = [
            Task { await inquiries.run() },
            Task { await self.followSnapshots() },
            Task { await self.report(address: address) },
            Task { await self.callForReports() },
        ]
        let isLate = state.withLock { state in
            state.tasks += tasks
            return state.isStopped
        }
        if isLate {
            for task in tasks { task.cancel() }
        }
    }

    package func stop() async {
        let tasks = state.withLock { state in
            state.isStopped = true
            return state.tasks
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        try? await onLoop { $0.stop() }
        let client = state.withLock { state in
            defer { state.client = nil }
            return state.client
        }
        try? await client?.shutdown()
    }

    // MARK: The snapshot

    private func loadSnapshot() async {
        do {
            guard let saved = try SavedSnapshot.load(from: configuration.folder) else { return }
            guard try await onLoop({ $0.take(saved.snapshot, isFromDisk: true) }) else { return }
            state.withLock { $0.saved = saved }
            await configuration.onSnapshot?(saved.snapshot)
            logger.info("serving from the snapshot on disk", metadata: ["version": "\(saved.snapshot.version)"])
            guard let age = saved.age(atUnixSeconds: Self.unixSeconds()) else { return }
            let moment = NIODeadline.now().moment.advanced(by: .zero - age)
            try await onLoop { $0.contacted(at: moment) }
        } catch {
            logger.warning("no snapshot from disk: \(error)")
        }
    }

    private func followSnapshots() async {
        var backoff = Backoff(initial: Self.firstWait, maximum: Self.longestWait)
        var lastProblem = ""
        while !Task.isCancelled {
            var problem = "the control plane ended the snapshot stream"
            do {
                guard let client = try await renewedClient() else { throw Unknown() }
                for try await event in client.events("/internal/v1/gateways/\(configuration.gateway)/snapshot") {
                    guard event.name == "snapshot" else { continue }
                    backoff.reset()
                    lastProblem = ""
                    try await take(event)
                }
            } catch {
                problem = "\(error)"
            }
            state.withLock { $0.isStreamOpen = false }
            if Task.isCancelled { return }
            if problem != lastProblem { logger.warning("no snapshots: \(problem)") }
            lastProblem = problem
            try? await Task.sleep(for: backoff.next(jitter: .random(in: 0..<1)))
        }
    }

    private struct Unknown: Error, CustomStringConvertible {
        var description: String { "the control plane's address or this gateway's token is not there yet" }
    }

    /// The client for the credentials that hold now. A new token changes the keys of the planes' feeds, too.
    private func renewedClient() async throws -> ControlClient? {
        guard let renewed = configuration.renewed else { return state.withLock { $0.client } }
        guard let credentials = renewed() else { return state.withLock { $0.client } }
        let (known, old) = state.withLock { ($0.credentials, $0.client) }
        if credentials == known, let old { return old }
        let client = try ControlClient(
            url: credentials.url, token: credentials.token, caFile: configuration.caFile, eventLoopGroup: group)
        let isLate = state.withLock { state in
            guard !state.isStopped else { return true }
            state.client = client
            state.credentials = credentials
            return false
        }
        try? await (isLate ? client : old)?.shutdown()
        if isLate { return nil }
        if credentials.token != known?.token ?? configuration.token { try await onLoop { $0.renew(token: credentials.token) } }
        return client
    }

    private func take(_ event: ServerSentEvent) async throws {
        let snapshot: RoutingSnapshot
        do {
            snapshot = try FleetJSON.decode(RoutingSnapshot.self, from: Array(event.data.utf8))
        } catch {
            logger.warning("snapshot refused: it does not decode as format \(RoutingSnapshot.currentFormat)")
            return
        }
        let isInForce = try await onLoop { observer in
            let isInForce = observer.take(snapshot)
            observer.contacted(at: NIODeadline.now().moment)
            return isInForce
        }
        state.withLock { $0.isStreamOpen = true }
        await keepSpend()
        if isInForce { await configuration.onSnapshot?(snapshot) }
        if isInForce { save(SavedSnapshot(snapshot: snapshot, contactUnixSeconds: Self.unixSeconds())) }
    }

    private func save(_ saved: SavedSnapshot) {
        state.withLock { $0.saved = saved }
        do {
            try saved.save(to: configuration.folder)
        } catch {
            logger.error("cannot keep the snapshot on disk: \(error)")
        }
    }

    // MARK: The report

    /// Has the control plane told soon. Callable from any thread; calls that come close together are one.
    package func reportSoon() { turn.yield() }

    private func callForReports() async {
        repeat { turn.yield() } while (try? await Task.sleep(for: Self.reportInterval)) != nil
    }

    private func report(address: String) async {
        var settlings = 0
        var settled: Moment?
        for await _ in turns {
            if let client = state.withLock({ $0.client }) {
                let now = NIODeadline.now().moment
                let settles = settled.map { now.since($0) >= Self.settlingInterval } ?? true
                if settles {
                    settled = now
                    settlings += 1
                    await noteContact(savesToo: settlings % Self.contactSaveTurns == 0)
                }
                await send(client, address: address, settles: settles)
            }
            try? await Task.sleep(for: Self.reportRest)
            if Task.isCancelled { return }
        }
    }

    /// While the stream is open the control plane is in touch: it writes every five seconds, and 15 s of silence end the stream.
    private func noteContact(savesToo: Bool) async {
        let (isOpen, saved) = state.withLock { ($0.isStreamOpen, $0.saved) }
        guard isOpen else { return }
        try? await onLoop { $0.contacted(at: NIODeadline.now().moment) }
        guard savesToo, var saved, saved.snapshot.workloads.contains(where: { $0.maxSnapshotAgeMilliseconds != nil }) else {
            return
        }
        saved.contactUnixSeconds = Self.unixSeconds()
        save(saved)
    }

    private func send(_ client: ControlClient, address: String, settles: Bool) async {
        let facts = facts
        let traffic = await traffic()
        var roundTrips: [String: Double] = [:]
        for plane in facts.planes { roundTrips[plane.name.rawValue] = plane.roundTrip?.milliseconds }
        let tallies = await planeTallies()
        let versions = await revisions()
        let report = GatewayReport(
            gateway: configuration.gateway, snapshot: facts.table?.directory.version, address: address,
            isReady: facts.readiness.isReady, roundTripMilliseconds: roundTrips, requests: traffic.requests, pid: getpid(),
            quota: settles ? try? await onLoop { $0.withQuotas { $0.report() } } : nil, demand: traffic.demand,
            planeSights: try? await onLoop { $0.planeSights(tallies) },
            revisions: versions.isEmpty ? nil : versions)
        do {
            let body = try FleetJSON.encode(report)
            let response = try await client.send("POST", "/internal/v1/gateways/\(configuration.gateway)/report", body: body)
            if response.isSuccess { await take(answer: response.body) }
            if !response.isSuccess { logger.debug("the control plane answered the report with \(response.status)") }
        } catch {
            logger.debug("no report: \(error)")
        }
    }

    // MARK: Tenants' limits

    /// What the control plane lets this gateway use; nothing where it has nothing to say of it.
    private func take(answer body: [UInt8]) async {
        guard !body.isEmpty, let grant = try? FleetJSON.decode(QuotaGrant.self, from: body) else { return }
        try? await onLoop { $0.withQuotas { $0.take(grant) } }
        await keepSpend()
    }

    private func loadSpend() async {
        do {
            guard let kept = try SavedSpend.load(from: configuration.folder) else { return }
            try await onLoop { $0.withQuotas { $0.restore(kept) } }
        } catch {
            logger.error("what tenants spent is not known, for it cannot be read from disk: \(error)")
        }
    }

    /// Writes what tenants may spend next to disk before they may.
    private func keepSpend() async {
        do {
            guard let due = try await onLoop({ $0.withQuotas { $0.spendDue() } }) else { return }
            try due.file.save(to: configuration.folder)
            try await onLoop { $0.withQuotas { $0.spendIsKept(due.moved) } }
        } catch {
            logger.error("tenants with budgets may spend no more, for that cannot be kept on disk: \(error)")
        }
    }

    private func keepSpendRegularly() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.spendInterval)
            await keepSpend()
        }
    }

    private func onLoop<Value: Sendable>(_ body: @escaping @Sendable (FleetObserver) throws -> Value) async throws -> Value {
        let observer = observer
        return try await eventLoop.submit { try body(observer.value) }.get()
    }

    private static func unixSeconds() -> Int64 { Int64(time(nil)) }
}

/// The newest facts, written by the control loop and read by anyone.
private final class FactsBox: Sendable {
    private let facts = Mutex(ControlFacts())

    func set(_ new: ControlFacts) { facts.withLock { $0 = new } }
    func get() -> ControlFacts { facts.withLock { $0 } }
}
