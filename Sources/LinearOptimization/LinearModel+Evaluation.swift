extension LinearModel {
    /// Σ_j c_j x_j.
    package func objective(of values: [Double]) -> Double {
        precondition(values.count == columnCount, "\(values.count) values for \(columnCount) columns")
        return zip(cost, values).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Σ_j a_rj x_j by row.
    package func activities(of values: [Double]) -> [Double] {
        precondition(values.count == columnCount, "\(values.count) values for \(columnCount) columns")
        return (0..<rowCount).map { row in
            (starts[row]..<starts[row + 1]).reduce(0) { $0 + coefficients[$1] * values[columns[$1]] }
        }
    }

    /// The largest amount by which a bound of a column or row, or the integrality of a column, is missed; 0 for a feasible point.
    package func violation(of values: [Double]) -> Double {
        var worst = 0.0
        for (column, value) in values.enumerated() {
            worst = max(worst, lower[column] - value, value - upper[column])
            if isInteger[column] { worst = max(worst, abs(value - value.rounded())) }
        }
        for (row, activity) in activities(of: values).enumerated() {
            worst = max(worst, rowLower[row] - activity, activity - rowUpper[row])
        }
        return worst
    }
}
