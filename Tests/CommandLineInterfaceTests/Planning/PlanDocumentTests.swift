import CommandLineInterface
import FleetDocuments
import FleetModel
import FleetPlanning
import FleetTransport
import Testing

@Suite("Plans for programs")
struct PlanDocumentTests {
    @Test("have the plan's stable keys, and beside them solver, prices with dates and remarks")
    func keys() throws {
        let value = try JSONValue(json: try PlanOutput(planned: SamplePlan.planned).text(.json))
        let stable = [
            "boundUSD", "cost", "deadlineHit", "flows", "gap", "generation", "horizonHours", "nodes", "objectiveUSD", "replicas",
            "report", "scenarios", "solveSeconds", "unmet", "unprotected",
        ]
        for key in stable { #expect(!value[key].isNull, "\(key)") }
        #expect(value["nodes"].elements.count == 3)
        #expect(value["prices"].elements[0]["asOf"] == "2026-07-20")
        #expect(value["prices"].elements[1]["source"] == "owned")
        #expect(value["solver"] == "Solver 1.0")
        #expect(value["changes"].isNull)
        #expect(
            try FleetJSON.decode(Plan.self, from: Array(try PlanOutput(planned: SamplePlan.planned).text(.json).utf8))
                == SamplePlan.plan)
    }

    @Test("are what the control plane carries out")
    func placementPlan() throws {
        var planned = SamplePlan.planned
        planned.plan.generation = 12
        let document = try PlanDocument.placementPlan(planned)
        #expect(document.name == PlacementPlan.nameInForce)
        #expect(document.fleetGeneration == 12)
        #expect(document.block(hourOfWeekUTC: 8) == "08-16")
        #expect(document.block(hourOfWeekUTC: 16) == "00-08_16-24")
        #expect(document.replicas(in: "08-16").map(\.count) == [3, 3])
        let read = FleetDecoder.decode(
            [FleetFile(name: "plan.yaml", text: FleetEncoder.yaml([.placementPlan(document)]))],
            known: [
                .init(kind: .workload, name: "chat"), .init(kind: .workloadPlane, name: "frankfurt"),
                .init(kind: .workloadPlane, name: "toronto"),
            ])
        #expect(try read.get() == [.placementPlan(document)])
    }

    @Test("of a problem file cannot be carried out, for it says no hours")
    func withoutFleet() {
        var planned = SamplePlan.planned
        planned.posed.origin = nil
        let failure = #expect(throws: CommandFailure.self) { try PlanDocument.placementPlan(planned) }
        #expect(failure?.exit == .usage)
    }

    @Test("of a loss tell what it takes, whom it moves and what the repair costs")
    func losses() throws {
        let loss = try #require(try PlanningDesk.losses(["provider:onprem"], in: SamplePlan.problem).first)
        let outcome = LossAnalysis(problem: SamplePlan.problem, plan: SamplePlan.plan).outcome(of: loss)
        let examined = ExaminedLoss(outcome: outcome, repair: nil)
        let output = PlanOutput(planned: SamplePlan.planned, losses: [examined])
        let value = try JSONValue(json: try output.text(.json))["losses"].elements[0]
        #expect(value["lost"] == "provider:onprem")
        // 3 A100 replicas of 5 req/s are left of 40 req/s by day.
        let day = value["services"].elements.first { $0["block"] == "08-16" }
        #expect(day?["servedShare"].double == 0.375)
        let text = try output.text(.table)
        #expect(text.contains("Losing provider onprem, in block 08-16:"))
        #expect(text.contains("25 req/s not served"))
    }

    @Test(
        "a loss that is not there is refused with what is",
        arguments: ["provider:ibm", "aws/eu-central-7", "aws", "spot:aws", "plane:oslo", "aws/eu-central-1=0%", "moon:aws"])
    func unknownLoss(text: String) {
        let failure = #expect(throws: CommandFailure.self) { try PlanningDesk.losses([text], in: SamplePlan.problem) }
        #expect(failure?.exit == .usage)
        #expect(failure?.message.contains("--lose") == true)
    }
}
