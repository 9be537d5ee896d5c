import PlanningProofs
import SeededCases
import Testing

@Suite("Node packing")
struct NodePackingTests {
    private func fits(_ sizes: [Int: Int], nodes: Int, capacity: Int) -> Bool? {
        NodePacking.fits(
            sizes.sorted { $0.key < $1.key }.map { .init(size: $0.key, count: $0.value) }, nodes: nodes, capacity: capacity)
    }

    @Test("a node of 8 holds two replicas of 3, whatever the sum says")
    func threeOfEight() {
        #expect(fits([3: 4], nodes: 2, capacity: 8) == true)
        #expect(fits([3: 5], nodes: 2, capacity: 8) == false)
        #expect(fits([3: 5, 2: 0], nodes: 3, capacity: 8) == true)
    }

    @Test("finds the packing that largest first misses: 4+2+2 and 3+3+2")
    func missedByGreedy() { #expect(fits([4: 1, 3: 2, 2: 3], nodes: 2, capacity: 8) == true) }

    @Test("no replica is larger than a node, and nothing needs no node")
    func ends() {
        #expect(fits([9: 1], nodes: 5, capacity: 8) == false)
        #expect(fits([8: 0], nodes: 0, capacity: 8) == true)
        #expect(fits([8: 3], nodes: 3, capacity: 8) == true)
        #expect(fits([1: 1], nodes: 0, capacity: 8) == false)
    }

    @Test("a hundred nodes of five sizes are decided")
    func large() {
        // 100 nodes of 3+3+2 and 50 of 4+4 hold exactly 200 threes, 100 twos and 100 fours.
        #expect(fits([3: 200, 2: 100, 4: 100], nodes: 150, capacity: 8) == true)
        #expect(fits([3: 200, 2: 100, 4: 100], nodes: 149, capacity: 8) == false)
        // 5 and 7 of 16: 5+5+5 wastes one, 7+7 two, 7+5 four: 90 fives need 30 nodes, 30 sevens 15.
        #expect(fits([5: 90, 7: 30], nodes: 45, capacity: 16) == true)
        #expect(fits([5: 90, 7: 30], nodes: 44, capacity: 16) == false)
    }

    @Test("agrees with trying every place for every replica")
    func agreesWithEnumeration() {
        for seed in 0..<caseCount(perMille: 40) {
            var random = SeededGenerator(seed: seed)
            let capacity = random.next(in: 3...10)
            let sizes = (0..<random.next(in: 1...8)).map { _ in random.next(in: 1...capacity) }.sorted(by: >)
            let counts = Dictionary(sizes.map { ($0, 1) }, uniquingKeysWith: +)
            let least = Self.leastNodes(sizes, capacity: capacity)
            #expect(fits(counts, nodes: least, capacity: capacity) == true, "seed \(seed): \(sizes) in \(capacity)")
            #expect(fits(counts, nodes: least - 1, capacity: capacity) == false, "seed \(seed): \(sizes) in \(capacity)")
        }
    }

    private static func leastNodes(_ sizes: [Int], capacity: Int) -> Int {
        var best = sizes.count
        func place(_ index: Int, _ rooms: [Int]) {
            if rooms.count >= best && index < sizes.count { return }
            if index == sizes.count {
                best = min(best, rooms.count)
                return
            }
            for at in rooms.indices where rooms[at] >= sizes[index] {
                var next = rooms
                next[at] -= sizes[index]
                place(index + 1, next)
            }
            place(index + 1, rooms + [capacity - sizes[index]])
        }
        place(0, [])
        return best
    }
}
