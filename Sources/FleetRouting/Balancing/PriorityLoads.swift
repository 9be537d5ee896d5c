/// How much of the traffic each priority takes, in whole per cent, as Envoy divides it (documentation: Priority levels, Panic
/// threshold).
///
/// A priority's health is its share of healthy replicas times the overprovisioning factor, at most 100; a replica that comes in
/// slowly counts for its share, so that traffic comes back as slowly as replicas can take it. Priorities take their health in
/// order until 100 are given out; where all together have less, their parts are scaled up, and one whose share of healthy
/// replicas is below the panic threshold spreads over all its replicas, healthy or not. Fixed in size: the router keeps one and
/// fills it anew.
package struct PriorityLoads: Sendable {
    private struct Level: Sendable {
        var healthy = 0
        var capacity = 0.0
        var total = 0
        var load = 0
        var isPanicking = false
    }

    private var levels = [Level](repeating: Level(), count: PlaneShares.maximumLevels)
    private var count = 0

    package init() {}

    package mutating func reset(count: Int) {
        self.count = min(count, levels.count)
        for index in 0..<self.count { levels[index] = Level() }
    }

    /// - Parameter capacity: what the healthy ones can take now, in replicas.
    package mutating func add(level: Int, healthy: Int, capacity: Double, total: Int) {
        levels[level].healthy += healthy
        levels[level].capacity += capacity
        levels[level].total += total
    }

    package mutating func settle(overprovisioningFactor: Double, panicThreshold: Double) {
        var sum = 0
        var healthy = 0
        for index in 0..<count {
            sum += health(index, of: levels[index].capacity, overprovisioningFactor)
            healthy += health(index, of: Double(levels[index].healthy), overprovisioningFactor)
        }
        guard healthy > 0 else { return settleWithoutHealth() }
        // Where everybody is new nobody else could take what the slow ones leave.
        let isGradual = sum >= 100
        let available = isGradual ? 100 : min(healthy, 100)
        var remaining = 100
        var first: Int?
        for index in 0..<count {
            let able = isGradual ? levels[index].capacity : Double(levels[index].healthy)
            let health = health(index, of: able, overprovisioningFactor)
            levels[index].load = min(health * 100 / available, remaining)
            remaining -= levels[index].load
            if first == nil, health > 0 { first = index }
            levels[index].isPanicking =
                healthy < 100 && Double(levels[index].healthy) < panicThreshold * Double(levels[index].total)
        }
        if let first { levels[first].load += remaining }
    }

    package func load(of level: Int) -> Int { levels[level].load }
    package func isPanicking(_ level: Int) -> Bool { levels[level].isPanicking }

    /// The priority at a point of the traffic, 0 up to 1.
    package func level(at point: Double) -> Int {
        var left = Int(point * 100)
        for index in 0..<count {
            if left < levels[index].load { return index }
            left -= levels[index].load
        }
        return 0
    }

    private func health(_ index: Int, of capacity: Double, _ factor: Double) -> Int {
        guard levels[index].total > 0 else { return 0 }
        return min(100, Int(factor * 100 * capacity / Double(levels[index].total)))
    }

    /// Nobody is healthy: everybody is in panic, and takes as much as it has replicas.
    private mutating func settleWithoutHealth() {
        var total = 0
        for index in 0..<count { total += levels[index].total }
        var remaining = 100
        for index in 0..<count {
            levels[index].isPanicking = levels[index].total > 0
            levels[index].load = total == 0 ? 0 : levels[index].total * 100 / total
            remaining -= levels[index].load
        }
        for index in 0..<count where levels[index].total > 0 {
            levels[index].load += remaining
            return
        }
    }
}
