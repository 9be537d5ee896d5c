import LinearOptimization
import SeededCases
import Testing

@Suite("Parts of a model")
struct LinearModelRestrictionTests {
    @Test("what held columns take is off the sides, and rows without a free column are gone")
    func byHand() {
        // x + 2y + z ≥ 10, y + z ≤ 7, x ≤ 4 as a row; y is free, x = 3 and z = 1 are held.
        var model = LinearModel()
        let x = model.addColumn(cost: 5)
        let y = model.addColumn(lower: 1, upper: 9, cost: 2, isInteger: true)
        let z = model.addColumn(cost: 1)
        model.addRow(lower: 10, [.init(x, 1), .init(y, 2), .init(z, 1)])
        model.addRow(upper: 7, [.init(y, 1), .init(z, 1)])
        model.addRow(upper: 4, [.init(x, 1)])
        let part = model.restricted(to: [1], holding: [3, 0, 1])
        #expect(part.lower == [1] && part.upper == [9] && part.cost == [2] && part.isInteger == [true])
        #expect(part.rowLower == [6, -.infinity] && part.rowUpper == [.infinity, 6])
        #expect(part.columns == [0, 0] && part.coefficients == [2, 1])
    }

    @Test("a point is as feasible and as much dearer in the part as in the whole")
    func agrees() {
        for seed in 0..<caseCount(perMille: 20) {
            var random = SeededGenerator(seed: seed)
            let count = random.next(in: 2...7)
            var model = LinearModel()
            for _ in 0..<count { _ = model.addColumn(lower: -5, upper: 5, cost: Double(random.below(9))) }
            for _ in 0..<random.below(6) {
                let named = (0..<count).filter { _ in random.isOne(in: 2) }
                model.addRow(lower: -4, upper: 4, named.map { .init(.init($0), Double(random.next(in: 1...4))) })
            }
            let held = (0..<count).map { _ in Double(random.next(in: -2...2)) }
            let free = (0..<count).filter { _ in random.isOne(in: 2) }
            let part = model.restricted(to: free, holding: held)
            var moved = held
            for column in free { moved[column] = Double(random.next(in: -2...2)) }
            let inner = free.map { moved[$0] }
            let heldAlone = held.indices.map { free.contains($0) ? 0 : held[$0] }
            #expect(part.objective(of: inner) == model.objective(of: moved) - model.objective(of: heldAlone))
            // Rows of held columns alone may be broken, but not by the part.
            #expect(part.violation(of: inner) <= model.violation(of: moved))
            let touched = (0..<model.rowCount).count { row in
                (model.starts[row]..<model.starts[row + 1]).contains { free.contains(model.columns[$0]) }
            }
            #expect(part.rowCount == touched)
        }
    }
}
