package import FleetModel

/// What happens to nodes and, with them, to what runs there.
extension PlaneReconciler {
    /// Reads the pools as they are declared now.
    mutating func declareNodes(now: Moment) {
        let pools = assignment.map { $0.driver == .local ? $0.pools : [] } ?? []
        for pool in pools {
            let held = heldNodes(of: pool)
            if nodes[pool.name] == nil {
                nodes[pool.name] = PoolNodes(pool: pool, held: held, now: now)
            } else {
                nodes[pool.name]?.declare(pool, held: held, now: now)
            }
        }
        for (name, undeclared) in nodes where !pools.contains(where: { $0.name == name }) {
            var empty = undeclared.pool
            empty.maxNodes = 0
            empty.warm = nil
            let held = heldNodes(of: empty)
            nodes[name]?.declare(empty, held: held, now: now)
        }
    }

    // MARK: What is heard

    /// Cordons a node, and has what runs there leave within the notice. On advice it leaves when it runs elsewhere.
    mutating func reclaimNoticed(
        _ pool: PoolName, node: Int, within: Duration?, kind: ReclaimNotice.Kind, now: Moment
    ) {
        let left = min(max(.zero, within ?? ReclaimNotice.shortest), PoolNodes.longestTime)
        let notice = ReclaimNotice(kind: kind, deadline: kind == .termination ? now.advanced(by: left) : nil)
        guard nodes[pool]?.notice(node, notice, now: now) == true else { return }
        noteLifeChange()
        guard let deadline = notice.deadline else { return }
        let drain = left - min(policy.reclaimMargin, left / 4)
        for replica in replicas where runs(replica, on: node, of: pool) {
            leave(replica.id, reason: "its node is being reclaimed", now: now, within: min(replica.drain, drain))
            guard let index = index(of: replica.id) else { continue }
            // One that was leaving already has no more time than the others.
            replicas[index].drainDeadline = replicas[index].drainDeadline.map { min($0, now.advanced(by: drain)) }
            replicas[index].killAt = replicas[index].killAt.map { min($0, max(deadline, now.advanced(by: .milliseconds(1)))) }
        }
    }

    /// Ends what runs on a node that is no more.
    mutating func nodeLost(_ pool: PoolName, node: Int, now: Moment) {
        guard nodes[pool]?.lost(node, now: now) == true else { return }
        for replica in replicas where runs(replica, on: node, of: pool) {
            leave(replica.id, reason: "its node was lost", now: now, within: .zero)
            guard let index = index(of: replica.id) else { continue }
            replicas[index].isStopping = true
            replicas[index].noticeUntil = nil
            replicas[index].killAt = now.advanced(by: policy.killRepeat)
            actions.append(.kill(replica.id))
        }
        actions.append(.releaseNode(pool: pool, node: node))
        noteLifeChange()
    }

    mutating func nodeLaunched(_ pool: PoolName, node: Int, now: Moment) {
        if nodes[pool]?.launched(node, now: now) != true { actions.append(.releaseNode(pool: pool, node: node)) }
        noteLifeChange()
    }

    mutating func nodeRefused(_ pool: PoolName, node: Int, reason: String, now: Moment) {
        nodes[pool]?.refused(node, reason: reason, now: now)
        noteLifeChange()
    }

    /// A provider takes a node at the end of its notice, whether or not anybody says so then.
    mutating func loseExpiredNodes(now: Moment) {
        for pool in nodes.keys.sorted() {
            for node in nodes[pool]?.expired(now: now) ?? [] { nodeLost(pool, node: node, now: now) }
        }
    }

    // MARK: What is done

    /// Asks for nodes, keeps and releases them, by what waits for room.
    mutating func arrangeNodes(now: Moment) {
        for name in nodes.keys.sorted() {
            guard let known = nodes[name] else { continue }
            var pool = known
            let lacking = pool.pool.isStanding ? 0 : self.lacking(in: pool)
            actions += pool.arrange(held: occupiedNodes(of: pool.pool), lacking: lacking, now: now)
            if known.nodes != pool.nodes || known.retryAt != pool.retryAt { noteLifeChange() }
            let isOver = pool.pool.maxNodes == 0 && pool.isEmpty
            if isOver || known != pool { nodes[name] = isOver ? nil : pool }
        }
    }

    /// Nodes on which a replica holds anything.
    private func occupiedNodes(of pool: CapacityPool) -> Set<Int> {
        var occupied: Set<Int> = []
        for index in replicas.indices where replicas[index].specification.pool == pool.name && pool.acceleratorsPerNode > 0 {
            for device in replicas[index].devices { occupied.insert(device / pool.acceleratorsPerNode) }
        }
        return occupied
    }

