import FleetModel

/// The life of the nodes of one pool: asked for, ready, kept warm, announced to be taken, gone.
///
///     absent → launching → ready ⇄ idle
///                             ↓      ↓
///                 resuming ⇄ stopped ← stopping          any → gone → absent,   ready | idle | stopped → releasing → absent
///
/// In a standing pool nodes are there without being asked for: only exceptions are written down, a node without an entry is
/// ready, and one that is gone is asked for again. In any other pool a node without an entry is absent.
struct PoolNodes: Equatable, Sendable {
    enum State: Equatable, Sendable {
        case launching, resuming, ready
        /// Running, empty, and kept so.
        case idle
        case stopping, stopped, releasing
        /// Lost, and not asked for again before then.
        case gone(until: Moment)
    }

    struct Node: Equatable, Sendable {
        var state: State
        var since: Moment
        var notice: ReclaimNotice?
        /// Its provider advises to leave it, whatever end is announced besides.
        var isAdvised = false
        var emptySince: Moment?
        /// It was asked for to be kept, not for replicas that wait.
        var isForWarm = false
        /// When it was asked for, while it is launching or resuming.
        var askedAt: Moment?
        /// Lost, and its driver has not yet let go of what is left of it.
        var awaitsRelease = false
    }

    /// A wait after refusals doubles so often at most: four times the pool's cool-down, twelve minutes by default, so that what was
    /// short for half an hour is had again soon after it is there.
    private static let mostDoublings = 2
    /// Of anything a pool declares, and of a notice.
    static let longestTime = Duration.seconds(86_400)

    private(set) var pool: CapacityPool
    private(set) var nodes: [Int: Node] = [:]
    private(set) var launched: UInt64 = 0
    private(set) var refused: UInt64 = 0
    private(set) var reclaimed: UInt64 = 0
    private(set) var released: UInt64 = 0
    private var refusalsInRow = 0
    /// No node is asked for before then, since the last one was refused.
    private(set) var retryAt: Moment?
    private var lastRefusedAt: Moment?
    private(set) var refusal = ""

    /// - Parameter held: nodes that hold replicas already.
    init(pool: CapacityPool, held: Set<Int>, now: Moment) {
        self.pool = Self.bounded(pool)
        if !pool.isStanding { adopt(held, now: now) }
    }

    /// Takes the pool as it is declared now. What nodes do is settled by the next ``arrange(held:lacking:now:)``.
    mutating func declare(_ newer: CapacityPool, held: Set<Int>, now: Moment) {
        let wasStanding = pool.isStanding
        pool = Self.bounded(newer)
        guard wasStanding != newer.isStanding else { return }
        if newer.isStanding {
            nodes = nodes.filter { ($0.value.state != .ready && $0.value.state != .idle) || $0.value.notice != nil }
        } else {
            adopt(held, now: now)
        }
    }

    /// A pool within what a fleet may declare: a plane trusts no sender with its numbers.
    private static func bounded(_ pool: CapacityPool) -> CapacityPool {
        func time(_ time: Duration) -> Duration { min(max(.zero, time), longestTime) }
        var pool = pool
        pool.maxNodes = min(max(0, pool.maxNodes), 100_000)
        pool.acceleratorsPerNode = min(max(0, pool.acceleratorsPerNode), 1_024)
        pool.replacementTime = pool.replacementTime.map(time)
        pool.warm = pool.warm.map {
            WarmPool(nodes: min(max(0, $0.nodes), 1_000), state: $0.state, usdPerNodeHour: $0.usdPerNodeHour)
        }
        pool.provisioning = pool.provisioning.map {
            NodeProvisioning(
                launchTime: time($0.launchTime), resumeTime: $0.resumeTime.map(time), scaleDownDelay: time($0.scaleDownDelay),
                cooldown: time($0.cooldown))
        }
        return pool
    }

    private mutating func adopt(_ held: Set<Int>, now: Moment) {
        for index in held where nodes[index] == nil { nodes[index] = Node(state: .ready, since: now) }
    }

    // MARK: What is known

    var isEmpty: Bool { nodes.isEmpty }
    /// Positions with an entry, ascending.
    var indices: [Int] { nodes.keys.sorted() }
    var isComing: Bool { nodes.values.contains { $0.state == .launching || $0.state == .resuming } }
    /// True while a node is lost, about to be, or not wanted back yet.
    var isShort: Bool { nodes.values.contains { Self.isGone($0) || $0.notice != nil } }

    /// True where a replica may be started.
    func isOpen(_ index: Int) -> Bool {
        guard (0..<pool.maxNodes).contains(index) else { return false }
        guard let node = nodes[index] else { return pool.isStanding }
        return (node.state == .ready || node.state == .idle) && node.notice == nil
    }

