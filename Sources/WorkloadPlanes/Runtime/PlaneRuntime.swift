import FleetControl
import FleetModel
import FleetTransport
import FoundationEssentials
import Logging

/// Feeds the reconciler and does what it says: one task, one event after the other, so that what must be on disk before a
/// start is on disk before it.
struct PlaneRuntime {
    enum Input: Sendable {
        case event(PlaneEvent)
        case heartbeat
    }

    /// The feed says something at least so often.
    static let heartbeat = Duration.milliseconds(500)
    /// What a shutdown may take beyond its limit before the plane leaves the rest to the supervisors.
    static let shutdownAllowance = Duration.seconds(10)

    let configuration: PlaneConfiguration
    let drivers: ReplicaDrivers
    let nodes: any NodeDriver
    let hub: FeedHub
    let inputs: AsyncStream<Input>.Continuation
    let reportChanges: AsyncStream<Void>.Continuation
    let logger: Logger
    let feedAddress: String
    let notices: NodeNotices?
    private let clock = ContinuousClock()
    private let origin = ContinuousClock.now
    private var identity: PlaneIdentity
    private var reconciler: PlaneReconciler
    private var sequence: UInt64 = 0
    private var timer: Task<Void, Never>?
    private var admittedVersion: SnapshotVersion?
    private var lastStates: [ReplicaID: ReplicaReport.State] = [:]

    init(
        configuration: PlaneConfiguration, identity: PlaneIdentity, drivers: ReplicaDrivers, nodes: any NodeDriver, hub: FeedHub,
        feedAddress: String, inputs: AsyncStream<Input>.Continuation, reportChanges: AsyncStream<Void>.Continuation,
        notices: NodeNotices?,
        logger: Logger
    ) {
        self.configuration = configuration
        self.identity = identity
        self.drivers = drivers
        self.nodes = nodes
        self.hub = hub
        self.feedAddress = feedAddress
        self.inputs = inputs
        self.reportChanges = reportChanges
        self.notices = notices
        self.logger = logger
        let addresses = AddressBook(records: identity.records(wallMilliseconds: Self.wallMilliseconds()), now: .origin)
        reconciler = PlaneReconciler(
            plane: configuration.plane, nextIncarnation: identity.nextIncarnation, addresses: addresses,
            seed: UInt64.random(in: .min ... .max))
    }

    /// Runs until a shutdown has ended every replica, or the task is cancelled.
    mutating func run(_ stream: AsyncStream<Input>) async {
        publish(.life)
        var giveUp: ContinuousClock.Instant?
        for await input in stream {
            switch input {
            case .event(let event):
                if case .shutdownRequested(let within) = event {
                    let end = clock.now + within + Self.shutdownAllowance
                    giveUp = giveUp.map { min($0, end) } ?? end
                }
                perform(reconciler.handle(event, now: now))
                settleNotices(after: event)
            case .heartbeat: publish(.load)
            }
            if reconciler.isFinished { break }
            if let giveUp, clock.now > giveUp {
                logger.warning("replicas did not end in time; their supervisors end them now")
                break
            }
            schedule()
        }
        timer?.cancel()
    }

    private func settleNotices(after event: PlaneEvent) {
        guard let notices else { return }
        if case .assigned = event {
            notices.follow(reconciler.assignment.map { $0.driver == .local ? $0.pools : [] } ?? [])
        }
        notices.settle(event) { reconciler.isVacant(pool: $0.pool, node: $0.index) }
    }

    private var now: Moment {
        let elapsed = origin.duration(to: clock.now).components
        return Moment(nanoseconds: elapsed.seconds * 1_000_000_000 + elapsed.attoseconds / 1_000_000_000)
    }

    private static func wallMilliseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    private mutating func schedule() {
        timer?.cancel()
        guard let due = reconciler.nextDeadline else { return }
        let wait = due.since(now)
        let inputs = inputs
        timer = Task.detached {
            guard (try? await Task.sleep(for: max(.zero, wait), tolerance: .milliseconds(5))) != nil else { return }
            inputs.yield(.event(.deadlinePassed))
        }
    }

