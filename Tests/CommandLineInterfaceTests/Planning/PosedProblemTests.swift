import CommandLineInterface
import FleetPlanning
import FleetTransport
import Testing

@Suite("Problem files")
struct PosedProblemTests {
    private func failure(_ text: String) throws -> CommandFailure {
        try #require(
            #expect(throws: CommandFailure.self) { try PosedProblem(file: "p.json", Array(text.utf8)) })
    }

    @Test("are read as they are written")
    func roundTrip() throws {
        let text = JSONText.pretty(try PlanDocument.json(SamplePlan.problem))
        let posed = try PosedProblem(file: "p.json", Array(text.utf8))
        #expect(posed.problem == SamplePlan.problem)
        #expect(posed.origin == nil)
    }

    @Test("that are no problem are refused with their name, the place and what is wanted")
    func refused() throws {
        for text in ["", "[]", "{", "nonsense", #"{"blocks":3}"#, #"{"blocks":[],"extra":1}"#] {
            let failure = try failure(text)
            #expect(failure.exit == .invalid)
            #expect(failure.details.allSatisfy { $0.hasPrefix("p.json: ") }, "\(text): \(failure)")
            #expect(!failure.details.isEmpty)
        }
    }

    @Test("with numbers no plan can hold are refused, all findings at once")
    func impossible() throws {
        var problem = SamplePlan.problem
        problem.blocks[0].hours = -1
        problem.pools[0].usdPerNodeHour = -3
        let failure = try failure(JSONText.pretty(try PlanDocument.json(problem)))
        #expect(failure.details.contains { $0.contains("blocks[0].hours") })
        #expect(failure.details.contains { $0.contains("pools[0].usdPerNodeHour") })
    }
}
