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
        /// When the announced ends come. Told again where the node is launched after it was told of: there was none to cordon.
        var ends: [WatchedNode: ContinuousClock.Instant] = [:]
        /// The own machine is no node of the pools declared: said once.
        var isUndeclared = false
        var isClosed = false

        mutating func forget(_ node: WatchedNode) { (announced[node], ends[node]) = (nil, nil) }
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
        noteDeclaration(pools)
        let nodes = Set(source.nodes(of: pools))
        state.withLock { state in
            guard !state.isClosed else { return }
            for (node, task) in state.watches where !nodes.contains(node) {
                task.cancel()
                state.watches[node] = nil
                state.forget(node)
            }
            for node in nodes.sorted() where state.watches[node] == nil { state.watches[node] = watch(node) }
        }
    }

    /// What is announced for a machine that is no node of the plane would be dropped without a word.
    private func noteDeclaration(_ pools: [CapacityPool]) {
        guard case .ownMachine(let node) = source.scope else { return }
        let isDeclared = pools.contains { $0.name == node.pool && (0..<max(0, $0.maxNodes)).contains(node.index) }
        let isNews = state.withLock { state in
            defer { state.isUndeclared = !isDeclared }
            return !isDeclared && !state.isUndeclared
        }
        guard isNews else { return }
        logger.error("this machine is no node of the plane's pools: its notices are for nobody", metadata: ["node": "\(node)"])
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
        if case .nodeLaunched(let pool, let index) = event { tellAgain(WatchedNode(pool: pool, index: index)) }
    }

    /// An end that was announced while there was no node. Advice is not repeated: a machine that is not there gets none, and an
    /// empty node that is advised to be left would be released and launched again for ever.
    private func tellAgain(_ node: WatchedNode) {
        let now = ContinuousClock.now
        guard let end = state.withLock({ $0.ends[node] }), end > now else { return }
        report(.reclaimNoticed(pool: node.pool, node: node.index, within: now.duration(to: end), kind: .termination))
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
            if kind == .termination {
                state.withLock { state in
                    // Whether it is vacant is known once the reconciler has heard of it.
                    state.announced[node] = nil
                    state.ends[node] = within.map { ContinuousClock.now + $0 }
                }
            }
            report(.reclaimNoticed(pool: node.pool, node: node.index, within: within, kind: kind))
        case .withdrawn(let kind):
            metadata["kind"] = "\(kind.rawValue)"
            logger.notice("the provider announces that no more", metadata: metadata)
            if kind == .termination { state.withLock { $0.ends[node] = nil } }
            report(.reclaimWithdrawn(pool: node.pool, node: node.index, kind: kind))
        case .lost(let isAtItsEnd):
            logger.warning("the node is gone", metadata: metadata)
            state.withLock { $0.forget(node) }
            // The end of a notice is the node's end for the reconciler, whoever says so; by now another may stand there.
            if !isAtItsEnd { report(.nodeLost(pool: node.pool, node: node.index)) }
        case .returned:
            logger.info("a machine stands there again", metadata: metadata)
            // What was announced was the last one's end.
            state.withLock { $0.forget(node) }
        case .unheard(let cause):
            metadata["cause"] = "\(cause)"
            logger.warning("the metadata service cannot be heard", metadata: metadata)
        case .heardAgain: logger.info("the metadata service is heard again", metadata: metadata)
        }
    }
}