    /// True where the pool has, or had, such a node.
    func isKnown(_ index: Int) -> Bool { (0..<pool.maxNodes).contains(index) || nodes[index] != nil }
    /// Nodes that have a notice; nil where none has.
    var noticed: Set<Int>? {
        var noticed: Set<Int>?
        for (index, node) in nodes where node.notice != nil { noticed = (noticed ?? []).union([index]) }
        return noticed
    }

    var perNode: Int { pool.acceleratorsPerNode }

    func isIdle(_ index: Int) -> Bool { nodes[index]?.state == .idle }
    func notice(of index: Int) -> ReclaimNotice? { nodes[index]?.notice }

    /// The node to open next: one that is ready and holds nothing, else one from the warm pool.
    func empty(besides held: Set<Int>) -> Int? {
        if pool.isStanding { return (0..<pool.maxNodes).first { isOpen($0) && !held.contains($0) } }
        let free = indices.filter { isOpen($0) && !held.contains($0) }
        return free.first { !isIdle($0) } ?? free.first
    }

    /// Whether one more node could be asked for.
    func canGrow(besides held: Set<Int>) -> Bool {
        nodes.values.contains { $0.state == .stopped && $0.notice == nil } || absent(besides: held) != nil
    }

    /// How many of the pool's nodes cannot be had now.
    func unavailable(now: Moment) -> Int {
        let within = nodes.filter { $0.key < pool.maxNodes }.values
        let taken = within.count { Self.isGone($0) || $0.notice?.kind == .termination }
        guard let retryAt, retryAt > now, !pool.isStanding else { return taken }
        // A stopped node needs the capacity that was just refused.
        // One whose provider advises to leave it is there: see ``NodeShortage/advised``.
        let there = within.count {
            $0.notice?.kind != .termination && [.launching, .resuming, .ready, .idle].contains($0.state)
        }
        return pool.maxNodes - there
    }

    /// Nodes whose notice is over.
    func expired(now: Moment) -> [Int] {
        indices.filter { nodes[$0]?.notice?.deadline.map { $0 <= now } ?? false }
    }

    /// When something becomes due, whatever is heard.
    func nextDeadline(after now: Moment) -> Moment? {
        var due: Moment?
        func note(_ moment: Moment?) {
            guard let moment, moment > now else { return }
            due = due.map { min($0, moment) } ?? moment
        }
        note(retryAt)
        for node in nodes.values {
            note(node.notice?.deadline)
            if case .gone(let until) = node.state { note(until) }
            note(node.emptySince?.advanced(by: pool.scaleDownDelay))
        }
        return due
    }

    static func isGone(_ node: Node) -> Bool {
        if case .gone = node.state { true } else { false }
    }

    // MARK: What is heard

    /// - Returns: false where it says nothing new.
    mutating func notice(_ index: Int, _ notice: ReclaimNotice, now: Moment) -> Bool {
        guard isKnown(index) else { return false }
        if nodes[index] == nil, pool.isStanding { nodes[index] = Node(state: .ready, since: now) }
        guard let node = nodes[index], !Self.isGone(node), node.state != .releasing else { return false }
        if notice.kind == .rebalance { nodes[index]?.isAdvised = true }
        if let known = node.notice {
            // An announced end is only ever brought forward.
            guard let deadline = notice.deadline else { return false }
            if let earlier = known.deadline, earlier <= deadline { return false }
        }
        nodes[index]?.notice = notice
        nodes[index]?.since = now
        return true
    }

    /// Where an announced end is withdrawn, advice that was given besides holds again.
    ///
    /// - Returns: false where no such notice is in force.
    mutating func withdraw(_ index: Int, _ kind: ReclaimNotice.Kind, now: Moment) -> Bool {
        guard var node = nodes[index], !Self.isGone(node) else { return false }
        if kind == .rebalance {
            nodes[index]?.isAdvised = false
            node.isAdvised = false
        }
        guard node.notice?.kind == kind else { return false }
        node.notice = node.isAdvised ? ReclaimNotice(kind: .rebalance, deadline: nil) : nil
        node.since = now
        nodes[index] = pool.isStanding && node.state == .ready && node.notice == nil ? nil : node
        return true
    }

    /// - Returns: false where there was no such node.
    mutating func lost(_ index: Int, now: Moment) -> Bool {
        guard isKnown(index) else { return false }
        if let node = nodes[index] {
            if Self.isGone(node) { return false }
        } else if !pool.isStanding {
            return false
        }
        nodes[index] = Node(state: .gone(until: now.advanced(by: pool.cooldown)), since: now, awaitsRelease: true)
        reclaimed += 1
        return true
    }

