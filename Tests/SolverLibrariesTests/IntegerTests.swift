import LinearOptimization
import SeededCases
import SolverLibraries
import Testing

@Suite("Integer programs")
struct IntegerTests {
    /// Values 10, 13, 18, 31, 7, 15 at weights 2, 3, 4, 8, 1, 5, to fill 12: best are 31 + 13 + 7 at 8 + 3 + 1.
    @Test("a knapsack is filled as enumeration says", arguments: TestSolver.here)
    func knapsack(_ solver: TestSolver) throws {
        var model = LinearModel()
        let items: [(value: Double, weight: Double)] = [(10, 2), (13, 3), (18, 4), (31, 8), (7, 1), (15, 5)]
        let columns = items.map { model.addColumn(upper: 1, cost: -$0.value, isInteger: true) }
        model.addRow(upper: 12, zip(columns, items).map { .init($0, $1.weight) })
        let best = try #require(Enumeration(model: model).optimum())
        #expect(best == -51)
        let answer = try solver.solve(model)
        #expect(answer.status == .optimal)
        #expect(answer.objective == best)
        #expect(isClose(answer.bound, best))
        #expect(model.violation(of: answer.values) == 0)
        #expect(!answer.timedOut)
    }

    /// Cbc 2.10.8 with its preprocessing on answers −7, “optimal”.
    @Test("a model that preprocessing is known to get wrong is right", arguments: TestSolver.here)
    func preprocessing(_ solver: TestSolver) throws {
        var model = LinearModel()
        let bounds: [(Double, Double, Double)] = [
            (0, 2, -5), (0, 3, 6), (-1, 1, -4), (-2, -2, -5), (0, 3, 8), (-2, -1, 8), (0, 0, -2),
        ]
        let columns = bounds.map { model.addColumn(lower: $0.0, upper: $0.1, cost: $0.2, isInteger: true) }
        let coefficients: [Double] = [-4, -2, 1, -2, 0, 4, -1]
        model.addRow(lower: -5, upper: 3, zip(columns, coefficients).map { .init($0, $1) })
        // By hand: x = (1, 0, 1, −2, 0, −2, 0) has the activity −4 + 1 + 4 − 8 = −7, too low; (0, 0, 1, −2, 0, −2, 0) has −3.
        let best = try #require(Enumeration(model: model).optimum())
        #expect(best == -10)
        let answer = try solver.solve(model)
        #expect(answer.objective == best)
        #expect(answer.bound <= best + 1e-6)
    }

    @Test("no integers fit is infeasible", arguments: TestSolver.here)
    func parity(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(upper: 10, cost: 1, isInteger: true)
        let y = model.addColumn(upper: 10, cost: 1, isInteger: true)
        model.addRow(lower: 7, upper: 7, [.init(x, 2), .init(y, 4)])
        #expect(try solver.relax(model).status == .optimal)
        let answer = try solver.solve(model)
        #expect(answer.status == .infeasible)
        #expect(answer.bound == .infinity)
        #expect(answer.values.isEmpty)
    }

    @Test("a fractional gap between bounds is infeasible", arguments: TestSolver.here)
    func betweenIntegers(_ solver: TestSolver) throws {
        var model = LinearModel()
        _ = model.addColumn(lower: 0.25, upper: 0.75, cost: 1, isInteger: true)
        #expect(try solver.solve(model).status == .infeasible)
    }

    @Test("unbounded is told from infeasible", arguments: TestSolver.here)
    func unbounded(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(cost: -1, isInteger: true)
        let y = model.addColumn(cost: 0, isInteger: true)
        let row = model.addRow(upper: 1, [.init(x, 1), .init(y, -1)])
        #expect(try solver.solve(model).status == .unbounded)
        let z = model.addColumn(upper: 1, isInteger: true)
        model.addRow(lower: 2, [.init(z, 1)])
        model.setBounds(row, lower: -.infinity, upper: .infinity)
        #expect(try solver.solve(model).status == .infeasible)
    }

    @Test("without rows every column takes its cheapest integer", arguments: TestSolver.here)
    func noRows(_ solver: TestSolver) throws {
        var model = LinearModel()
        _ = model.addColumn(lower: 0.5, upper: 4.5, cost: 2, isInteger: true)
        _ = model.addColumn(lower: 0.5, upper: 4.5, cost: -3, isInteger: true)
        _ = model.addColumn(lower: 0.5, upper: 4.5, cost: -1)
        let answer = try solver.solve(model)
        #expect(answer.status == .optimal)
        #expect(areClose(answer.values, [1, 4, 4.5]))
        #expect(isClose(answer.objective, 2 - 12 - 4.5))
    }

