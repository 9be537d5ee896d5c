import FleetModel
import FleetRouting
import NIOCore
import NIOHTTP1

/// Asks one replica for its health every second, on one kept-alive connection, and measures the round trip. Lives on one loop.
///
/// The connection is also a tripwire: when an idle one closes the replica is probed at once, so a killed process is found in
/// the time of a refused connection, not at the next turn.
final class ReplicaProbe {
    enum Outcome: Equatable {
        case passed(roundTrip: Duration)
        case failed(RouterEvent.ProbeFailure)
    }

    static let interval = TimeAmount.seconds(1)
    /// Shorter than the interval: a silent replica is probed again at the very next turn, not at every second one.
    static let timeout = TimeAmount.milliseconds(900)
    /// A connection that closes sooner than this after its last probe began waits for the next turn: no storm on servers that
    /// close after each answer.
    static let tripwireRest = TimeAmount.milliseconds(200)

    private enum State {
        case idle, dialing
        case waiting(since: NIODeadline)
        case answering
    }

    let entry: ReplicaEntry
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
        _ entry: ReplicaEntry, plane: PlaneName, dialer: Dialer, eventLoop: any EventLoop, report: @escaping (Outcome) -> Void
    ) {
        self.entry = entry
        self.plane = plane
        self.dialer = dialer
        self.eventLoop = eventLoop
        self.report = report
    }

    /// Begins after `delay`: the first probes of many replicas are spread over the interval.
    func start(after delay: TimeAmount) { schedule(in: delay) }

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
        schedule(in: Self.interval)
        guard case .idle = state else { return }
        lastBegan = .now()
        deadline?.cancel()
        deadline = eventLoop.assumeIsolated().scheduleTask(in: Self.timeout) { self.fail(.silent) }
        if let channel { ask(channel) } else { dial() }
    }

    private func dial() {
        state = .dialing
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let timeout = Duration.nanoseconds(Self.timeout.nanoseconds)
        let opened = dialer.connect(to: entry.address, plane: plane, on: eventLoop, timeout: timeout) { channel in
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
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: entry.healthPath,
            headers: ["host": entry.address.description, "user-agent": "tradewind-probe"])
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
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
