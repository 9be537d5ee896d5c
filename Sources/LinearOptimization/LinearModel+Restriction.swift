extension LinearModel {
    /// The same program with all columns but some held at given values. What those take of a row is taken off its sides; rows without
    /// a free column are left out, as nothing could change them. The objective lacks what the held columns cost.
    ///
    /// - Parameters:
    ///   - free: columns to keep, ascending; column i of the result is `free[i]`.
    ///   - values: one for each column; those of free columns are not read.
    package func restricted(to free: [Int], holding values: [Double]) -> LinearModel {
        precondition(values.count == columnCount, "\(values.count) values for \(columnCount) columns")
        var position = [Int](repeating: -1, count: columnCount)
        var part = LinearModel()
        for (index, column) in free.enumerated() {
            position[column] = index
            _ = part.addColumn(lower: lower[column], upper: upper[column], cost: cost[column], isInteger: isInteger[column])
        }
        var terms: [Term] = []
        for row in 0..<rowCount where rowLower[row] > -.infinity || rowUpper[row] < .infinity {
            terms.removeAll(keepingCapacity: true)
            var held = 0.0
            for entry in starts[row]..<starts[row + 1] {
                let column = columns[entry]
                if position[column] >= 0 {
                    terms.append(Term(Column(position[column]), coefficients[entry]))
                } else {
                    held += coefficients[entry] * values[column]
                }
            }
            if !terms.isEmpty { part.addRow(lower: rowLower[row] - held, upper: rowUpper[row] - held, terms) }
        }
        return part
    }
}
