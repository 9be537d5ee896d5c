import FleetRouting
import Testing

@Suite("Priority loads")
struct PriorityLoadsTests {
    private func loads(_ healthy: [Int], threshold: Double = 0.5) -> (loads: [Int], panics: [Bool]) {
        var loads = PriorityLoads()
        loads.reset(count: healthy.count)
        for (level, count) in healthy.enumerated() {
            loads.add(level: level, healthy: count, capacity: Double(count), total: 100)
        }
        loads.settle(overprovisioningFactor: 1.4, panicThreshold: threshold)
        return (healthy.indices.map(loads.load(of:)), healthy.indices.map(loads.isPanicking))
    }

    @Test(
        "two and three priorities divide the traffic as Envoy's documentation tabulates it",
        arguments: [
            ([100, 100], [100, 0]), ([72, 72], [100, 0]), ([71, 71], [99, 1]), ([50, 50], [70, 30]), ([25, 100], [35, 65]),
            ([25, 25], [50, 50]), ([0, 100], [0, 100]), ([100, 100, 100], [100, 0, 0]), ([72, 72, 100], [100, 0, 0]),
            ([71, 71, 100], [99, 1, 0]), ([50, 50, 100], [70, 30, 0]), ([25, 100, 100], [35, 65, 0]),
            ([25, 25, 100], [35, 35, 30]),
        ])
    func table(healthy: [Int], expected: [Int]) {
        #expect(loads(healthy).loads == expected)
    }

    @Test(
        "a priority is in panic below the threshold, but only where all together cannot take the traffic",
        arguments: [
            ([72, 72], [false, false]), ([71, 0], [false, true]), ([25, 65], [false, false]), ([25, 25], [true, true]),
            ([5, 65], [true, false]), ([0, 0], [true, true]),
        ])
    func panic(healthy: [Int], expected: [Bool]) {
        #expect(loads(healthy).panics == expected)
    }

    @Test("a priority whose replicas come in slowly takes back what they can take, and nobody panics meanwhile")
    func failBack() {
        var loads = PriorityLoads()
        for (capacity, expected) in [(1.0, 14), (2.5, 35), (5, 70), (10, 100)] {
            loads.reset(count: 2)
            loads.add(level: 0, healthy: 10, capacity: capacity, total: 10)
            loads.add(level: 1, healthy: 10, capacity: 10, total: 10)
            loads.settle(overprovisioningFactor: 1.4, panicThreshold: 0.5)
            #expect([loads.load(of: 0), loads.load(of: 1)] == [expected, 100 - expected])
        }
        loads.reset(count: 2)
        for level in 0...1 { loads.add(level: level, healthy: 10, capacity: 1, total: 10) }
        loads.settle(overprovisioningFactor: 1.4, panicThreshold: 0.5)
        #expect(loads.load(of: 0) == 100 && !loads.isPanicking(0), "everybody is new: the first serves")
    }

    @Test("nobody healthy: everybody gets as much as it has replicas")
    func nobody() {
        var loads = PriorityLoads()
        loads.reset(count: 2)
        loads.add(level: 0, healthy: 0, capacity: 0, total: 30)
        loads.add(level: 1, healthy: 0, capacity: 0, total: 10)
        loads.settle(overprovisioningFactor: 1.4, panicThreshold: 0.5)
        #expect([loads.load(of: 0), loads.load(of: 1)] == [75, 25])
        #expect(loads.level(at: 0.749) == 0 && loads.level(at: 0.75) == 1 && loads.level(at: 0.999) == 1)
    }
}
