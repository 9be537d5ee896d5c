import LinearOptimization
import SeededCases
import SolverLibraries
import Testing

@Suite("Solving again after a change")
struct WarmStartTests {
    /// One change to a session and to the model beside it.
    private func change(
        _ session: any SolverSession, _ model: inout LinearModel, using random: inout SeededGenerator
    ) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            let column = LinearModel.Column(Int.random(in: 0..<model.columnCount, using: &random))
            let lower = Double(Int.random(in: -2...1, using: &random))
            let upper = lower + Double(Int.random(in: 0...3, using: &random))
            session.setBounds(column, lower: lower, upper: upper)
            model.setBounds(column, lower: lower, upper: upper)
        case 1:
            let column = LinearModel.Column(Int.random(in: 0..<model.columnCount, using: &random))
            let cost = Double(Int.random(in: -9...9, using: &random))
            session.setCost(column, cost)
            model.setCost(column, cost)
        case 2:
            let row = LinearModel.Row(Int.random(in: 0..<model.rowCount, using: &random))
            let side = Double(Int.random(in: -3...3, using: &random))
            session.setBounds(row, lower: side - 5, upper: side + 5)
            model.setBounds(row, lower: side - 5, upper: side + 5)
        default:
            let row = RandomModels.randomRow(columns: model.columnCount, using: &random)
            session.addRow(lower: row.lower, upper: row.upper, row.terms)
            model.addRow(lower: row.lower, upper: row.upper, row.terms)
        }
    }

    @Test("gives what a cold solve of the changed model gives", arguments: TestSolver.here)
    func warmEqualsCold(_ solver: TestSolver) throws {
        let optimal = try (0..<40).reduce(0) { try $0 + changes(solver, seed: UInt64($1)) }
        #expect(optimal >= 100, "only \(optimal) of 480 models have an optimum")
    }

    /// Twelve rounds of changes to one model; how many of them had an optimum.
    private func changes(_ solver: TestSolver, seed: UInt64) throws -> Int {
        var random = SeededGenerator(seed: 1_000 + seed)
        var model = RandomModels.mixed(seed: seed, columns: 8, rows: 3)
        let session = try solver.solver.session(for: model)
        var optimal = 0
        for step in 0..<12 {
            for _ in 0..<Int.random(in: 0...3, using: &random) { change(session, &model, using: &random) }
            let warm = try session.relax(WorkLimits())
            let cold = try solver.relax(model)
            #expect(warm.status == cold.status, "seed \(seed), step \(step)")
            guard cold.status == .optimal else { continue }
            optimal += 1
            #expect(isClose(warm.objective, cold.objective), "seed \(seed), step \(step)")
            #expect(model.relaxationViolation(of: warm.values) < 1e-6, "seed \(seed), step \(step)")
            // All columns are bounded, so the duals prove the optimum.
            let bound = model.provenBound(rowDuals: warm.rowDuals)
            #expect(isClose(bound, warm.objective) && bound <= warm.objective + 1e-9, "seed \(seed), step \(step)")
        }
        return optimal
    }

    @Test("from the last basis takes fewer iterations than from none", arguments: TestSolver.here)
    func fewerIterations(_ solver: TestSolver) throws {
        var model = RandomModels.transport(seed: 11, sources: 40, sinks: 60)
        let session = try solver.solver.session(for: model)
        _ = try session.relax(WorkLimits())
        let row = LinearModel.Row(0)
        let demand = model.rowLower[0] + 1
        session.setBounds(row, lower: demand, upper: .infinity)
        model.setBounds(row, lower: demand, upper: .infinity)
        let warm = try session.relax(WorkLimits())
        let cold = try solver.relax(model)
        #expect(isClose(warm.objective, cold.objective))
        #expect(warm.iterations * 5 < cold.iterations)
    }

    @Test("duals are the change of the objective per unit of a side", arguments: TestSolver.here)
    func dualsAreSlopes(_ solver: TestSolver) throws {
        let model = RandomModels.transport(seed: 5, sources: 6, sinks: 9)
        let base = try solver.relax(model)
        let step = 1e-4
        for row in 0..<model.rowCount {
            let isLower = model.rowLower[row].isFinite
            func objective(_ change: Double) throws -> Double {
                var moved = model
                moved.setBounds(
                    LinearModel.Row(row), lower: isLower ? model.rowLower[row] + change : -.infinity,
                    upper: isLower ? .infinity : model.rowUpper[row] + change)
                return try solver.relax(moved).objective
            }
            let slope = (try objective(step) - objective(-step)) / (2 * step)
            #expect(isClose(base.rowDuals[row], slope, tolerance: 1e-5), "row \(row)")
            #expect(isLower ? base.rowDuals[row] >= -1e-9 : base.rowDuals[row] <= 1e-9)
        }
    }

    @Test("an integer search in between changes nothing", arguments: TestSolver.here)
    func searchBetween(_ solver: TestSolver) throws {
        let model = RandomModels.mixed(seed: 21, columns: 8, rows: 3, integers: 8)
        let session = try solver.solver.session(for: model)
        let before = try session.relax(WorkLimits())
        let search = try session.solve(WorkLimits(), start: nil)
        let after = try session.relax(WorkLimits())
        #expect(before.status == .optimal)
        #expect(after.objective == before.objective)
        #expect(search == (try solver.solve(model)))
        #expect(search.objective >= before.objective - 1e-9)
    }

    @Test("a change that means nothing is refused by the next solve", arguments: TestSolver.here)
    func faults(_ solver: TestSolver) throws {
        let model = RandomModels.mixed(seed: 1, columns: 3, rows: 2, integers: 1)
        let spoil: [(any SolverSession) -> Void] = [
            { $0.setBounds(LinearModel.Column(0), lower: .nan, upper: 1) },
            { $0.setCost(LinearModel.Column(0), .infinity) },
            { $0.setBounds(LinearModel.Row(0), lower: .infinity, upper: .infinity) },
            { $0.addRow(lower: 0, upper: 1, [.init(.init(3), 1)]) },
            { $0.addRow(lower: 0, upper: 1, [.init(.init(0), 1), .init(.init(0), 1)]) },
        ]
        for spoil in spoil {
            let session = try solver.solver.session(for: model)
            spoil(session)
            #expect(throws: SolverFailure.self) { try session.relax(WorkLimits()) }
            #expect(throws: SolverFailure.self) { try session.solve(WorkLimits(), start: nil) }
        }
        var faulty = model
        faulty.setCost(LinearModel.Column(0), .nan)
        #expect(throws: SolverFailure.self) { try solver.solver.session(for: faulty) }
    }

    @Test("sessions on several threads do not touch each other", arguments: TestSolver.here)
    func concurrent(_ solver: TestSolver) async throws {
        let models = (0..<16).map { seed in
            seed.isMultiple(of: 2)
                ? RandomModels.transport(seed: UInt64(seed), sources: 15, sinks: 20)
                : RandomModels.mixed(seed: UInt64(seed), columns: 10, rows: 4, integers: 8)
        }
        let alone = try models.map { try solver.solve($0) }
        let together = try await withThrowingTaskGroup(of: (Int, IntegerSolution).self) { group in
            for (index, model) in models.enumerated() { group.addTask { (index, try solver.solve(model)) } }
            return try await group.reduce(into: [Int: IntegerSolution]()) { $0[$1.0] = $1.1 }
        }
        for (index, answer) in alone.enumerated() { #expect(together[index] == answer) }
    }
}

extension LinearModel {
    /// As `violation`, without integrality.
    fileprivate func relaxationViolation(of values: [Double]) -> Double {
        var worst = 0.0
        for (column, value) in values.enumerated() { worst = max(worst, lower[column] - value, value - upper[column]) }
        for (row, activity) in activities(of: values).enumerated() {
            worst = max(worst, rowLower[row] - activity, activity - rowUpper[row])
        }
        return worst
    }
}
