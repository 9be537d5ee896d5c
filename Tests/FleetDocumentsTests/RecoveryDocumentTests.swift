import FleetDocuments
import FleetModel
import Testing

@Suite("Recovery in documents")
struct RecoveryDocumentTests {
    private func text(_ fields: String) -> String {
        sampleFleet.replacing("    keptShare: 80%\n", with: "    keptShare: 80%\n    \(fields)\n")
    }

    private func workload(_ fields: String) throws -> Workload {
        let decoded = FleetDecoder.decode([FleetFile(name: "fleet.yaml", text: text(fields))], known: [])
        guard case .success(let resources) = decoded else {
            throw Refused(problems: problems(in: text(fields)))
        }
        return try #require(Fleet(resources).workloads.first { $0.name == "chat" })
    }

    private struct Refused: Error { let problems: [String] }

    @Test("mode, standby and promises are read; what is left out follows from the class")
    func fields() throws {
        let plain = try workload("mode: active-active").recovery
        #expect(plain == RecoveryObjective(rto: .seconds(300), rpo: .zero))
        let passive = try workload(
            "mode: active-passive\n    standby: { share: 45%, state: warm }\n    recovery: { rto: 90s, rpo: 0s }")
        #expect(passive.standby == Standby(share: Share(0.45), state: .warm))
        #expect(passive.recovery == RecoveryObjective(rto: .seconds(90), rpo: .zero))
        #expect(try workload("mode: active-passive").standby == Standby(share: Share(0.3), state: .hot))
        #expect(try workload("recovery: { rpo: 15m }").recovery == RecoveryObjective(rto: .seconds(300), rpo: .seconds(900)))
        #expect(Workload.Class.batch.recovery == RecoveryObjective(rto: .seconds(3_600), rpo: .seconds(900)))
        #expect(Workload.Class.training.recovery == RecoveryObjective(rto: .seconds(14_400), rpo: .seconds(3_600)))
    }

    @Test(
        "what cannot be is refused with what would be right",
        arguments: [
            ("mode: active", "spec.objective.mode: \"active\" is not one of the values; active-active or active-passive"),
            ("standby: { share: 30% }", "spec.objective.standby: every place serves in active-active mode"),
            ("mode: active-passive\n    standby: { share: 0% }", "spec.objective.standby.share: 0% is out of range"),
            (
                "mode: active-passive\n    standby: { state: cold }",
                "spec.objective.standby.state: \"cold\" is not one of the values"
            ),
            ("recovery: { rto: 500ms }", "spec.objective.recovery.rto: 500ms is shorter"),
            ("recovery: { rpo: soon }", "spec.objective.recovery.rpo: \"soon\" is not accepted"),
        ])
    func refused(fields: String, told: String) {
        let problems = problems(in: text(fields))
        #expect(problems.count == 1 && problems[0].contains(told), "\(problems)")
    }

    @Test("an active-passive workload declares no planes of its own")
    func planes() {
        let both = text("mode: active-passive").replacing(
            "  purchase: { maxSpotShare: 0% }\n",
            with: "  purchase: { maxSpotShare: 0% }\n  balancing: { planes: [{ plane: toronto }] }\n")
        let problems = problems(in: both)
        #expect(problems.count == 1 && problems[0].contains("spec.balancing.planes: in active-passive mode"), "\(problems)")
    }
}
