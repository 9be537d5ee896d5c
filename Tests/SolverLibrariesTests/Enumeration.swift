import LinearOptimization

/// The optimum of a small model by trying every combination of its integer columns; at most one column, the last, is continuous.
///
/// Shares nothing with a solver: with the integers fixed, each row leaves the continuous column an interval.
struct Enumeration {
    let model: LinearModel

    /// nil where nothing is feasible.
    func optimum() -> Double? {
        let integers = model.isInteger.count { $0 }
        precondition(integers >= model.columnCount - 1 && model.isInteger.prefix(integers).allSatisfy { $0 })
        var best: Double?
        visit(0, integers, [], &best)
        return best
    }

    private func visit(_ column: Int, _ integers: Int, _ values: [Double], _ best: inout Double?) {
        guard column < integers else {
            if let cost = cheapest(values), cost < best ?? .infinity { best = cost }
            return
        }
        var value = model.lower[column].rounded(.up)
        while value <= model.upper[column] {
            visit(column + 1, integers, values + [value], &best)
            value += 1
        }
    }

    private func cheapest(_ fixed: [Double]) -> Double? {
        let free = fixed.count < model.columnCount ? fixed.count : nil
        var (low, high) = free.map { (model.lower[$0], model.upper[$0]) } ?? (0, 0)
        for row in 0..<model.rowCount {
            var activity = 0.0
            var slope = 0.0
            for entry in model.starts[row]..<model.starts[row + 1] {
                if model.columns[entry] == free {
                    slope = model.coefficients[entry]
                } else {
                    activity += model.coefficients[entry] * fixed[model.columns[entry]]
                }
            }
            let (below, above) = (model.rowLower[row] - activity, model.rowUpper[row] - activity)
            if slope == 0 {
                if below > 1e-9 || above < -1e-9 { return nil }
            } else {
                low = max(low, slope > 0 ? below / slope : above / slope)
                high = min(high, slope > 0 ? above / slope : below / slope)
            }
        }
        guard low <= high + 1e-12 else { return nil }
        let base = zip(model.cost, fixed).reduce(0) { $0 + $1.0 * $1.1 }
        guard let free else { return base }
        return base + min(model.cost[free] * low, model.cost[free] * high)
    }
}
