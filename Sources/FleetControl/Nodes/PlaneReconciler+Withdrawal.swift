package import FleetModel

/// What a provider takes back of its announcements, and what it may be told before they come true.
extension PlaneReconciler {
    /// Opens a node again whose announced end, or advice, holds no more. Replicas that drain already end all the same: their
    /// successors may come back here.
    mutating func reclaimWithdrawn(_ node: NodeKey, kind: ReclaimNotice.Kind) {
        guard reclaims[node]?.kind == kind else { return }
        reclaims[node] = nil
        noteLifeChange()
    }

    /// Whether nothing runs on a node now, not even a replica that is ending.
    package func isVacant(pool: PoolName, node: Int) -> Bool {
        let key = NodeKey(pool: pool, index: node)
        return !replicas.contains { runs($0, on: key) }
    }
}
