extension LinearModel {
    /// A lower bound of the linear program's minimum (and so of the integer program's) from any row duals.
    ///
    /// Weak duality: for every y, c·x = Σ_r y_r (a_r·x) + Σ_j (c_j − Σ_r y_r a_rj) x_j, and each product is at least its minimum
    /// over the row's or column's bounds. A dual whose sign needs a side that is open counts as 0. Rounding is allowed for with
    /// n·ε of the magnitudes summed, so that the bound holds for the model as stored (Neumaier, Shcherbina: Safe bounds in linear
    /// and mixed-integer linear programming, Math. Program. 99, 2004).
    ///
    /// A column that is unbounded on the side its reduced cost pulls to makes the bound −∞; duals from a solver are off by its
    /// tolerance, so columns need finite bounds where the bound matters. A reduced cost that is 0 up to rounding counts as 0.
    ///
    /// - Parameter rowDuals: one for each row, in the sign of `Relaxation.rowDuals`; fewer are filled up with 0.
    package func provenBound(rowDuals: [Double]) -> Double {
        let rounding = 0x1p-52
        var reducedCosts = cost
        var magnitudes = cost.map(abs)
        var terms = [Int](repeating: 1, count: columnCount)
        var bound = 0.0
        var boundMagnitude = 0.0

        for row in 0..<min(rowCount, rowDuals.count) {
            let side = rowDuals[row] > 0 ? rowLower[row] : rowUpper[row]
            guard rowDuals[row].isFinite, rowDuals[row] != 0, side.isFinite else { continue }
            bound += rowDuals[row] * side
            boundMagnitude += abs(rowDuals[row] * side)
            for entry in starts[row]..<starts[row + 1] {
                let share = rowDuals[row] * coefficients[entry]
                reducedCosts[columns[entry]] -= share
                magnitudes[columns[entry]] += abs(share)
                terms[columns[entry]] += 1
            }
        }
        for column in 0..<columnCount {
            let error = magnitudes[column] * rounding * Double(terms[column])
            let reducedCost = reducedCosts[column]
            let side = reducedCost > 0 ? lower[column] : upper[column]
            guard side.isFinite else {
                if abs(reducedCost) > error { return -.infinity }
                continue
            }
            bound += reducedCost * side - error * max(abs(lower[column].orZero), abs(upper[column].orZero))
            boundMagnitude += abs(reducedCost * side)
        }
        let allowance = boundMagnitude * rounding * Double(columnCount + rowCount + 1)
        return bound.isFinite ? bound - allowance : -.infinity
    }
}

extension Double {
    /// 0 for an open side.
    fileprivate var orZero: Double { isFinite ? self : 0 }
}