    /// Replicas that wait, packed into what is open once everything that leaves is gone: for room that is being made, no node is
    /// asked for.
    private func lacking(in pool: PoolNodes) -> Int {
        var waiting: [ReplicaSpecification] = []
        for want in admission.wants where want.specification.pool == pool.pool.name && !want.specification.isEndpoint {
            if refused.contains(where: { $0.specification == want.specification }) { continue }
            let placed = replicas.indices.count {
                replicas[$0].isActive && want.answers(for: replicas[$0]) && !isCordoned(replicas[$0])
            }
            waiting += Array(repeating: want.specification, count: max(0, want.count - placed))
        }
        if waiting.isEmpty { return 0 }
        return PoolOccupancy(nodes: pool, replicas: replicas.filter(\.isActive)).lacking(for: waiting)
    }

    enum NodeWait: Equatable {
        /// One comes, or is about to be asked for.
        case short
        case long(reason: String)
    }

    /// Why a replica waits for a node; nil where none would help.
    func nodeWait(_ specification: ReplicaSpecification) -> NodeWait? {
        guard let nodes = nodes[specification.pool] else { return nil }
        let pool = nodes.pool.name
        if nodes.isComing { return .short }
        if nodes.retryAt != nil { return .long(reason: "pool \(pool) was refused nodes: \(nodes.refusal)") }
        if nodes.isShort {
            return .long(reason: "pool \(pool) has nodes that its provider takes, or took; they are asked for again")
        }
        if nodes.pool.isStanding { return nil }
        return nodes.canGrow(besides: heldNodes(of: nodes.pool)) ? .short : nil
    }

    /// True where its node's provider will take the node, or may.
    func isCordoned(_ replica: Replica) -> Bool {
        if cordoned.isEmpty { return false }
        guard let noticed = cordoned[replica.specification.pool], let perNode = nodes[replica.specification.pool]?.perNode,
            perNode > 0, let device = replica.devices.first
        else { return false }
        return noticed.contains(device / perNode)
    }

    /// True where its room can be used again once it has ended.
    func isOnOpenNode(_ replica: Replica) -> Bool {
        guard let pool = nodes[replica.specification.pool], let node = Self.node(of: replica, in: pool.pool) else { return true }
        return pool.isOpen(node)
    }

    /// Accelerators of its node that replicas hold which are to stay: the fewer, the sooner the node is empty.
    func accelerators(besides replica: Replica) -> Int {
        guard let pool = nodes[replica.specification.pool]?.pool, let node = Self.node(of: replica, in: pool) else { return 0 }
        return replicas.reduce(0) { sum, other in
            other.isActive && runs(other, on: node, of: pool.name) ? sum + other.devices.count : sum
        }
    }

    func runs(_ replica: Replica, on node: Int, of pool: PoolName) -> Bool {
        guard replica.specification.pool == pool, let declared = nodes[pool]?.pool else { return false }
        return Self.node(of: replica, in: declared) == node
    }

    private func heldNodes(of pool: CapacityPool) -> Set<Int> {
        var held: Set<Int> = []
        for index in replicas.indices where replicas[index].specification.pool == pool.name {
            if let node = Self.node(of: replicas[index], in: pool) { held.insert(node) }
        }
        return held
    }

    private static func node(of replica: Replica, in pool: CapacityPool) -> Int? {
        guard let device = replica.devices.first, pool.acceleratorsPerNode > 0 else { return nil }
        return device / pool.acceleratorsPerNode
    }

    // MARK: What is told

    /// Nodes with their states, sorted by pool and position; nil where the plane has no nodes of its own. Of a standing pool only
    /// those that hold replicas or whose life is in question.
    package func nodeReports(now: Moment) -> [NodeReport]? {
        guard assignment?.driver == .local else { return nil }
        return nodes.keys.sorted().flatMap { name -> [NodeReport] in
            guard let pool = nodes[name] else { return [] }
            let standing = pool.pool.isStanding ? heldNodes(of: pool.pool) : []
            return standing.union(pool.indices).sorted().compactMap { index in
                guard let node = pool.nodes[index] else {
                    return NodeReport(pool: name, index: index, state: .ready)
                }
                guard let state = Self.reported(node) else { return nil }
                return NodeReport(
                    pool: name, index: index, state: state, stateAgeMilliseconds: now.since(node.since).milliseconds,
                    reclaimInMilliseconds: node.notice?.deadline.map { max(0, $0.since(now).milliseconds) })
            }
        }
    }

    /// What became of nodes, sorted by pool; nil as ``nodeReports(now:)`` is.
    package func poolHistory(now: Moment) -> [PoolHistory]? {
        guard assignment?.driver == .local else { return nil }
        return nodes.keys.sorted().compactMap { name in
            nodes[name].map {
                PoolHistory(
                    pool: name, launched: $0.launched, refused: $0.refused, reclaimed: $0.reclaimed, released: $0.released,
                    unavailable: $0.unavailable(now: now), refusal: $0.retryAt == nil ? nil : $0.refusal)
            }
        }
    }

    private static func reported(_ node: PoolNodes.Node) -> NodeReport.State? {
        if PoolNodes.isGone(node) || node.state == .releasing { return nil }
        if node.notice != nil { return .reclaiming }
        switch node.state {
        case .launching, .resuming: return .launching
        case .ready: return .ready
        case .idle: return .idle
        case .stopping, .stopped: return .stopped
        case .releasing, .gone: return nil
        }
    }
}
