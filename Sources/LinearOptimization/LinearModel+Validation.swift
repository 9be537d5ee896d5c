extension LinearModel {
    /// Sizes and magnitudes a model may have: what every solver library behind the port can hold.
    package enum Limit {
        /// Columns, rows and terms are counted in 32 bits.
        package static let entries = Int(Int32.max) - 1
        /// A bound of this magnitude or more is an open side.
        package static let bound = 1e20
        package static let cost = 1e19
        package static let coefficient = 1e15
    }

    /// Says what makes the model meaningless, with the column or row. Bounds that cross are not: such a model is infeasible.
    package func validate() throws(SolverFailure) {
        guard columnCount <= Limit.entries, rowCount <= Limit.entries, columns.count <= Limit.entries else {
            throw SolverFailure(
                "\(columnCount) columns, \(rowCount) rows and \(columns.count) terms: each may be \(Limit.entries) at most")
        }
        for column in 0..<columnCount { try validateColumn(column) }
        var lastRow = [Int](repeating: -1, count: columnCount)
        for row in 0..<rowCount { try validateRow(row, lastRow: &lastRow) }
    }

    private static let boundAdvice = "a lower bound is a number or −∞, an upper one a number or ∞"

    package func validateColumn(_ column: Int) throws(SolverFailure) {
        guard lower[column] < Limit.bound, upper[column] > -Limit.bound else {
            throw SolverFailure("column \(column) has the bounds \(lower[column]) and \(upper[column]): \(Self.boundAdvice)")
        }
        guard abs(cost[column]) <= Limit.cost else {
            throw SolverFailure("column \(column) costs \(cost[column]): a cost is a number of magnitude \(Limit.cost) at most")
        }
    }

    package func validateRowBounds(_ row: Int) throws(SolverFailure) {
        guard rowLower[row] < Limit.bound, rowUpper[row] > -Limit.bound else {
            throw SolverFailure("row \(row) has the bounds \(rowLower[row]) and \(rowUpper[row]): \(Self.boundAdvice)")
        }
    }

    /// - Parameter lastRow: by column, the last row it was seen in.
    package func validateRow(_ row: Int, lastRow: inout [Int]) throws(SolverFailure) {
        try validateRowBounds(row)
        for entry in starts[row]..<starts[row + 1] {
            let column = columns[entry]
            guard column >= 0, column < columnCount else {
                throw SolverFailure("row \(row) names column \(column); the model has \(columnCount) columns")
            }
            guard abs(coefficients[entry]) <= Limit.coefficient else {
                throw SolverFailure(
                    """
                    row \(row) has the coefficient \(coefficients[entry]) for column \(column): a coefficient is a number of \
                    magnitude \(Limit.coefficient) at most
                    """)
            }
            guard lastRow[column] != row else {
                throw SolverFailure("row \(row) names column \(column) twice; sum its terms into one")
            }
            lastRow[column] = row
        }
    }
}
