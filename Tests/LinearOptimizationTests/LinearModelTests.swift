import LinearOptimization
import Testing

@Suite("Linear models")
struct LinearModelTests {
    @Test("objective, activities and the worst violation are those of the point")
    func evaluation() {
        var model = LinearModel()
        let x = model.addColumn(lower: 0, upper: 5, cost: 2, isInteger: true)
        let y = model.addColumn(lower: -1, upper: 5, cost: -1)
        model.addRow(lower: 3, [.init(x, 1), .init(y, 2)])
        model.addRow(upper: 4, [.init(y, 1)])
        #expect(model.objective(of: [2, 3]) == 1)
        #expect(model.activities(of: [2, 3]) == [8, 3])
        #expect(model.violation(of: [2, 3]) == 0)
        #expect(model.violation(of: [2.25, 3]) == 0.25)
        #expect(model.violation(of: [1, 0]) == 2)
        #expect(model.violation(of: [2, 5]) == 1)
        #expect(model.violation(of: [7, 0]) == 2)
        #expect(model.violation(of: [7, -3.5]) == 3)
    }

    @Test("terms with coefficient 0 are left out")
    func zeroTerms() {
        var model = LinearModel()
        let x = model.addColumn()
        let y = model.addColumn()
        model.addRow(lower: 1, [.init(x, 0), .init(y, 2)])
        #expect(model.columns == [1])
        #expect(model.starts == [0, 1])
    }

    @Test("a sound model passes, also one whose bounds cross")
    func sound() throws {
        var model = LinearModel()
        let x = model.addColumn(lower: 2, upper: 1, cost: -1)
        model.addRow(lower: 5, upper: 4, [.init(x, 1)])
        try model.validate()
    }

    private struct Faulty: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: String
        let spoil: @Sendable (inout LinearModel) -> Void
    }

    private static let faulty: [Faulty] = [
        Faulty(testDescription: "bound that is no number", words: "column 1 has the bounds nan") {
            $0.setBounds(LinearModel.Column(1), lower: .nan, upper: 1)
        },
        Faulty(testDescription: "lower bound of ∞", words: "column 0 has the bounds inf") {
            $0.setBounds(LinearModel.Column(0), lower: .infinity, upper: .infinity)
        },
        Faulty(testDescription: "cost that is no number", words: "column 1 costs nan") {
            $0.setCost(LinearModel.Column(1), .nan)
        },
        Faulty(testDescription: "row bound that is no number", words: "row 0 has the bounds nan") {
            $0.setBounds(LinearModel.Row(0), lower: .nan, upper: 1)
        },
        Faulty(testDescription: "column of another model", words: "row 1 names column 7") {
            $0.addRow(lower: 0, [.init(.init(7), 1)])
        },
        Faulty(testDescription: "column twice in a row", words: "row 1 names column 0 twice") {
            $0.addRow(lower: 0, [.init(.init(0), 1), .init(.init(1), 1), .init(.init(0), 1)])
        },
        Faulty(testDescription: "coefficient of ∞", words: "row 1 has the coefficient inf for column 0") {
            $0.addRow(lower: 0, [.init(.init(0), .infinity)])
        },
    ]

    @Test("a model that means nothing is refused with the place", arguments: faulty)
    private func faults(_ faulty: Faulty) {
        var model = LinearModel()
        let x = model.addColumn()
        _ = model.addColumn()
        model.addRow(lower: 1, [.init(x, 1)])
        faulty.spoil(&model)
        let failure = #expect(throws: SolverFailure.self) { try model.validate() }
        #expect(failure?.description.contains(faulty.words) == true, "\(failure?.description ?? "")")
    }
}