    @Test("without integer columns a search is a relaxation", arguments: TestSolver.here)
    func continuous(_ solver: TestSolver) throws {
        let model = RandomModels.transport(seed: 8, sources: 5, sinks: 8)
        let answer = try solver.solve(model)
        let relaxation = try solver.relax(model)
        #expect(answer.status == .optimal)
        #expect(answer.objective == relaxation.objective)
        #expect(isClose(answer.bound, relaxation.objective))
        #expect(answer.nodes == 0)
    }

    /// Cornuéjols and Dawande's market split: equalities with a random half; small ones take many nodes.
    private func marketSplit(seed: UInt64) -> LinearModel {
        var random = SeededGenerator(seed: seed)
        var model = LinearModel()
        let customers = (0..<20).map { _ in model.addColumn(upper: 1, isInteger: true) }
        for _ in 0..<3 {
            let demand = customers.map { _ in Double(Int.random(in: 0..<100, using: &random)) }
            let short = model.addColumn(upper: 1_000, cost: 1)
            let over = model.addColumn(upper: 1_000, cost: 1)
            let half = (demand.reduce(0, +) / 2).rounded(.down)
            model.addRow(
                lower: half, upper: half, zip(customers, demand).map { .init($0, $1) } + [.init(short, 1), .init(over, -1)])
        }
        return model
    }

    @Test("a limit of nodes is kept", arguments: TestSolver.here)
    func nodeLimit(_ solver: TestSolver) throws {
        let model = marketSplit(seed: 1)
        let stopped = try solver.solve(model, WorkLimits(nodes: 20))
        #expect(stopped.status != .optimal)
        #expect(stopped.nodes <= 40)
        #expect(!stopped.timedOut)
        let longer = try solver.solve(model, WorkLimits(nodes: 500))
        #expect(longer.nodes > stopped.nodes)
        #expect(longer.objective <= stopped.objective)
    }

    @Test("a start is never lost, and a better one is found from it", arguments: TestSolver.here)
    func start(_ solver: TestSolver) throws {
        let model = marketSplit(seed: 2)
        var start = [Double](repeating: 0, count: model.columnCount)
        for row in 0..<3 { start[20 + 2 * row] = model.rowLower[row] }
        #expect(model.violation(of: start) == 0)
        let answer = try solver.solve(model, WorkLimits(nodes: 0), start: start)
        #expect(answer.status == .feasible)
        #expect(answer.objective <= model.objective(of: start))
        let untimely = try solver.solve(model, WorkLimits(seconds: 0), start: start)
        #expect(untimely.status == .feasible)
        #expect(untimely.timedOut)
        #expect(untimely.objective <= model.objective(of: start))
    }

    @Test("a start that is not feasible does no harm, one that is no point is refused", arguments: TestSolver.here)
    func badStarts(_ solver: TestSolver) throws {
        var model = LinearModel()
        let x = model.addColumn(upper: 10, cost: 1, isInteger: true)
        let y = model.addColumn(upper: 10, cost: 3, isInteger: true)
        model.addRow(lower: 7, [.init(x, 2), .init(y, 4)])
        for start in [[0.0, 0.0], [0.5, 99], [-3, 1e6]] {
            let answer = try solver.solve(model, start: start)
            #expect(answer.status == .optimal)
            #expect(answer.objective == 4)
        }
        for start in [[], [1], [1, 2, 3], [.nan, 1], [1, .infinity]] as [[Double]] {
            #expect(throws: SolverFailure.self) { try solver.solve(model, start: start) }
        }
    }

    @Test("the same model gives the same answer", arguments: TestSolver.here)
    func deterministic(_ solver: TestSolver) throws {
        let model = marketSplit(seed: 3)
        let limits = WorkLimits(nodes: 300)
        let first = try solver.solve(model, limits)
        #expect(try solver.solve(model, limits) == first)
        let transport = RandomModels.transport(seed: 4, sources: 20, sinks: 30)
        #expect(try solver.relax(transport) == solver.relax(transport))
    }
}
