import FleetModel
import FleetTransport
import Logging
import NIOCore
import NIOHTTP1

/// Follows one plane's feed for as long as it is wanted: connects, reads, and connects again with a back-off. Lives on one loop.
final class FeedClient {
    static let connectTimeout = Duration.seconds(3)
    static let firstWait = Duration.milliseconds(50)
    static let longestWait = Duration.seconds(2)

    let plane: PlaneName
    let address: ListenAddress
    /// A report was read from the connection that is open now.
    private(set) var isLive = false
    /// When the newest report was read; nil before the first.
    private(set) var lastRead: NIODeadline?
    private let gateway: GatewayName
    private let key: String
    private let dialer: Dialer
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let onReport: (PlaneReport) -> Void
    private let onChange: () -> Void
    private var backoff = Backoff(initial: firstWait, maximum: longestWait)
    private var channel: (any Channel)?
    private var isStopped = false
    private var lastProblem: String?

    init(
        gateway: GatewayName, plane: PlaneName, address: ListenAddress, key: String, dialer: Dialer, eventLoop: any EventLoop,
        logger: Logger, onReport: @escaping (PlaneReport) -> Void, onChange: @escaping () -> Void
    ) {
        self.gateway = gateway
        self.plane = plane
        self.address = address
        self.key = key
        self.dialer = dialer
        self.eventLoop = eventLoop
        self.logger = logger
        self.onReport = onReport
        self.onChange = onChange
    }

    func start() {
        guard !isStopped else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let opened = dialer.connect(to: address, plane: plane, on: eventLoop, timeout: Self.connectTimeout) { channel in
            channel.eventLoop.makeCompletedFuture {
                let client = bound.value
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(client.makeHandler())
            }
        }
        opened.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                if self.isStopped { channel.close(promise: nil) } else { self.channel = channel }
            case .failure(let error): self.ended("\(error)")
            }
        }
    }

    func stop() {
        isStopped = true
        isLive = false
        channel?.close(promise: nil)
        channel = nil
    }

    private func makeHandler() -> FeedHandler {
        FeedHandler(
            gateway: gateway, plane: plane, key: key, address: address, onReport: { self.read($0) },
            onEnd: { self.ended($0.description) })
    }

    private func read(_ report: PlaneReport) {
        guard !isStopped else { return }
        lastRead = .now()
        if !isLive {
            isLive = true
            lastProblem = nil
            backoff.reset()
            logger.info("feed of plane \(plane) is live", metadata: ["address": "\(address)"])
            onChange()
        }
        onReport(report)
    }

    private func ended(_ problem: String) {
        channel = nil
        guard !isStopped else { return }
        if lastProblem != problem { logger.warning("feed of plane \(plane): \(problem)", metadata: ["address": "\(address)"]) }
        lastProblem = problem
        if isLive {
            isLive = false
            onChange()
        }
        let wait = backoff.next(jitter: .random(in: 0..<1))
        eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(wait / .nanoseconds(1)))) { self.start() }
    }
}
