import LinearOptimization
import SeededCases

/// Seeded models with a known shape.
enum RandomModels {
    /// A transport problem with shortage at a price: always feasible, all columns bounded.
    static func transport(seed: UInt64, sources: Int, sinks: Int) -> LinearModel {
        var random = SeededGenerator(seed: seed)
        var model = LinearModel()
        var leaving = [[LinearModel.Term]](repeating: [], count: sources)
        for _ in 0..<sinks {
            let demand = Double.random(in: 5...20, using: &random)
            var arriving = [LinearModel.Term(model.addColumn(upper: 2 * demand, cost: 100), 1)]
            for source in 0..<sources where Int.random(in: 0..<3, using: &random) != 0 {
                let flow = model.addColumn(upper: 2 * demand, cost: Double.random(in: 1...10, using: &random))
                arriving.append(.init(flow, 1))
                leaving[source].append(.init(flow, 1))
            }
            model.addRow(lower: demand, arriving)
        }
        for terms in leaving { model.addRow(upper: Double.random(in: 5...20, using: &random), terms) }
        return model
    }

    /// Small, all columns bounded, every kind of row: sometimes infeasible.
    static func mixed(seed: UInt64, columns: Int, rows: Int, integers: Int = 0) -> LinearModel {
        var random = SeededGenerator(seed: seed)
        var model = LinearModel()
        for column in 0..<columns {
            let lower = Double(Int.random(in: -2...1, using: &random))
            _ = model.addColumn(
                lower: lower, upper: lower + Double(Int.random(in: 0...3, using: &random)),
                cost: Double(Int.random(in: -9...9, using: &random)), isInteger: column < integers)
        }
        for _ in 0..<rows { addRow(to: &model, using: &random) }
        return model
    }

    static func addRow(to model: inout LinearModel, using random: inout SeededGenerator) {
        let row = randomRow(columns: model.columnCount, using: &random)
        model.addRow(lower: row.lower, upper: row.upper, row.terms)
    }

    static func randomRow(
        columns: Int, using random: inout SeededGenerator
    ) -> (lower: Double, upper: Double, terms: [LinearModel.Term]) {
        let terms = (0..<columns).compactMap { column -> LinearModel.Term? in
            let coefficient = Int.random(in: -4...4, using: &random)
            return coefficient == 0 ? nil : LinearModel.Term(.init(column), Double(coefficient))
        }
        let side = Double(Int.random(in: -3...3, using: &random))
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return (side, side, terms)
        case 1: return (side - 4, side + 4, terms)
        case 2...4: return (side - 3, .infinity, terms)
        default: return (-.infinity, side + 3, terms)
        }
    }
}