    /// - Returns: false where the node is not wanted: it is to be released.
    mutating func launched(_ index: Int, now: Moment) -> Bool {
        guard var node = nodes[index] else {
            guard !pool.isStanding else { return true }
            guard (0..<pool.maxNodes).contains(index) else { return false }
            nodes[index] = Node(state: .ready, since: now)
            return true
        }
        switch node.state {
        case .launching, .resuming:
            if node.state == .launching { launched += 1 }
            // One that was asked for before the last refusal says nothing of what can be had since.
            let isNews = lastRefusedAt.map { refusedAt in node.askedAt.map { $0 >= refusedAt } ?? false } ?? true
            if isNews { (refusalsInRow, retryAt, lastRefusedAt, refusal) = (0, nil, nil, "") }
            node.state = node.isForWarm ? .idle : .ready
            (node.since, node.isForWarm, node.askedAt) = (now, false, nil)
            nodes[index] = pool.isStanding && node.notice == nil ? nil : node
            return true
        case .gone: return false
        case .ready, .idle, .stopping, .stopped, .releasing: return true
        }
    }

    mutating func refused(_ index: Int, reason: String, now: Moment) {
        guard let node = nodes[index], node.state == .launching || node.state == .resuming else { return }
        refused += 1
        refusal = reason
        lastRefusedAt = now
        let retry: Moment
        if let waits = retryAt, waits > now {
            // Asked for together with one that was refused: no further sign.
            retry = waits
        } else {
            retry = now.advanced(by: pool.cooldown * (1 << min(refusalsInRow, Self.mostDoublings)))
            refusalsInRow += 1
            retryAt = retry
        }
        if node.state == .resuming {
            nodes[index] = Node(state: .stopped, since: now)
        } else {
            nodes[index] = pool.isStanding ? Node(state: .gone(until: retry), since: now) : nil
        }
    }

    mutating func stopped(_ index: Int, now: Moment) {
        if let node = nodes[index] {
            guard node.state == .stopping else { return }
            nodes[index]?.state = .stopped
        } else if !pool.isStanding, (0..<pool.maxNodes).contains(index) {
            nodes[index] = Node(state: .stopped, since: now)
        }
    }

    mutating func released(_ index: Int, now: Moment) {
        nodes[index]?.awaitsRelease = false
        guard nodes[index]?.state == .releasing else { return }
        released += 1
        nodes[index] = pool.isStanding ? Node(state: .gone(until: now), since: now) : nil
    }
}

// MARK: What is done

extension PoolNodes {
    /// Brings the nodes closer to what is needed.
    ///
    /// - Parameters:
    ///   - held: nodes that hold replicas, also such as are ending.
    ///   - lacking: nodes needed beyond those that are open, for replicas that wait for room.
    mutating func arrange(held: Set<Int>, lacking: Int, now: Moment) -> [PlaneAction] {
        if let due = retryAt, due <= now { retryAt = nil }
        var actions: [PlaneAction] = []
        noteUse(held, now: now)
        letGo(held, now: now, &actions)
        if pool.isStanding {
            restore(held, now: now, &actions)
        } else {
            grow(lacking, held, now: now, &actions)
            shrink(held, now: now, &actions)
            keepWarm(held, now: now, &actions)
        }
        return actions
    }

    private mutating func noteUse(_ held: Set<Int>, now: Moment) {
        for index in indices {
            guard let node = nodes[index] else { continue }
            if held.contains(index) {
                nodes[index]?.emptySince = nil
                if node.state == .idle { enter(index, .ready, now: now) }
            } else if node.state == .ready, node.emptySince == nil, !pool.isStanding {
                nodes[index]?.emptySince = now
            }
            if case .gone(let until) = node.state, until <= now, !held.contains(index), !node.awaitsRelease, !pool.isStanding {
                nodes[index] = nil
            }
        }
    }

    /// Gives back what is not to be kept at all: nodes the pool no longer has, and empty ones at risk.
    private mutating func letGo(_ held: Set<Int>, now: Moment, _ actions: inout [PlaneAction]) {
        for index in indices where !held.contains(index) {
            guard let node = nodes[index] else { continue }
            let isBeyond = index >= pool.maxNodes
            if isBeyond, Self.isGone(node) ? !node.awaitsRelease : pool.isStanding {
                nodes[index] = nil
            } else if isBeyond || node.notice?.kind == .rebalance,
                [.ready, .idle, .stopped].contains(node.state)
            {
                release(index, now: now, &actions)
            }
        }
    }

