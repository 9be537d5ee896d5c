import LinearOptimization

/// A model's matrix by column, as the COIN-OR libraries want it: column j's terms are `starts[j]..<starts[j + 1]`.
struct CompressedColumns {
    private(set) var starts: [Int32]
    private(set) var rows: [Int32]
    private(set) var coefficients: [Double]

    init(_ model: LinearModel) {
        starts = [Int32](repeating: 0, count: model.columnCount + 1)
        rows = [Int32](repeating: 0, count: model.columns.count)
        coefficients = [Double](repeating: 0, count: model.columns.count)
        for column in model.columns { starts[column + 1] += 1 }
        for column in 0..<model.columnCount { starts[column + 1] += starts[column] }
        var next = starts
        for row in 0..<model.rowCount {
            for entry in model.starts[row]..<model.starts[row + 1] {
                let position = Int(next[model.columns[entry]])
                next[model.columns[entry]] += 1
                rows[position] = Int32(row)
                coefficients[position] = model.coefficients[entry]
            }
        }
    }
}
