import LinearOptimization

/// Improves a whole plan by integer programs over small parts of it, all else held: large-neighbourhood search (Shaw 1998; with integer
/// programs Danna, Rothberg and Le Pape 2005). Each program starts from the plan at hand, so that the plan never gets dearer.
///
/// Some parts are solved at once, from the same plan; what they found is taken over one after the other, where it still fits and pays.
struct SubprogramSearch {
    let compiled: CompiledProblem
    let solver: any LinearSolver
    /// By service: options worth trying, best first.
    let candidates: [[Int]]
    let blocksAtOnce: ConcurrentBlocks
    let limits: SearchLimits

    /// Parts solved at once: a fixed number, so that results do not depend on the machine.
    private static let batch = 4
    /// Batches in a row that may gain less than a share of the cost.
    private static let patience = 15
    private static let worthwhile = 2e-4
    /// Branch-and-bound nodes of one part, and the gap it may leave.
    private static let nodes = 20
    private static let gap = 2e-3
    /// Columns of a part: where it starts, and within what limits it follows the work that a part took (simplex iterations).
    private static let columns = 240.0
    private static let columnLimits = 60.0...420.0
    private static let iterations = 1_500

    private struct Trial: Sendable {
        let part: PlanNeighbourhoods.Part
        let free: [Int]
        let model: LinearModel
    }

    /// Ends after so much work, or when the last parts found next to nothing.
    ///
    /// - Parameter work: simplex iterations of all parts together.
    /// - Returns: values for all columns, no dearer than `start`.
    func improve(_ program: FleetProgram, from start: [Double], work: Int) throws(SolverFailure) -> [Double] {
        var values = start
        var cost = program.model.objective(of: values)
        var chooser = PlanNeighbourhoods(compiled: compiled, candidates: candidates, seed: 1)
        var size = Self.columns
        var again: [PlanNeighbourhoods.Part] = []
        var spent = 0
        var idle = 0
        while spent < work, idle < Self.patience, !limits.expired {
            let before = cost
            var parts = Array(again.prefix(Self.batch))
            again.removeFirst(parts.count)
            while parts.count < Self.batch { parts.append(chooser.part(columns: Int(size), values: values, program: program)) }
            let trials = parts.map { part in
                let free = program.freeColumns(part)
                return Trial(part: part, free: free, model: program.model.restricted(to: free, holding: values))
            }
            let held = values
            let answers = blocksAtOnce.map(trials.count) { index in
                solved(trials[index], from: trials[index].free.map { held[$0] })
            }
            for (trial, result) in zip(trials, answers) {
                let answer = try result.get()
                if answer.timedOut { limits.noteTimeOut() }
                spent += max(answer.iterations, trial.model.columnCount)
                size *= answer.iterations < Self.iterations ? 1.05 : 0.85
                size = min(max(size, Self.columnLimits.lowerBound), Self.columnLimits.upperBound)
                guard !answer.values.isEmpty else { continue }
                var next = values
                for (position, column) in trial.free.enumerated() { next[column] = answer.values[position] }
                guard let packed = program.repacked(program.wholeReplicas(next)) else { continue }
                let after = program.model.objective(of: packed)
                guard after < cost - 1e-7 * cost, program.model.violation(of: packed) < 1e-5 else { continue }
                if program.addBrokenCovers(packed, of: Set(trial.part.options.map(\.service)), stretches: trial.part.stretches)
                    > 0
                {
                    // With these conditions known, the same part is worth another try.
                    again.append(trial.part)
                    continue
                }
                values = packed
                cost = after
            }
            idle = cost < before * (1 - Self.worthwhile) ? 0 : idle + 1
        }
        return values
    }

    private func solved(_ trial: Trial, from start: [Double]) -> Result<IntegerSolution, SolverFailure> {
        do throws(SolverFailure) {
            let session = try solver.session(for: trial.model)
            return .success(
                try session.solve(limits.work(nodes: Self.nodes, relativeGap: Self.gap), start: start))
        } catch {
            return .failure(error)
        }
    }
}

extension FleetProgram {
    /// Columns that a part may change, ascending.
    func freeColumns(_ part: PlanNeighbourhoods.Part) -> [Int] {
        var free: Set<Int> = []
        let pools = Set(part.options.map { compiled.services[$0.service].options[$0.option].pool })
        let services = Set(part.options.map(\.service))
        for block in part.stretches {
            let columns = columns[block]
            for pool in pools { free.insert(columns.nodes[pool].index) }
            for (service, option) in part.options { free.insert(columns.replicas[service][option].index) }
            for service in services {
                for column in columns.flow[service] + columns.unmet[service] + columns.unprotected[service] {
                    free.insert(column.index)
                }
                if let missing = columns.missing[service] { free.insert(missing.index) }
            }
        }
        return free.sorted()
    }

    /// The same with the nodes that the replicas really need; nil where a quota has no room for those.
    func repacked(_ values: [Double]) -> [Double]? {
        guard let packed = packed(values) else { return nil }
        var values = values
        for columns in columns {
            for column in columns.nodes { values[column.index] = packed[column.index] }
            for case let column? in columns.missing { values[column.index] = packed[column.index] }
        }
        return values
    }
}
