package import LinearOptimization

/// The cheapest schedule with the target ready at every tick after the first cold start, for somebody who knows the trace: what
/// no policy that is always available can beat.
///
/// A linear program over pieces of time. Per zone and piece: nodes held, at most what the zone can hold, and nodes ready, at most
/// what is held in each piece from a cold start before to the end of it. Starting, handing over and releasing are linear in when
/// they happen, so that an optimum exists which changes only where a zone's number does, or a cold start before or after that;
/// pieces end there. Fractions of nodes are allowed, which makes it a lower bound.
package struct ClairvoyantBound: Sendable {
    /// What the bound costs, in spot node ticks.
    package struct Cost: Equatable, Sendable {
        package var paid: Double
        /// The part of it that on-demand nodes cost.
        package var onDemand: Double

        package init(paid: Double, onDemand: Double) {
            self.paid = paid
            self.onDemand = onDemand
        }
    }

    private let experiment: SpotExperiment

    package init(_ experiment: SpotExperiment) { self.experiment = experiment }

    /// The mean over windows.
    ///
    /// - Parameter finished: told after each window.
    package func score(
        of trace: SpotTrace, by solver: any LinearSolver, finished: (Int) -> Void = { _ in }
    ) throws(SolverFailure) -> SpotScore {
        let starts = experiment.starts(in: trace)
        var sum = Cost(paid: 0, onDemand: 0)
        for (index, start) in starts.enumerated() {
            let cost = try cost(capacity: experiment.capacity(of: trace, from: start), by: solver)
            sum.paid += cost.paid
            sum.onDemand += cost.onDemand
            finished(index)
        }
        let whole = Double(experiment.target * SpotExperiment.windowTicks * starts.count) * experiment.onDemandRatio
        return SpotScore(
            availability: 1, relativeCost: sum.paid / whole, reclaims: 0,
            onDemandShare: sum.paid > 0 ? sum.onDemand / sum.paid : 0, refusals: 0)
    }

    /// The bound of one window, proven from the solver's duals.
    ///
    /// - Parameter capacity: `[zone][tick]`.
    /// - Throws: where the solver's library fails. There is always a solution: on-demand.
    package func cost(capacity: [[Int]], by solver: any LinearSolver) throws(SolverFailure) -> Cost {
        let ticks = capacity.first?.count ?? 0
        guard ticks > experiment.coldStartTicks else { return Cost(paid: 0, onDemand: 0) }
        let program = ClairvoyantProgram(experiment, capacity: capacity, cuts: cuts(capacity, ticks: ticks))
        let relaxation = try solver.session(for: program.model).relax(WorkLimits())
        guard relaxation.status == .optimal else {
            throw SolverFailure("\(solver.name) ended a linear program that has an optimum as \(relaxation.status)")
        }
        return Cost(
            paid: max(0, program.model.provenBound(rowDuals: relaxation.rowDuals)),
            onDemand: program.onDemandCost(relaxation.values))
    }

    /// Where pieces end: each change, and a cold start before and after it.
    private func cuts(_ capacity: [[Int]], ticks: Int) -> [Int] {
        let cold = experiment.coldStartTicks
        var isCut = [Bool](repeating: false, count: ticks + 1)
        for cut in [0, cold, ticks] { isCut[cut] = true }
        for tick in 1..<ticks where capacity.contains(where: { changes($0, at: tick) }) {
            for cut in [tick - cold, tick, tick + cold] where (0..<ticks).contains(cut) { isCut[cut] = true }
        }
        return isCut.indices.filter { isCut[$0] }
    }

    /// More than the target is never held in one zone.
    private func changes(_ numbers: [Int], at tick: Int) -> Bool {
        min(numbers[tick], experiment.target) != min(numbers[tick - 1], experiment.target)
    }
}