    /// A standing pool's nodes are all wanted back.
    private mutating func restore(_ held: Set<Int>, now: Moment, _ actions: inout [PlaneAction]) {
        for index in indices where !held.contains(index) {
            switch nodes[index]?.state {
            case .gone(let until) where until <= now && retryAt == nil && nodes[index]?.awaitsRelease == false:
                launch(index, isResume: false, isForWarm: false, now: now, &actions)
            case .stopped where retryAt == nil:
                launch(index, isResume: true, isForWarm: false, now: now, &actions)
            case .idle: nodes[index] = nil
            default: break
            }
        }
    }

    /// For replicas that wait: stopped nodes first, then those on their way to the warm pool, then new ones.
    private mutating func grow(_ lacking: Int, _ held: Set<Int>, now: Moment, _ actions: inout [PlaneAction]) {
        let coming = nodes.values.count {
            $0.notice == nil && ($0.state == .resuming || ($0.state == .launching && !$0.isForWarm))
        }
        guard lacking > coming else { return }
        for _ in coming..<lacking {
            if retryAt == nil, let index = first(where: { $0.state == .stopped && $0.notice == nil }) {
                launch(index, isResume: true, isForWarm: false, now: now, &actions)
            } else if let index = first(where: { $0.state == .launching && $0.isForWarm }) {
                nodes[index]?.isForWarm = false
            } else if retryAt == nil, let index = absent(besides: held) {
                launch(index, isResume: false, isForWarm: false, now: now, &actions)
            } else {
                return
            }
        }
    }

    /// Nodes that held nothing for a while become warm, or go.
    private mutating func shrink(_ held: Set<Int>, now: Moment, _ actions: inout [PlaneAction]) {
        for index in indices {
            guard let node = nodes[index], node.state == .ready, node.notice == nil, !held.contains(index),
                let since = node.emptySince, since.advanced(by: pool.scaleDownDelay) <= now
            else { continue }
            nodes[index]?.emptySince = nil
            if kept < warmNodes {
                enter(index, .idle, now: now)
            } else {
                release(index, now: now, &actions)
            }
        }
    }

    private mutating func keepWarm(_ held: Set<Int>, now: Moment, _ actions: inout [PlaneAction]) {
        while kept > warmNodes, let index = indices.last(where: { isSpareWarm($0, held) }) {
            release(index, now: now, &actions)
        }
        // An empty ready node is one that will be kept.
        let coming = nodes.values.count { $0.state == .ready && $0.notice == nil && $0.emptySince != nil }
        while kept + coming < warmNodes, retryAt == nil, let index = absent(besides: held) {
            launch(index, isResume: false, isForWarm: true, now: now, &actions)
        }
        guard pool.warm?.state == .stopped else { return }
        for index in indices where nodes[index]?.state == .idle && nodes[index]?.notice == nil && !held.contains(index) {
            enter(index, .stopping, now: now)
            actions.append(.stopNode(pool: pool.name, node: index))
        }
    }

    private var warmNodes: Int { pool.warm?.nodes ?? 0 }

    /// Nodes that are kept, or will be.
    private var kept: Int {
        nodes.values.count {
            $0.notice == nil
                && ([.idle, .stopping, .stopped].contains($0.state) || ($0.state == .launching && $0.isForWarm))
        }
    }

    private func isSpareWarm(_ index: Int, _ held: Set<Int>) -> Bool {
        guard let node = nodes[index], node.notice == nil, !held.contains(index) else { return false }
        return node.state == .idle || node.state == .stopped
    }

    private func first(where holds: (Node) -> Bool) -> Int? { indices.first { nodes[$0].map(holds) ?? false } }

    private func absent(besides held: Set<Int>) -> Int? {
        (0..<pool.maxNodes).first { nodes[$0] == nil && !held.contains($0) }
    }

    private mutating func enter(_ index: Int, _ state: State, now: Moment) {
        nodes[index]?.state = state
        nodes[index]?.since = now
    }

    private mutating func launch(
        _ index: Int, isResume: Bool, isForWarm: Bool, now: Moment, _ actions: inout [PlaneAction]
    ) {
        nodes[index] = Node(state: isResume ? .resuming : .launching, since: now, isForWarm: isForWarm, askedAt: now)
        actions.append(.launchNode(NodeOrder(pool: pool, index: index, isResume: isResume)))
    }

    private mutating func release(_ index: Int, now: Moment, _ actions: inout [PlaneAction]) {
        nodes[index] = Node(state: .releasing, since: now)
        actions.append(.releaseNode(pool: pool.name, node: index))
    }
}
