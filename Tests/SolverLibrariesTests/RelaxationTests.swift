import LinearOptimization
import SolverLibraries
import Testing

@Suite("Relaxations")
struct RelaxationTests {
    /// Hillier and Lieberman's Wyndor Glass, to minimise: 3x + 2y ≤ 18, x ≤ 4, 2y ≤ 12. The corner (2, 6) is where the last two
    /// bind: duals (0, −3/2, −1) since 3 = 3 · 1 and 5 = 2 · 3/2 + 2 · 1.
    @Test("a corner and its duals are those known by hand", arguments: TestSolver.here)
    func packing(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(cost: -3)
        let y = model.addColumn(cost: -5)
        model.addRow(upper: 4, [.init(x, 1)])
        model.addRow(upper: 12, [.init(y, 2)])
        model.addRow(upper: 18, [.init(x, 3), .init(y, 2)])
        let answer = try solver.relax(model)
        #expect(answer.status == .optimal)
        #expect(isClose(answer.objective, -36))
        #expect(areClose(answer.values, [2, 6]))
        #expect(areClose(answer.rowDuals, [0, -1.5, -1]))
    }

    @Test("duals of lower sides are positive when minimising", arguments: TestSolver.here)
    func covering(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(cost: 2)
        let y = model.addColumn(cost: 3)
        model.addRow(lower: 4, [.init(x, 1), .init(y, 1)])
        model.addRow(lower: 6, [.init(x, 1), .init(y, 3)])
        let answer = try solver.relax(model)
        #expect(isClose(answer.objective, 9))
        #expect(areClose(answer.values, [3, 1]))
        #expect(areClose(answer.rowDuals, [1.5, 0.5]))
    }

    @Test("equalities, ranges, fixed and free columns are kept", arguments: TestSolver.here)
    func kinds(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(upper: 2, cost: 1)
        let y = model.addColumn(cost: 2)
        let fixed = model.addColumn(lower: 7, upper: 7, cost: 10)
        let free = model.addColumn(lower: -.infinity, cost: 1)
        model.addRow(lower: 3, upper: 3, [.init(x, 1), .init(y, 1)])
        model.addRow(lower: -5, upper: 5, [.init(free, 1), .init(fixed, 1)])
        let answer = try solver.relax(model)
        // y pays for one more unit of the first row; the second row stops at −5 = free + 7.
        #expect(isClose(answer.objective, 2 + 2 + 70 - 12))
        #expect(areClose(answer.values, [2, 1, 7, -12]))
        #expect(areClose(answer.rowDuals, [2, 1]))
    }

    @Test("integer columns may be fractional", arguments: TestSolver.here)
    func fractional(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(cost: 1, isInteger: true)
        model.addRow(lower: 3, [.init(x, 2)])
        #expect(areClose(try solver.relax(model).values, [1.5]))
    }

    @Test("infeasible is an answer", arguments: TestSolver.here)
    func infeasible(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(upper: 1, cost: 1)
        let y = model.addColumn(upper: 1, cost: 1)
        model.addRow(lower: 3, [.init(x, 1), .init(y, 1)])
        let answer = try solver.relax(model)
        #expect(answer.status == .infeasible)
        #expect(answer.objective == .infinity)
    }

    @Test("unbounded is an answer", arguments: TestSolver.here)
    func unbounded(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(cost: -1)
        let y = model.addColumn(cost: 0)
        model.addRow(upper: 1, [.init(x, 1), .init(y, -1)])
        let answer = try solver.relax(model)
        #expect(answer.status == .unbounded)
        #expect(answer.objective == -.infinity)
    }

    @Test("infeasible comes before unbounded", arguments: TestSolver.here)
    func both(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(cost: -1)
        let y = model.addColumn(upper: 1)
        let z = model.addColumn(upper: 1)
        model.addRow(lower: 0, [.init(x, 1)])
        model.addRow(lower: 3, [.init(y, 1), .init(z, 1)])
        #expect(try solver.relax(model).status == .infeasible)
    }

