import FleetPlanning
import Foundation
import Testing

@Suite("The JSON of plans")
struct PlanCodingTests {
    /// Written by hand from the documented keys, not by our encoder.
    static let document = """
        {"generation": 7, "horizonHours": 730, "objectiveUSD": 110, "boundUSD": 99, "gap": 0.1, "deadlineHit": true,
         "solveSeconds": 1.5,
         "cost": {"computeUSD": 100, "egressUSD": 8, "penaltyUSD": 2, "byTier": {"spot": 60, "on-demand": 40},
                  "byProvider": {"aws": 108}},
         "nodes": [{"plane": "p", "pool": "k", "block": "day", "count": 3}],
         "replicas": [{"workload": "chat", "plane": "p", "pool": "k", "block": "day", "count": 5}],
         "flows": [{"workload": "chat", "origin": "Toronto", "plane": "p", "block": "day", "requestsPerSecond": 2.5,
                    "rttMilliseconds": 12}],
         "scenarios": [{"workload": "chat", "lost": "region:aws/us-east-1", "block": "day", "servedShare": 0.5,
                        "worstRTTMilliseconds": 80}],
         "unmet": [{"workload": "chat", "origin": "Toronto", "block": "day", "requestsPerSecond": 1, "reasons": ["quota"]}],
         "unprotected": [{"workload": "chat", "origin": "Toronto", "block": "day", "requestsPerSecond": 1,
                          "lost": ["spot:aws"], "reasons": []}],
         "violations": [{"workload": "chat", "block": "day", "missingReplicas": 2, "reasons": ["budget"]}],
         "report": [{"workload": "chat", "chosen": [{"plane": "p", "pool": "k", "replicas": 5, "because": "cheapest"}],
                     "rejected": [{"plane": "q", "because": "rule", "detail": "policy phi"}],
                     "nextBest": {"plane": "r", "pool": "k", "addedUSDPerHour": 3, "detail": "dearer"}, "binding": ["quota of k"]}]}
        """

    private var plan: Plan {
        var plan = Plan(horizonHours: 730)
        (plan.generation, plan.objectiveUSD, plan.boundUSD, plan.gap) = (7, 110, 99, 0.1)
        (plan.deadlineHit, plan.solveSeconds) = (true, 1.5)
        (plan.cost.computeUSD, plan.cost.egressUSD, plan.cost.penaltyUSD) = (100, 8, 2)
        (plan.cost.byTier, plan.cost.byProvider) = (["spot": 60, "on-demand": 40], ["aws": 108])
        plan.nodes = [Plan.Nodes(plane: "p", pool: "k", block: "day", count: 3)]
        plan.replicas = [Plan.Replicas(workload: "chat", plane: "p", pool: "k", block: "day", count: 5)]
        plan.flows = [
            Plan.Flow(workload: "chat", origin: "Toronto", plane: "p", block: "day", requestsPerSecond: 2.5, rttMilliseconds: 12)
        ]
        plan.scenarios = [
            Plan.Scenario(
                workload: "chat", lost: "region:aws/us-east-1", block: "day", servedShare: 0.5, worstRTTMilliseconds: 80)
        ]
        plan.unmet = [Plan.Unmet(workload: "chat", origin: "Toronto", block: "day", requestsPerSecond: 1, reasons: ["quota"])]
        plan.unprotected = [
            Plan.Unprotected(
                workload: "chat", origin: "Toronto", block: "day", requestsPerSecond: 1, lost: ["spot:aws"], reasons: [])
        ]
        plan.violations = [Plan.Violation(workload: "chat", block: "day", missingReplicas: 2, reasons: ["budget"])]
        plan.report = [
            Plan.WorkloadReport(
                workload: "chat", chosen: [.init(plane: "p", pool: "k", replicas: 5, because: "cheapest")],
                rejected: [.init(plane: "q", because: "rule", detail: "policy phi")],
                nextBest: .init(plane: "r", pool: "k", addedUSDPerHour: 3, detail: "dearer"), binding: ["quota of k"])
        ]
        return plan
    }

    @Test("the documented form reads as the value it describes")
    func readsDocument() throws {
        #expect(try JSONDecoder().decode(Plan.self, from: Data(Self.document.utf8)) == plan)
    }

    @Test("what is written is the documented form, key by key")
    func writesDocument() throws {
        let written = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(plan)) as? NSDictionary
        let wanted = try JSONSerialization.jsonObject(with: Data(Self.document.utf8)) as? NSDictionary
        #expect(try #require(written) == #require(wanted))
    }

    @Test("a plan of another program without violations or report, or with keys of its own, can be read")
    func lenientReading() throws {
        var bare = plan
        (bare.violations, bare.report) = ([], [])
        let end = try #require(Self.document.range(of: ",\n \"violations\""))
        let text = Self.document[..<end.lowerBound] + ", \"solver\": \"another\"}"
        #expect(try JSONDecoder().decode(Plan.self, from: Data(text.utf8)) == bare)
    }
}
