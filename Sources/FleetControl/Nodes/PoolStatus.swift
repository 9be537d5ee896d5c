import FleetModel

/// What a plane's status says of its nodes.
struct PoolStatus {
    private let plane: WorkloadPlane
    private let nodes: [NodeReport]
    private let history: [PoolHistory]

    init(_ plane: WorkloadPlane, _ report: PlaneReport?) {
        self.plane = plane
        nodes = report?.nodes ?? []
        history = report?.history ?? []
    }

    /// One condition where the plane's nodes come and go, or one of them is in question; else none.
    var conditions: [ResourceStatus.Condition] {
        let isAnyShort = plane.pools.contains { isShort(of: $0.name) }
        let told = plane.pools.filter { !$0.isStanding || isShort(of: $0.name) }
        guard !told.isEmpty else { return [] }
        return [
            ResourceStatus.Condition(
                type: "Nodes", status: isAnyShort ? .no : .yes, reason: isAnyShort ? "CapacityShort" : "AsWanted",
                message: told.map(words).joined(separator: "; "))
        ]
    }

    private func isShort(of pool: PoolName) -> Bool {
        history.contains { $0.pool == pool && ($0.unavailable ?? 0) > 0 }
            || nodes.contains { $0.pool == pool && $0.state == .reclaiming }
    }

    private func words(_ pool: CapacityPool) -> String {
        var parts = NodeReport.State.allCases.compactMap { state -> String? in
            let count = nodes.count { $0.pool == pool.name && $0.state == state }
            return count == 0 ? nil : "\(count) \(state.rawValue)"
        }
        if let missing = history.first(where: { $0.pool == pool.name })?.unavailable, missing > 0 {
            parts.append("\(missing) of \(pool.maxNodes) not to be had")
        }
        if let price = usdPerHour(pool) { parts.append(USDPerHour((price * 1_000).rounded() / 1_000).text) }
        return "\(pool.name): \(parts.isEmpty ? "none" : parts.joined(separator: ", "))"
    }

    /// What the pool's nodes cost as they are now; nil where nodes are none of it, or a price is not known.
    private func usdPerHour(_ pool: CapacityPool) -> Double? {
        let mine = nodes.filter { $0.pool == pool.name }
        guard !mine.isEmpty, !pool.isStanding else { return nil }
        var sum = 0.0
        for node in mine {
            guard let price = pool.usdPerHour(of: node.state) else { return nil }
            sum += price
        }
        return sum
    }
}
