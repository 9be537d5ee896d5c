import PlanningProofs
import SeededCases
import Testing

@Suite("Transport")
struct TransportTests {
    @Test("goes round about where the straight way is taken")
    func augments() {
        // The first source reaches both sinks, the second only the first: 5 + 5 need the first to give way.
        let transport = Transport(supply: [5, 5], capacity: [5, 5], isAllowed: [[true, true], [true, false]])
        #expect(transport.amount == 10)
        #expect(transport.flow == [[0, 5], [5, 0]])
    }

    @Test("nothing flows from nobody, to nowhere, or where nothing is allowed")
    func empty() {
        #expect(Transport(supply: [], capacity: [1], isAllowed: []).amount == 0)
        #expect(Transport(supply: [1], capacity: [], isAllowed: [[]]).amount == 0)
        #expect(Transport(supply: [1], capacity: [1], isAllowed: [[false]]).amount == 0)
    }

    @Test("as much flows as the narrowest cut lets through (Ford and Fulkerson), and no limit is passed")
    func maximumFlowIsMinimumCut() {
        for seed in 0..<caseCount(perMille: 100) {
            var random = SeededGenerator(seed: seed)
            let supply = (0..<random.next(in: 1...6)).map { _ in Double(random.next(in: 0...40)) / 4 }
            let capacity = (0..<random.next(in: 1...6)).map { _ in Double(random.next(in: 0...40)) / 4 }
            let isAllowed = supply.map { _ in capacity.map { _ in random.isOne(in: 2) } }
            let transport = Transport(supply: supply, capacity: capacity, isAllowed: isAllowed)
            // A cut: some sources are cut off themselves, of the others every sink they reach is.
            let narrowest = (0..<(1 << supply.count)).map { cut -> Double in
                let inside = supply.indices.filter { cut >> $0 & 1 == 1 }
                let outside = supply.indices.filter { cut >> $0 & 1 == 0 }.reduce(0) { $0 + supply[$1] }
                return outside
                    + capacity.indices.filter { sink in inside.contains { isAllowed[$0][sink] } }.reduce(0) { $0 + capacity[$1] }
            }.min()
            #expect(abs(transport.amount - (narrowest ?? 0)) < 1e-9, "seed \(seed)")
            for (source, row) in transport.flow.enumerated() {
                #expect(row.reduce(0, +) <= supply[source] + 1e-9, "seed \(seed)")
                #expect(zip(row, isAllowed[source]).allSatisfy { $0 >= 0 && ($1 || $0 == 0) }, "seed \(seed)")
            }
            for sink in capacity.indices {
                #expect(transport.flow.reduce(0) { $0 + $1[sink] } <= capacity[sink] + 1e-9, "seed \(seed)")
            }
        }
    }
}
