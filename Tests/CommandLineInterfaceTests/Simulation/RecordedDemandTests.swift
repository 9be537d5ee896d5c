import CommandLineInterface
import FleetModel
import FleetSimulation
import FleetTransport
import Testing

private struct OneFolder: FleetFileAccess {
    var files: [String: String]

    func names(inFolder path: String) throws -> [String]? { nil }
    func content(of path: String, limit: Int) throws -> [UInt8]? { files[path].map { Array($0.utf8) } }
    func standardInput(limit: Int) throws -> [UInt8] { [] }
    func absolute(_ path: String) -> String { "/" + path }
}

@Suite("Recorded demand")
struct RecordedDemandTests {
    private static let header = "time,seconds,workload,origin,requestsPerSecond"

    private func read(_ csv: String, scenario: String = "{ duration: 30m, demand: { recorded: demand.csv } }") throws -> Scenario
    {
        try ScenarioSource.read(
            "here/scenario.yaml", of: Fleet([]),
            access: OneFolder(files: ["here/scenario.yaml": scenario, "here/demand.csv": csv]))
    }

    private func failure(_ csv: String) -> String {
        do {
            _ = try read(csv)
            return ""
        } catch {
            return (error as? CommandFailure)?.lines.joined() ?? ""
        }
    }

    @Test("is written by the client as a scenario reads it, without what nobody watched")
    func roundTrip() async throws {
        let plane = ScriptedControlPlane()
        plane.answers(
            "GET /demand?workload=chat",
            [
                "items": [
                    [
                        "kind": "DemandHistory", "metadata": ["name": "chat"], "slotSeconds": 900, "from": "2026-01-05T00:00:00Z",
                        "requestsPerSecond": [2.5, .null, 3],
                    ]
                ]
            ])
        try await plane.client.exportDemand(of: "chat", format: .csv)
        #expect(
            plane.output
                == "\(Self.header)\n2026-01-05T00:00:00Z,900,chat,,2.5\n2026-01-05T00:30:00Z,900,chat,,3\n")
        let scenario = try read(plane.output)
        let start: UInt64 = 1_767_571_200
        #expect(scenario.startSecondsSince1970 == start)
        let entries = [(start, 2.5), (start + 1_800, 3)].map {
            RecordedDemand.Entry(start: $0.0, seconds: 900, requestsPerSecond: $0.1)
        }
        let series = RecordedDemand.Series(workload: "chat", entries: entries)
        #expect(scenario.demand.source == .recorded(RecordedDemand(name: "demand.csv", series: [series])))
    }

    @Test("says so where nothing is recorded")
    func nothing() async throws {
        let plane = ScriptedControlPlane()
        try await plane.client.exportDemand(of: nil, format: .csv)
        #expect(plane.output == Self.header + "\n")
        #expect(plane.remarks.count == 1)
    }

    @Test(
        "is refused with its line where it is wrong",
        arguments: [
            ("time,workload\n", "here/demand.csv:1: the line of names is missing"),
            ("\(header)\n2026-01-05T00:00:00Z,900,chat,,x\n", "here/demand.csv:2: the line cannot be read"),
            ("\(header)\n2026-01-05T00:00:00Z,0,chat,,1\n", "here/demand.csv:2: the line cannot be read"),
            ("\(header)\n2026-01-05T00:00:00Z,900,chat,,-1\n", "here/demand.csv:2: the line cannot be read"),
            ("\(header)\n2026-01-05T00:00:00Z,900,chat,,nan\n", "here/demand.csv:2: the line cannot be read"),
            (
                "\(header)\n2026-01-05T00:00:00Z,900,chat,,1\n2026-01-05T00:10:00Z,900,chat,,1\n",
                "here/demand.csv: workload chat has two rates"
            ),
            (
                "\(header)\n2026-01-05T00:00:00Z,900,chat,,1\n2026-01-05T00:00:00Z,900,chat,Paris,1\n",
                "here/demand.csv: workload chat has lines with and without an origin"
            ),
            ("\(header)\n", "here/demand.csv has no rate"),
        ])
    func mistakes(csv: String, beginning: String) {
        #expect(failure(csv).contains(beginning), "\(failure(csv))")
    }

    @Test("is not given beside another way to say demand")
    func twice() {
        #expect(throws: CommandFailure.self) {
            try read("\(Self.header)\n", scenario: "{ duration: 1h, demand: { recorded: demand.csv, source: diurnal } }")
        }
    }
}