    private mutating func perform(_ actions: [PlaneAction]) {
        var isPersisted = true
        for action in actions {
            switch action {
            case .persist: isPersisted = persist()
            case .start(let order) where isPersisted:
                logger.info(
                    "start", metadata: ["replica": "\(order.id)", "address": "\(configuration.replicaHost):\(order.port)"])
                drivers.start(order)
            case .start(let order):
                inputs.yield(.event(.startRefused(order.id, reason: "cannot write \(configuration.identityFile)")))
            case .stop(let id, let grace): drivers.driver(of: id).stop(id, grace: grace)
            case .kill(let id):
                logger.warning("kill", metadata: ["replica": "\(id)"])
                drivers.driver(of: id).kill(id)
            case .probe(let id): probe(id)
            case .measure(let id): measure(id)
            case .checkpoint(let id, let within, let reason): checkpoint(id, within: within, reason: reason)
            case .launchNode(let order):
                log(order.isResume ? "resume a node" : "launch a node", order.pool.name, order.index)
                nodes.launch(order)
            case .stopNode(let pool, let node):
                log("stop a node", pool, node)
                nodes.stop(pool: pool, node: node)
            case .releaseNode(let pool, let node):
                log("release a node", pool, node)
                nodes.release(pool: pool, node: node)
            case .forget(let id): drivers.forget(id)
            case .publish(let change): publish(change)
            }
        }
    }

    private func probe(_ id: ReplicaID) {
        let (driver, inputs) = (drivers.driver(of: id), inputs)
        Task.detached { inputs.yield(.event(await driver.probe(id))) }
    }

    private func measure(_ id: ReplicaID) {
        let (driver, inputs) = (drivers.driver(of: id), inputs)
        Task.detached { inputs.yield(.event(.loadMeasured(id, await driver.measure(id)))) }
    }

    private func checkpoint(_ id: ReplicaID, within: Duration, reason: String) {
        let (driver, inputs) = (drivers.driver(of: id), inputs)
        logger.info("checkpoint", metadata: ["replica": "\(id)", "reason": "\(reason)"])
        Task.detached { inputs.yield(.event(await driver.checkpoint(id, within: within, reason: reason))) }
    }

    private func log(_ what: Logger.Message, _ pool: PoolName, _ node: Int) {
        logger.info(what, metadata: ["pool": "\(pool)", "node": "\(node)"])
    }

    private mutating func persist() -> Bool {
        identity.nextIncarnation = reconciler.nextIncarnation
        identity.note(reconciler.addressRecords(now: now), wallMilliseconds: Self.wallMilliseconds())
        do {
            try identity.save(configuration.identityFile)
            return true
        } catch {
            logger.error("the plane's identity cannot be written; nothing is started", metadata: ["error": "\(error)"])
            return false
        }
    }

    private mutating func publish(_ change: PlaneAction.Change) {
        if let assignment = reconciler.assignment, assignment.version != admittedVersion {
            admittedVersion = assignment.version
            hub.admit(assignment.feedPeers)
        }
        sequence += 1
        let report = PlaneReport(
            plane: configuration.plane, planeStart: identity.planeStart, sequence: sequence,
            assignment: reconciler.assignment?.version, feedAddress: feedAddress,
            replicas: reconciler.replicaReports(host: configuration.replicaHost, now: now), refusals: reconciler.refusals,
            nodes: reconciler.nodeReports(now: now), history: reconciler.poolHistory(now: now))
        do { try hub.publish(report) } catch { logger.error("a report cannot be encoded", metadata: ["error": "\(error)"]) }
        guard change == .life else { return }
        logStates(report)
        reportChanges.yield()
    }

    private mutating func logStates(_ report: PlaneReport) {
        for replica in report.replicas where lastStates[replica.id] != replica.state {
            var metadata: Logger.Metadata = ["replica": "\(replica.id)", "state": "\(replica.state.rawValue)"]
            if !replica.reason.isEmpty { metadata["reason"] = "\(replica.reason)" }
            logger.info("replica", metadata: metadata)
        }
        lastStates = Dictionary(report.replicas.map { ($0.id, $0.state) }, uniquingKeysWith: { first, _ in first })
    }
}
