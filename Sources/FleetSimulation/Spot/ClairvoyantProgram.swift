import LinearOptimization

/// The linear program of ``ClairvoyantBound``.
struct ClairvoyantProgram {
    private(set) var model = LinearModel()
    private var onDemandHeld: [LinearModel.Column] = []

    /// - Parameters:
    ///   - capacity: `[zone][tick]`.
    ///   - cuts: ticks at which pieces begin, ascending, and the end.
    init(_ experiment: SpotExperiment, capacity: [[Int]], cuts: [Int]) {
        let target = Double(experiment.target)
        let starts = cuts.dropLast()
        var terms = [[LinearModel.Term]](repeating: [], count: starts.count)
        for zone in capacity {
            let limits = starts.map { Double(min(zone[$0], experiment.target)) }
            _ = add(cuts, cold: experiment.coldStartTicks, price: 1, limits: limits, ready: &terms)
        }
        onDemandHeld = add(
            cuts, cold: experiment.coldStartTicks, price: experiment.onDemandRatio,
            limits: [Double](repeating: target, count: starts.count), ready: &terms
        ).compactMap(\.self)
        for (piece, start) in starts.enumerated() where start >= experiment.coldStartTicks {
            model.addRow(lower: target, terms[piece])
        }
    }

    /// What on-demand nodes cost in a solution.
    func onDemandCost(_ values: [Double]) -> Double {
        onDemandHeld.reduce(0) { $0 + model.cost[$1.index] * values[$1.index] }
    }

    /// Held and ready nodes of one zone, or of on-demand. Returns the columns of the held ones, nil where nothing can be held.
    private mutating func add(
        _ cuts: [Int], cold: Int, price: Double, limits: [Double], ready: inout [[LinearModel.Term]]
    ) -> [LinearModel.Column?] {
        var held: [LinearModel.Column?] = []
        for piece in limits.indices {
            let ticks = Double(cuts[piece + 1] - cuts[piece])
            held.append(limits[piece] > 0 ? model.addColumn(upper: limits[piece], cost: price * ticks) : nil)
            guard cuts[piece] >= cold else { continue }
            var earlier = piece
            while cuts[earlier] > cuts[piece] - cold { earlier -= 1 }
            let columns = held[earlier...piece].compactMap(\.self)
            guard columns.count == piece - earlier + 1 else { continue }
            let column = model.addColumn(upper: limits[earlier...piece].min() ?? 0)
            ready[piece].append(LinearModel.Term(column, 1))
            for heldColumn in columns {
                model.addRow(upper: 0, [LinearModel.Term(column, 1), LinearModel.Term(heldColumn, -1)])
            }
        }
        return held
    }
}
