import FleetModel
import FleetRouting
import NIOCore
import NIOHTTP1

/// Asks one replica for its health at an interval, on one kept-alive connection, and measures the round trip. Lives on one loop.
///
/// The connection of a shallow check is also a tripwire: when an idle one closes the replica is probed at once, so a killed
/// process is found in the time of a refused connection, not at the next turn.
final class ReplicaProbe {
    enum Outcome: Equatable {
        case passed(roundTrip: Duration)
        case failed(RouterEvent.ProbeFailure)
    }

    /// A connection that closes sooner than this after its last probe began waits for the next turn: no storm on servers that
    /// close after each answer.
    static let tripwireRest = TimeAmount.milliseconds(200)

    private enum State {
        case idle, dialing
        case waiting(since: NIODeadline)
        case answering
    }

    let entry: ReplicaEntry
    let check: HealthChecks.Check
    private let isTripwire: Bool
    private let plane: PlaneName
    private let dialer: Dialer
    private let eventLoop: any EventLoop
    private let report: (Outcome) -> Void
    private var state = State.idle
    private var channel: (any Channel)?
    private var turn: Scheduled<Void>?
    private var deadline: Scheduled<Void>?
    private var lastBegan = NIODeadline.uptimeNanoseconds(0)
    private var isStopped = false

    init(
        _ entry: ReplicaEntry, check: HealthChecks.Check, isTripwire: Bool, plane: PlaneName, dialer: Dialer,
        eventLoop: any EventLoop, report: @escaping (Outcome) -> Void
    ) {
        self.entry = entry
        self.check = check
        self.isTripwire = isTripwire
        self.plane = plane
        self.dialer = dialer
        self.eventLoop = eventLoop
        self.report = report
    }

    /// Bounded whatever a snapshot says.
    private var interval: TimeAmount { .milliseconds(Int64(min(max(check.intervalMilliseconds, 100), 3_600_000))) }
    private var timeout: TimeAmount {
        .milliseconds(Int64(min(max(check.timeoutMilliseconds, 1), max(check.intervalMilliseconds, 100))))
    }

    /// Begins somewhere in the interval, by the replica's identity: the first probes of many are spread without chance.
    func start() {
        schedule(in: .nanoseconds(Int64(entry.identityHash % UInt64(interval.nanoseconds))))
    }

    func stop() {
        isStopped = true
        turn?.cancel()
        deadline?.cancel()
        channel?.close(promise: nil)
        channel = nil
    }

    // MARK: Turns

    private func schedule(in delay: TimeAmount) {
        turn?.cancel()
        turn = eventLoop.assumeIsolated().scheduleTask(in: delay) { self.begin() }
    }

    private func begin() {
        guard !isStopped else { return }
        schedule(in: interval)
        guard case .idle = state else { return }
        lastBegan = .now()
        deadline?.cancel()
        deadline = eventLoop.assumeIsolated().scheduleTask(in: timeout) { self.fail(.silent) }
        if let channel { ask(channel) } else { dial() }
    }

    private func dial() {
        state = .dialing
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let timeout = Duration.nanoseconds(timeout.nanoseconds)
        let opened = dialer.connect(
            to: entry.address, plane: plane, on: eventLoop, timeout: timeout, tls: entry.tls
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                let handler = ProbeHandler(bound.value)
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }
        opened.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): self.opened(channel)
            case .failure(let error): self.fail((error as? DialFailure)?.probeFailure ?? .unhealthy)
            }
        }
    }

    private func opened(_ channel: any Channel) {
        guard !isStopped, case .dialing = state, self.channel == nil else {
            channel.close(promise: nil)
            return
        }
        self.channel = channel
        ask(channel)
    }

    private func ask(_ channel: any Channel) {
        state = .waiting(since: .now())
        var head = HTTPRequestHead(
            version: .http1_1, method: check.body == nil ? .GET : .POST, uri: check.path ?? entry.healthPath,
            headers: ["host": entry.tls?.serverName ?? entry.address.description, "user-agent": "tradewind-probe"])
        if let body = check.body {
            head.headers.add(name: "content-type", value: "application/json")
            head.headers.add(name: "content-length", value: String(body.utf8.count))
        }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if let body = check.body {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }

    // MARK: Answers

    func headArrived(status: Int) {
        guard !isStopped, case .waiting(let since) = state else { return }
        deadline?.cancel()
        state = .answering
        if (200..<300).contains(status) {
            report(.passed(roundTrip: .nanoseconds((NIODeadline.now() - since).nanoseconds)))
        } else {
            report(.failed(.unhealthy))
        }
    }

    func answerEnded(isKeptAlive: Bool) {
        state = .idle
        if !isKeptAlive { dropConnection() }
    }

    func connectionClosed(_ closed: any Channel) {
        guard let channel, channel === closed else { return }
        self.channel = nil
        guard !isStopped else { return }
        switch state {
        case .waiting: fail(.unhealthy)
        case .answering: state = .idle
        case .dialing: break
        case .idle:
            guard isTripwire else { return }
            let rest = Self.tripwireRest - (NIODeadline.now() - lastBegan)
            schedule(in: max(rest, .zero))
        }
    }

    private func fail(_ failure: RouterEvent.ProbeFailure) {
        guard !isStopped else { return }
        switch state {
        case .idle, .answering: return
        case .dialing, .waiting: break
        }
        deadline?.cancel()
        state = .idle
        dropConnection()
        report(.failed(failure))
    }

    private func dropConnection() {
        let dropped = channel
        channel = nil
        dropped?.close(promise: nil)
    }
}

extension DialFailure {
    /// What the failure says about the replica that was to be probed.
    fileprivate var probeFailure: RouterEvent.ProbeFailure {
        if isRefusal { return .refused }
        if case .timedOut = self { return .silent }
        return .unhealthy
    }
}
