import LinearOptimization

extension FleetProgram {
    /// Strengthens conditions on capacity by mixed-integer rounding and adds those the values break. Returns how many were added.
    ///
    /// For Σ aᵢ yᵢ + s ≥ b with whole yᵢ ≥ 0 and s ≥ 0, any divisor d > 0 and f = frac(b / d) > 0 give
    /// Σ (⌊aᵢ/d⌋ + min(1, frac(aᵢ/d) / f)) yᵢ + s / (d f) ≥ ⌈b/d⌉ (Nemhauser and Wolsey 1990). The divisors tried are the rates of the
    /// replicas at hand: with one rate r only, it says that at least ⌈b/r⌉ replicas are needed.
    func addRoundingCuts(_ values: [Double], stretch: Int) -> Int {
        var added = 0
        for cover in covers {
            guard let cut = strongestRounding(of: cover, values: values, stretch: stretch) else { continue }
            roundingCuts.append(appendRow(lower: cut.lower, cut.terms))
            added += 1
        }
        return added
    }

    /// Takes the force out of all rounding cuts: they hold for the demand they were made for.
    func retireRoundingCuts() {
        for row in roundingCuts { setRow(row, lower: -.infinity) }
        roundingCuts.removeAll(keepingCapacity: true)
    }

    private struct Cut {
        var lower: Double
        var terms: [LinearModel.Term]
        var depth: Double
    }

    private func strongestRounding(of row: CoverRow, values: [Double], stretch: Int) -> Cut? {
        let service = row.cover.service
        let columns = columns[stretch]
        let need = row.terms.need(stretches[stretch].demand[service])
        guard need > 1e-9, !row.terms.options.isEmpty else { return nil }
        let replicas = row.terms.options.map { values[columns.replicas[service][$0.option].index] }
        var carried = 0.0
        var divisors: [Double] = []
        for (position, term) in row.terms.options.enumerated() where replicas[position] > 1e-7 {
            carried += term.rate * replicas[position]
            if !divisors.contains(term.rate) { divisors.append(term.rate) }
        }
        guard carried < need + (divisors.max() ?? 0) else { return nil }
        var slack: [(column: LinearModel.Column, coefficient: Double)] = row.terms.groups.map {
            (columns.unmet[service][$0], row.terms.share)
        }
        if row.cover.loss != nil { slack += row.terms.groups.map { (columns.unprotected[service][$0], 1) } }
        let givenUp = slack.reduce(0) { $0 + $1.coefficient * values[$1.column.index] }
        var best: (divisor: Double, depth: Double)?
        for divisor in divisors {
            let scaled = need / divisor
            let fraction = scaled - scaled.rounded(.down)
            guard fraction > 1e-5, fraction < 1 - 1e-7 else { continue }
            var left = givenUp / (divisor * fraction)
            var norm = 0.0
            for (position, term) in row.terms.options.enumerated() {
                let coefficient = Self.rounded(term.rate / divisor, fraction)
                left += coefficient * replicas[position]
                norm += coefficient * coefficient
            }
            let depth = (scaled.rounded(.up) - left) / norm.squareRoot()
            if depth > max(1e-4, best?.depth ?? 0) { best = (divisor, depth) }
        }
        guard let best else { return nil }
        let scaled = need / best.divisor
        let fraction = scaled - scaled.rounded(.down)
        var terms = row.terms.options.map {
            LinearModel.Term(columns.replicas[service][$0.option], Self.rounded($0.rate / best.divisor, fraction))
        }
        terms += slack.map { LinearModel.Term($0.column, $0.coefficient / (best.divisor * fraction)) }
        return Cut(lower: scaled.rounded(.up), terms: terms, depth: best.depth)
    }

    private static func rounded(_ value: Double, _ fraction: Double) -> Double {
        // A ratio a hair below a whole number counts as whole: a larger coefficient keeps the cut valid.
        let whole = (value + 1e-9).rounded(.down)
        return whole + min(1, max(0, value - whole) / fraction)
    }
}
