import CommandLineInterface
import FleetModel
import FleetTransport
import Testing

@Suite("A stored plan")
struct PlanDescriptionTests {
    @Test("is described without its rows, which are counted")
    func described() {
        let row: JSONValue = ["workload": "chat", "plane": "toronto", "pool": "h100", "block": "day", "count": 1]
        let plan: JSONValue = [
            "kind": "PlacementPlan", "metadata": ["name": "default"],
            "spec": ["blocks": ["day"], "replicas": .array(Array(repeating: row, count: 25))],
        ]
        let text = ResourceDescription(resource: plan).rendered(now: 0)
        #expect(text.contains("25 entries, shown by get with -o yaml"))
        #expect(text.contains("  blocks: [day]\n"))
        #expect(!text.contains("toronto"))
    }

    @Test("explains each workload by how far it is followed")
    func explained() {
        let explanation: JSONValue = [
            "chosen": [],
            "plan": [
                "plan": "default", "block": "day", "wanted": 3, "placed": 1,
                "deviations": ["2 of 3 on a/b cannot be: \u{1B}it is drained"],
            ],
        ]
        let text = PlacementText.rendered(explanation, workload: "chat")
        #expect(text.contains("\nPlan default, block day: 1 of 3 replicas are where it wants them\n"))
        #expect(text.contains("  2 of 3 on a/b cannot be: \\u{1B}it is drained\n"))
    }

    @Test("lists as in force only under its own name")
    func listed() {
        let plans: [JSONValue] = ["default", "draft"].map { name in
            [
                "metadata": ["name": .string(name)],
                "spec": [
                    "blocks": ["day", "night"], "replicas": [["workload": "chat"], ["workload": "chat"]], "fleetGeneration": 16,
                ],
            ]
        }
        let table = Table(plans, of: .resources(.placementPlan), isWide: false, now: 0)
        #expect(table.rows.map { $0.prefix(5).joined(separator: " ") } == ["default yes 2 chat 16", "draft no 2 chat 16"])
    }
}
