/// A linear or mixed-integer program to minimise: columns with bounds and costs, rows with bounds over sparse terms.
package struct LinearModel: Sendable {
    package struct Column: Hashable, Sendable {
        package let index: Int
        package init(_ index: Int) { self.index = index }
    }
    package struct Row: Hashable, Sendable {
        package let index: Int
        package init(_ index: Int) { self.index = index }
    }
    package struct Term: Sendable {
        package var column: Column
        package var coefficient: Double
        package init(_ column: Column, _ coefficient: Double) { (self.column, self.coefficient) = (column, coefficient) }
    }

    /// By column.
    package private(set) var lower: [Double] = []
    package private(set) var upper: [Double] = []
    package private(set) var cost: [Double] = []
    package private(set) var isInteger: [Bool] = []
    /// By row. Infinities stand for a side that is open.
    package private(set) var rowLower: [Double] = []
    package private(set) var rowUpper: [Double] = []
    /// Row r's terms are `starts[r]..<starts[r + 1]` of `columns` and `coefficients` (compressed sparse rows).
    package private(set) var starts: [Int] = [0]
    package private(set) var columns: [Int] = []
    package private(set) var coefficients: [Double] = []

    package init() {}

    package var columnCount: Int { cost.count }
    package var rowCount: Int { rowLower.count }

    package mutating func addColumn(
        lower: Double = 0, upper: Double = .infinity, cost: Double = 0, isInteger: Bool = false
    ) -> Column {
        self.lower.append(lower)
        self.upper.append(upper)
        self.cost.append(cost)
        self.isInteger.append(isInteger)
        return Column(self.cost.count - 1)
    }

    /// Terms of the same column must be summed by the caller: each column at most once in a row.
    @discardableResult
    package mutating func addRow(lower: Double = -.infinity, upper: Double = .infinity, _ terms: [Term]) -> Row {
        for term in terms where term.coefficient != 0 {
            columns.append(term.column.index)
            coefficients.append(term.coefficient)
        }
        starts.append(columns.count)
        rowLower.append(lower)
        rowUpper.append(upper)
        return Row(rowLower.count - 1)
    }

    package mutating func setBounds(_ column: Column, lower: Double, upper: Double) {
        self.lower[column.index] = lower
        self.upper[column.index] = upper
    }
    package mutating func setCost(_ column: Column, _ cost: Double) { self.cost[column.index] = cost }
    package mutating func setBounds(_ row: Row, lower: Double, upper: Double) {
        rowLower[row.index] = lower
        rowUpper[row.index] = upper
    }
}
