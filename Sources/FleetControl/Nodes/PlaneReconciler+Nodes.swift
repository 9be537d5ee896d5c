import FleetModel

/// A node of a pool by its position.
struct NodeKey: Hashable, Sendable {
    var pool: PoolName
    var index: Int
}

/// What happens to nodes and, with them, to what runs there.
extension PlaneReconciler {
    /// Cordons a node, and has what runs there leave within the notice. Advice only cordons.
    mutating func reclaimNoticed(_ node: NodeKey, within: Duration?, kind: ReclaimNotice.Kind, now: Moment) {
        guard let pool = pool(of: node) else { return }
        guard (0..<pool.maxNodes).contains(node.index) else { return }
        if kind == .rebalance {
            guard reclaims[node] == nil else { return }
            reclaims[node] = ReclaimNotice(kind: .rebalance, deadline: nil)
            noteLifeChange()
            return
        }
        let left = max(.zero, within ?? ReclaimNotice.shortest)
        if let known = reclaims[node]?.deadline, known <= now.advanced(by: left) { return }
        reclaims[node] = ReclaimNotice(kind: .termination, deadline: now.advanced(by: left))
        let drain = left - min(policy.reclaimMargin, left / 4)
        for replica in replicas where runs(replica, on: node) {
            leave(replica.id, reason: "its node is being reclaimed", now: now, within: min(replica.drain, drain))
        }
        noteLifeChange()
    }

    /// Ends what runs on a node that is no more.
    mutating func nodeLost(_ node: NodeKey, now: Moment) {
        guard pool(of: node) != nil else { return }
        reclaims[node] = nil
        for replica in replicas where runs(replica, on: node) {
            leave(replica.id, reason: "its node was lost", now: now, within: .zero)
            guard let index = index(of: replica.id) else { continue }
            replicas[index].isStopping = true
            replicas[index].noticeUntil = nil
            replicas[index].killAt = now.advanced(by: policy.killRepeat)
            actions.append(.kill(replica.id))
        }
        noteLifeChange()
    }

    /// A provider takes a node at the end of its notice, whether or not anybody says so then.
    mutating func loseExpiredNodes(now: Moment) {
        let expired = reclaims.filter { $0.value.deadline.map { $0 <= now } ?? false }.keys
        for node in expired.sorted(by: { ($0.pool, $0.index) < ($1.pool, $1.index) }) { nodeLost(node, now: now) }
    }

    func pool(of node: NodeKey) -> CapacityPool? { assignment?.pools.first { $0.name == node.pool } }

    func runs(_ replica: Replica, on node: NodeKey) -> Bool {
        guard replica.specification.pool == node.pool, let device = replica.devices.first,
            let perNode = pool(of: node)?.acceleratorsPerNode, perNode > 0
        else { return false }
        return device / perNode == node.index
    }
}
