import FleetControl
import FleetModel
import Logging
import NIOCore
import Synchronization

/// Follows the metadata services of a plane's nodes, tells the plane's reconciler what they announce, and remembers which
/// announced nodes have been emptied, so that a cloud that waits for it is told.
final class NodeNotices: Sendable {
    private struct State {
        var watches: [WatchedNode: Task<Void, Never>] = [:]
        /// Nodes whose end is announced; true once nothing runs there.
        var announced: [WatchedNode: Bool] = [:]
        var isClosed = false
    }

    private let source: NoticeSource
    private let client: MetadataClient
    private let pacing: NoticeFollower.Pacing
    private let logger: Logger
    private let report: ReplicaEvents
    private let state = Mutex(State())

    init(
        source: NoticeSource, pacing: NoticeFollower.Pacing, eventLoopGroup: any EventLoopGroup, logger: Logger,
        report: @escaping ReplicaEvents
    ) {
        self.source = source
        self.pacing = pacing
        self.logger = logger
        self.report = report
        client = MetadataClient(eventLoopGroup: eventLoopGroup)
    }

    /// Follows the nodes of these pools from now on, and no other.
    func follow(_ pools: [CapacityPool]) {
        let nodes = Set(source.nodes(of: pools))
        state.withLock { state in
            guard !state.isClosed else { return }
            for (node, task) in state.watches where !nodes.contains(node) {
                task.cancel()
                state.watches[node] = nil
                state.announced[node] = nil
            }
            for node in nodes.sorted() where state.watches[node] == nil { state.watches[node] = watch(node) }
        }
    }

    /// Takes note of an event the reconciler has handled.
    /// - Parameter isVacant: whether nothing runs on a node now.
    func settle(_ event: PlaneEvent, isVacant: (WatchedNode) -> Bool) {
        state.withLock { state in
            switch event {
            case .reclaimNoticed(let pool, let node, _, .termination):
                state.announced[WatchedNode(pool: pool, index: node)] = false
            case .reclaimWithdrawn(let pool, let node, .termination), .nodeLost(let pool, let node):
                state.announced[WatchedNode(pool: pool, index: node)] = nil
            default: break
            }
            for (node, isEmpty) in state.announced where !isEmpty { state.announced[node] = isVacant(node) }
        }
    }

    func shutdown() async {
        let watches = state.withLock { state in
            state.isClosed = true
            defer { state.watches = [:] }
            return Array(state.watches.values)
        }
        for watch in watches { watch.cancel() }
        for watch in watches { await watch.value }
        await client.shutdown()
    }

    private func watch(_ node: WatchedNode) -> Task<Void, Never>? {
        guard let url = source.url(of: node) else { return nil }
        let follower = NoticeFollower(source.service.dialogue, pacing: pacing, isElsewhere: source.isElsewhere)
        let watch = NoticeWatch(
            url: url, client: client,
            isVacated: { [weak self] in self?.state.withLock { $0.announced[node] ?? false } ?? false },
            report: { [weak self] in self?.tell($0, of: node) })
        return Task.detached { await watch.run(follower) }
    }

    private func tell(_ change: NoticeChange, of node: WatchedNode) {
        var metadata: Logger.Metadata = ["node": "\(node)"]
        switch change {
        case .noticed(let kind, let within, let cause):
            metadata["kind"] = "\(kind.rawValue)"
            metadata["cause"] = "\(cause)"
            if let within { metadata["seconds"] = "\(within.components.seconds)" }
            logger.warning("the provider announces that it takes a node back", metadata: metadata)
            report(.reclaimNoticed(pool: node.pool, node: node.index, within: within, kind: kind))
        case .withdrawn(let kind):
            metadata["kind"] = "\(kind.rawValue)"
            logger.notice("the provider announces that no more", metadata: metadata)
            report(.reclaimWithdrawn(pool: node.pool, node: node.index, kind: kind))
        case .lost(let isAtItsEnd):
            logger.warning("the node is gone", metadata: metadata)
            // The end of a notice is the node's end for the reconciler, whoever says so; by now another may stand there.
            if !isAtItsEnd { report(.nodeLost(pool: node.pool, node: node.index)) }
        case .returned: logger.info("a machine stands there again", metadata: metadata)
        case .unheard(let cause):
            metadata["cause"] = "\(cause)"
            logger.warning("the metadata service cannot be heard", metadata: metadata)
        case .heardAgain: logger.info("the metadata service is heard again", metadata: metadata)
        }
    }
}
