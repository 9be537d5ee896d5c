import FleetModel
package import FleetRouting
package import NIOCore

/// One event loop's share of the data path: its router, its upstream connections, its clients and its counters. Everything in it
/// happens on its loop: no lock, no atomic.
package final class GatewayWorker {
    package let eventLoop: any EventLoop
    package let limits: ProxyLimits
    let local: LocalEndpoints
    package var counters = LoopCounters()
    var router: Router
    /// The table the router decides by; nil before the first.
    private(set) var table: RoutingTable?
    var budget: RetryBudget
    /// Where addresses are, where the gateway has a database of it.
    package var countries: CountryDatabase?
    var random: SplitMix64
    let outbox: Outbox
    /// Nil where requests are not recorded.
    package let recorder: RequestRecorder?
    let wheel: DeadlineWheel
    let gate = WorkloadGate()
    private(set) var pool: UpstreamPool!
    private var clients: [ClientConnection] = []
    /// How new clients are taken in.
    var transport: ClientTransport
    /// Others than this machine can reach the listener.
    let isExposed: Bool
    var connections = WorkerConnections()
    /// Told where demand appears for a workload that has no replica, so that the control plane hears of it at once.
    package var onDemand: (@Sendable () -> Void)?
    /// Requests that do not wait are told of so often at most; what they ask for stays asked for by the reports that come anyway.
    static let missPace = Duration.seconds(1)
    private var lastMissTold: Moment?
    private var waiting: [Exchange] = []
    private var lastServed: [Moment?] = []
    private var firstBytes: [LatencyHistogram] = []
    /// Of forms whose model is still to come, beyond what is held of any body.
    package internal(set) var heldFormBytes = 0
    private var isTicking = false
    package private(set) var isDraining = false
    private var drained: EventLoopPromise<Void>?

    /// - Parameter recording: what becomes of requests is recorded; nil records nothing.
    package init(
        eventLoop: any EventLoop, dialer: Dialer, limits: ProxyLimits = ProxyLimits(), local: LocalEndpoints, seed: UInt64,
        transport: ClientTransport = .plain, isExposed: Bool = false, recording: RequestRecorder.Configuration? = nil
    ) {
        self.transport = transport
        self.isExposed = isExposed
        recorder = recording.map { RequestRecorder($0, eventLoop: eventLoop) }
        self.eventLoop = eventLoop
        self.limits = limits
        self.local = local
        random = SplitMix64(seed: seed)
        router = Router(seed: random.next())
        let now = Self.clock()
        budget = RetryBudget(
            burst: limits.retryBurst, perSecond: limits.retriesPerSecond, perRequest: limits.retriesPerRequest, now: now)
        wheel = DeadlineWheel(now: now)
        outbox = Outbox(eventLoop: eventLoop)
        pool = UpstreamPool(worker: self, dialer: dialer)
    }

    private static func clock() -> Moment { Moment(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds)) }

    @inline(__always)
    func now() -> Moment { Self.clock() }

    // MARK: What the control side says

    /// Takes an input on this loop; closes what the router says must be closed before anything else is sent.
    package func apply(_ input: RouterInput) {
        eventLoop.preconditionInEventLoop()
        var mayServeMore = false
        if case .table(let table) = input {
            mayServeMore = true
            recorder?.follow(table.directory.telemetry)
        }
        let actions = router.apply(input, now: now())
        table = router.table
        for action in actions {
            switch action {
            case .closeConnections(let handle): pool.closeAll(of: handle)
            case .moveWaiting(let handle): pool.moveWaiting(from: handle)
            }
        }
        if mayServeMore { wakeWaiting() }
        gate.look()
    }

    /// What a workload has under way over all loops; nil for one no table holds.
    @inline(__always)
    func account(of workload: WorkloadIndex) -> WorkloadAccount? { table?.directory.account(of: workload) }
    /// The counters with what the recorder counts.
    package var counted: LoopCounters {
        var counted = counters
        counted.droppedRecords = recorder?.dropped ?? 0
        return counted
    }

    /// What is under way right now.
    package func demand() -> LoopDemand {
        var demand = LoopDemand()
        let now = now()
        demand.inFlight = router.inFlightByWorkload()
        gate.tell(&demand, now: now)
        for exchange in waiting { demand.waits(exchange.gatePlace, for: now.since(exchange.client.startedAt)) }
        return demand
    }

    /// The first request waits for a workload that has no replica.
    func demandAppeared() { onDemand?() }

    /// A request found no replica of a workload that it should wake, and is gone.
    func noteMiss(now: Moment) {
        guard lastMissTold.map({ now.since($0) >= Self.missPace }) ?? true else { return }
        lastMissTold = now
        onDemand?()
    }

    /// What this loop knows of each plane, by index.
    package func planeTallies() -> [PlaneTally] {
        var tallies = router.planeTallies(at: now())
        for index in tallies.indices {
            if let answered = counters.answeredRequests(at: PlaneIndex(index)) {
                tallies[index].answered = answered
            } else {
                // Without what succeeded, failures alone would look like a plane that is lost.
                tallies[index].unanswered = 0
            }
        }
        return tallies
    }

    /// What the router counts of its own.
    package func statistics() -> RouterStatistics { router.statistics(at: now()) }

    // MARK: Clients

    /// Takes a client's connection, unless there are too many.
    func add(_ client: ClientConnection) -> Bool {
        guard clients.count < limits.connections else { return false }
        client.position = clients.count
        clients.append(client)
        counters.openClientConnections = clients.count
        return true
    }

    func remove(_ client: ClientConnection) {
        wheel.remove(client)
        guard client.position >= 0, let last = clients.popLast() else { return }
        if last !== client {
            clients[client.position] = last
            last.position = client.position
        }
        client.position = -1
        counters.openClientConnections = clients.count
        finishDrainingIfIdle()
    }

    /// Lets busy clients finish and closes the others; the future succeeds once none is left.
    package func drain() -> EventLoopFuture<Void> {
        isDraining = true
        recorder?.flush()
        let promise = drained ?? eventLoop.makePromise(of: Void.self)
        drained = promise
        for client in clients { client.closeWhenIdle() }
        for connection in connections.present { connection.drain() }
        finishDrainingIfIdle()
        return promise.futureResult
    }

    /// Cuts every connection.
    package func closeAll() {
        isDraining = true
        for client in clients { client.abort() }
        for connection in connections.present { connection.cut() }
        pool.closeAll()
        finishDrainingIfIdle()
    }

    func finishDrainingIfIdle() {
        guard isDraining, clients.isEmpty, connections.isEmpty, let drained else { return }
        self.drained = nil
        pool.closeAll()
        recorder?.flush()
        drained.succeed(())
    }

    // MARK: Requests that wait for a replica

    /// Whether a workload was served within the retry window, so that waiting for it may pay.
    func wasServedRecently(_ workload: WorkloadIndex, now: Moment) -> Bool {
        guard lastServed.indices.contains(workload.value), let last = lastServed[workload.value] else { return false }
        return now.since(last) < limits.retryWindow
    }

    @inline(__always)
    func noteServed(_ workload: WorkloadIndex, now: Moment) {
        while lastServed.count <= workload.value { lastServed.append(nil) }
        lastServed[workload.value] = now
    }

    // MARK: How long short calls take

    /// When a second attempt joins the first; nil while nobody can say.
    func hedgeDelay(_ hedging: Hedging, workload: WorkloadIndex) -> Duration? {
        let fixed = hedging.delayMilliseconds.map { Duration.milliseconds(min(max($0, 1), 60_000)) }
        guard let percentile = hedging.percentile, firstBytes.indices.contains(workload.value) else { return fixed }
        return firstBytes[workload.value].quantile(percentile) ?? fixed
    }

    func observeFirstByte(_ duration: Duration, workload: WorkloadIndex) {
        while firstBytes.count <= workload.value { firstBytes.append(LatencyHistogram()) }
        firstBytes[workload.value].observe(duration)
    }

    /// Takes an exchange into the waiting ones; false when there are too many.
    func wait(_ exchange: Exchange) -> Bool {
        guard waiting.count < limits.waitingRequests else { return false }
        waiting.append(exchange)
        return true
    }

    func stopWaiting(_ exchange: Exchange) {
        guard let index = waiting.firstIndex(where: { $0 === exchange }) else { return }
        waiting.swapAt(index, waiting.count - 1)
        waiting.removeLast()
    }

    private func wakeWaiting() {
        let woken = waiting
        waiting.removeAll(keepingCapacity: true)
        for exchange in woken { exchange.wake() }
    }

    // MARK: Time

    /// Sets when `object` is due.
    @inline(__always)
    func arm(_ object: some Deadlined, after duration: Duration, now: Moment) {
        arm(object, at: now.advanced(by: duration))
    }

    @inline(__always)
    func arm(_ object: some Deadlined, at moment: Moment) {
        wheel.arm(object, at: moment)
        if !isTicking { startTicking() }
    }

    private func startTicking() {
        isTicking = true
        let task = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: .nanoseconds(DeadlineWheel.tick)) { task.value.tick() }
    }

    /// An idle gateway without connections does not tick at all.
    private func tick() {
        isTicking = false
        wheel.advance(now: now())
        if wheel.count > 0, !isTicking { startTicking() }
    }
}
