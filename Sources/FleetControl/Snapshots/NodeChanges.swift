package import FleetModel

/// What happened to a plane's nodes between two of its reports.
package enum NodeChanges {
    /// Events on the plane, by pool and position. Nothing is said about what the first report tells.
    package static func events(from old: PlaneReport?, to new: PlaneReport) -> [FleetEvent] {
        guard let old, let newNodes = new.nodes, old.planeStart == new.planeStart else { return [] }
        let oldNodes = old.nodes ?? []
        if old.history == new.history, areAlike(oldNodes, newNodes) { return [] }
        let (before, after) = (byKey(oldNodes), byKey(newNodes))
        let (oldHistory, history) = (byPool(old.history ?? []), byPool(new.history ?? []))
        var events: [FleetEvent] = []
        for node in Set(before.keys).union(after.keys).sorted() {
            let pool = PoolStep(from: oldHistory[node.pool], to: history[node.pool])
            guard let step = step(from: before[node], to: after[node], in: pool) else { continue }
            events.append(about(new.plane, step, "node \(node.pool)/\(node.index)"))
        }
        for (name, pool) in history.sorted(by: { $0.key < $1.key }) {
            let count = PoolStep(from: oldHistory[name], to: pool).refused
            guard count > 0 else { continue }
            let nodes = count == 1 ? "a node" : "\(count) nodes"
            events.append(
                FleetEvent(
                    subject: ResourceKey(kind: .workloadPlane, name: new.plane.rawValue), severity: .warning,
                    reason: "NodeRefused",
                    message: "pool \(name) was refused \(nodes)" + (pool.refusal.map { ": \($0)" } ?? "")))
        }
        return events
    }

    /// Whether anything that is decided by changed; ages do not count.
    package static func isMaterial(from old: PlaneReport, to new: PlaneReport) -> Bool {
        guard old.history == new.history, old.nodes?.count == new.nodes?.count else { return true }
        return zip(old.nodes ?? [], new.nodes ?? []).contains {
            $0.pool != $1.pool || $0.index != $1.index || $0.state != $1.state
                || ($0.reclaimInMilliseconds == nil) != ($1.reclaimInMilliseconds == nil)
        }
    }

    /// The same nodes in the same states, as almost always: nothing is to be said of them.
    private static func areAlike(_ old: [NodeReport], _ new: [NodeReport]) -> Bool {
        guard old.count == new.count else { return false }
        for index in new.indices {
            guard old[index].state == new[index].state, new[index].state != .reclaiming, old[index].index == new[index].index,
                old[index].pool == new[index].pool
            else { return false }
        }
        return true
    }

    private struct Key: Hashable, Comparable {
        var pool: PoolName
        var index: Int

        static func < (left: Self, right: Self) -> Bool { (left.pool, left.index) < (right.pool, right.index) }
    }

    /// What a pool's counters went up by.
    private struct PoolStep {
        var launched: UInt64
        var refused: UInt64
        var reclaimed: UInt64
        var released: UInt64

        init(from old: PoolHistory?, to new: PoolHistory?) {
            func rise(_ count: (PoolHistory) -> UInt64) -> UInt64 {
                let (before, after) = (old.map(count) ?? 0, new.map(count) ?? 0)
                return after > before ? after - before : 0
            }
            launched = rise(\.launched)
            refused = rise(\.refused)
            reclaimed = rise(\.reclaimed)
            released = rise { $0.released ?? 0 }
        }
    }

    private struct Step {
        var severity = FleetEvent.Severity.normal
        var reason: String
        var words: String
    }

    private static func step(from old: NodeReport?, to new: NodeReport?, in pool: PoolStep) -> Step? {
        guard let new else {
            guard let old else { return nil }
            if pool.reclaimed > 0, old.state == .reclaiming || pool.released == 0 {
                let words = old.state == .reclaiming ? "was taken by its provider" : "was lost without notice"
                return Step(severity: .warning, reason: "NodeReclaimed", words: words)
            }
            return pool.released > 0 ? Step(reason: "NodeReleased", words: "is given back: nothing runs there") : nil
        }
        if new.state == .reclaiming, old?.reclaimInMilliseconds == nil {
            if let left = new.reclaimInMilliseconds {
                let seconds = min(max(0, left / 1_000), PoolNodes.longestTime.seconds).rounded(.up)
                let words = "will be taken in \(Duration.seconds(Int64(seconds)).text)"
                return Step(severity: .warning, reason: "NodeReclaimNoticed", words: "\(words); what runs there drains")
            }
            guard old?.state != .reclaiming else { return nil }
            return Step(
                severity: .warning, reason: "NodeReclaimNoticed",
                words: "may be taken, by its provider's advice; what runs there moves when it runs elsewhere")
        }
        guard old?.state != new.state else { return nil }
        switch (old?.state, new.state) {
        case (.stopped, .launching): return Step(reason: "WarmNodeUsed", words: "is resumed from the warm pool")
        case (.idle, .ready): return Step(reason: "WarmNodeUsed", words: "leaves the warm pool: it was idle and runs at once")
        case (_, .launching): return Step(reason: "NodeLaunching", words: "is asked for")
        case (.launching, .ready): return Step(reason: "NodeLaunched", words: "is ready")
        case (nil, .ready): return pool.launched > 0 ? Step(reason: "NodeLaunched", words: "is ready") : nil
        case (_, .stopped): return Step(reason: "NodeWarmed", words: "is kept in the warm pool, stopped")
        case (_, .idle): return Step(reason: "NodeWarmed", words: "is kept in the warm pool, idle")
        default: return nil
        }
    }

    private static func about(_ plane: PlaneName, _ step: Step, _ node: String) -> FleetEvent {
        FleetEvent(
            subject: ResourceKey(kind: .workloadPlane, name: plane.rawValue), severity: step.severity, reason: step.reason,
            message: "\(node) \(step.words)")
    }

    private static func byKey(_ nodes: [NodeReport]) -> [Key: NodeReport] {
        Dictionary(nodes.map { (Key(pool: $0.pool, index: $0.index), $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func byPool(_ history: [PoolHistory]) -> [PoolName: PoolHistory] {
        Dictionary(history.map { ($0.pool, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
