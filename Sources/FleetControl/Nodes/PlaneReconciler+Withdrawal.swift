package import FleetModel

/// What a provider takes back of its announcements, and what it may be told before they come true.
extension PlaneReconciler {
    /// Opens a node again whose announced end, or advice, holds no more. Replicas that drain already end all the same: their
    /// successors may come back here.
    mutating func reclaimWithdrawn(_ pool: PoolName, node: Int, kind: ReclaimNotice.Kind, now: Moment) {
        guard nodes[pool]?.withdraw(node, kind, now: now) == true else { return }
        noteLifeChange()
    }

    /// Whether nothing runs on a node now, not even a replica that is ending. Of a node that is none of the plane's nothing is
    /// known: it is not vacant.
    package func isVacant(pool: PoolName, node: Int) -> Bool {
        guard nodes[pool]?.isKnown(node) == true else { return false }
        return !replicas.contains { runs($0, on: node, of: pool) }
    }
}
