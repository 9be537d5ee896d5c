import LinearOptimization
import SeededCases
import Testing

@Suite("Bounds from row duals")
struct LinearModelBoundTests {
    /// Minimise 2x + 3y with x + y ≥ 4 and x + 3y ≥ 6: x = 3, y = 1 costs 9, and the duals 1.5 and 0.5 prove it (1.5 + 0.5 = 2,
    /// 1.5 + 3 · 0.5 = 3, 1.5 · 4 + 0.5 · 6 = 9).
    private func covering(upper: Double = .infinity) -> LinearModel {
        var model = LinearModel()
        let x = model.addColumn(upper: upper, cost: 2)
        let y = model.addColumn(upper: upper, cost: 3)
        model.addRow(lower: 4, [.init(x, 1), .init(y, 1)])
        model.addRow(lower: 6, [.init(x, 1), .init(y, 3)])
        return model
    }

    @Test("optimal duals give the optimum, also where columns are open above")
    func optimalDuals() {
        #expect(abs(covering().provenBound(rowDuals: [1.5, 0.5]) - 9) < 1e-12)
        #expect(abs(covering(upper: 100).provenBound(rowDuals: [1.5, 0.5]) - 9) < 1e-12)
    }

    @Test("duals that are not optimal give less, as computed by hand")
    func otherDuals() {
        // Reduced costs 2 − 1 = 1 and 3 − 1 = 2 at lower bounds of 0: 1 · 4.
        #expect(abs(covering().provenBound(rowDuals: [1, 0]) - 4) < 1e-12)
        // Reduced costs 2 − 3 = −1 and 3 − 3 = 0: 3 · 4 − 1 · 100.
        #expect(abs(covering(upper: 100).provenBound(rowDuals: [3, 0]) + 88) < 1e-9)
        #expect(covering().provenBound(rowDuals: [3, 0]) == -.infinity)
    }

    @Test("a dual on an open side counts as nothing")
    func openSides() {
        #expect(covering().provenBound(rowDuals: [-1, 0]) == 0)
        #expect(covering().provenBound(rowDuals: [.nan, .infinity]) == 0)
        #expect(covering().provenBound(rowDuals: []) == 0)
    }

    @Test("an upper side pays for a negative dual, an equality for either")
    func upperSides() {
        var model = LinearModel()
        let x = model.addColumn(upper: 10, cost: -3)
        model.addRow(upper: 4, [.init(x, 1)])
        #expect(abs(model.provenBound(rowDuals: [-3]) + 12) < 1e-12)
        var equality = LinearModel()
        let y = equality.addColumn(upper: 10, cost: 5)
        equality.addRow(lower: 2, upper: 2, [.init(y, 1)])
        #expect(abs(equality.provenBound(rowDuals: [5]) - 10) < 1e-12)
        #expect(abs(equality.provenBound(rowDuals: [-1]) + 2) < 1e-12)
    }

    @Test("whatever the duals, the bound is below every feasible point")
    func randomDuals() {
        for seed in 0..<caseCount(perMille: 100) {
            var random = SeededGenerator(seed: seed)
            let (model, point) = feasibleModel(using: &random)
            let cost = model.objective(of: point)
            for scale in [0.01, 1, 100] {
                let duals = (0..<model.rowCount).map { _ in Double.random(in: -scale...scale, using: &random) }
                let bound = model.provenBound(rowDuals: duals)
                #expect(bound <= cost, "seed \(seed): \(bound) is above a point of cost \(cost)")
            }
        }
    }

    /// A model with sides open at random around a point that is feasible by construction.
    private func feasibleModel(using random: inout SeededGenerator) -> (LinearModel, [Double]) {
        var model = LinearModel()
        var point: [Double] = []
        let columns = Int.random(in: 1...8, using: &random)
        func below(_ value: Double) -> Double {
            Int.random(in: 0..<4, using: &random) == 0 ? -.infinity : value - Double.random(in: 0...3, using: &random)
        }
        func above(_ value: Double) -> Double {
            Int.random(in: 0..<4, using: &random) == 0 ? .infinity : value + Double.random(in: 0...3, using: &random)
        }
        for _ in 0..<columns {
            let value = Double.random(in: -5...5, using: &random)
            point.append(value)
            _ = model.addColumn(lower: below(value), upper: above(value), cost: Double.random(in: -4...4, using: &random))
        }
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            let terms = (0..<columns).map { LinearModel.Term(.init($0), Double.random(in: -2...2, using: &random)) }
            let activity = terms.reduce(0) { $0 + $1.coefficient * point[$1.column.index] }
            model.addRow(lower: below(activity), upper: above(activity), terms)
        }
        return (model, point)
    }
}