    @Test("bounds that cross are infeasible, by rounding alone they are equal", arguments: TestSolver.here)
    func crossing(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(lower: 2, upper: 1, cost: 1)
        let row = model.addRow(lower: 0, [.init(x, 1)])
        #expect(try solver.relax(model).status == .infeasible)
        model.setBounds(x, lower: 2, upper: 2 - 1e-12)
        #expect(isClose(try solver.relax(model).objective, 2))
        model.setBounds(row, lower: 5, upper: 4)
        #expect(try solver.relax(model).status == .infeasible)
    }

    @Test("a model without rows sits at its cheapest bounds", arguments: TestSolver.here)
    func noRows(_ solver: TestSolver) throws {
        var model = LinearModel()
        _ = model.addColumn(lower: 1, upper: 2, cost: 1)
        let y = model.addColumn(lower: 0, upper: 5, cost: -1)
        let answer = try solver.relax(model)
        #expect(answer.status == .optimal)
        #expect(isClose(answer.objective, -4))
        #expect(areClose(answer.values, [1, 5]))
        #expect(answer.rowDuals.isEmpty)
        model.setBounds(y, lower: 0, upper: .infinity)
        #expect(try solver.relax(model).status == .unbounded)
    }

    @Test("a model without columns costs nothing, unless a row wants something", arguments: TestSolver.here)
    func noColumns(_ solver: TestSolver) throws {
        var model = LinearModel()
        #expect(try solver.relax(model) == Relaxation(status: .optimal, objective: 0, values: [], rowDuals: [], iterations: 0))
        model.addRow(lower: -1, upper: 1, [])
        #expect(try solver.relax(model).status == .optimal)
        model.addRow(lower: 1, [])
        #expect(try solver.relax(model).status == .infeasible)
        #expect(try solver.solve(model).status == .infeasible)
    }

    @Test("a row without columns that admits 0 changes nothing", arguments: TestSolver.here)
    func emptyRow(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(lower: 1, cost: 1)
        model.addRow(upper: 0, [])
        model.addRow(lower: 3, [.init(x, 1)])
        let answer = try solver.relax(model)
        #expect(isClose(answer.objective, 3))
        #expect(areClose(answer.rowDuals, [0, 1]))
    }

    @Test("a limit of iterations stops, and the next call goes on to the optimum", arguments: TestSolver.here)
    func iterationLimit(_ solver: TestSolver) throws {
        let model = RandomModels.transport(seed: 3, sources: 20, sinks: 30)
        let cold = try solver.relax(model)
        #expect(cold.status == .optimal)
        #expect(cold.iterations > 10)
        let session = try solver.solver.session(for: model)
        let stopped = try session.relax(WorkLimits(iterations: 3))
        #expect(stopped.status == .stopped)
        #expect(stopped.iterations <= 4)
        #expect(model.provenBound(rowDuals: stopped.rowDuals) <= cold.objective + 1e-6)
        #expect(isClose(try session.relax(WorkLimits()).objective, cold.objective))
    }

    @Test("no time means no answer", arguments: TestSolver.here)
    func noTime(_ solver: TestSolver) throws {
        let model = RandomModels.transport(seed: 3, sources: 20, sinks: 30)
        #expect(try solver.relax(model, WorkLimits(seconds: 0)).status == .stopped)
    }

    @Test("limits that are none are refused", arguments: TestSolver.here)
    func absurdLimits(_ solver: TestSolver) throws {
        var model = LinearModel()
        _ = model.addColumn(upper: 1, cost: 1, isInteger: true)
        for limits in [
            WorkLimits(nodes: -1), WorkLimits(iterations: -1), WorkLimits(relativeGap: .nan), WorkLimits(relativeGap: -0.1),
            WorkLimits(seconds: .nan), WorkLimits(seconds: -1),
        ] {
            #expect(throws: SolverFailure.self) { try solver.relax(model, limits) }
            #expect(throws: SolverFailure.self) { try solver.solve(model, limits) }
        }
    }
}
