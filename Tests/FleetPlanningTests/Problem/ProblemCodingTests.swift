import FleetModel
import FleetPlanning
import Foundation
import Testing

@Suite("The JSON of planning problems")
struct ProblemCodingTests {
    /// Written by hand from the documented keys, not by our encoder.
    static let document = """
        {
          "blocks": [{"name": "day", "hours": 365}, {"name": "night", "hours": 365}],
          "planes": [
            {"name": "toronto", "provider": "onprem", "region": "yyz", "egressUSDPerGiB": 0},
            {"name": "montreal", "provider": "aws", "region": "ca-central-1", "egressUSDPerGiB": 0.09}],
          "pools": [
            {"plane": "toronto", "name": "h100", "accelerator": "H100-80GB", "acceleratorsPerNode": 4, "tier": "reserved",
             "usdPerNodeHour": 0, "maxNodes": 1},
            {"plane": "montreal", "name": "a100-spot", "accelerator": "A100-80GB", "acceleratorsPerNode": 8, "tier": "spot",
             "usdPerNodeHour": 12.5, "maxNodes": 3, "interruptionsPerNodeHour": 0.05, "replacementHours": 0.5}],
          "workloads": [
            {"name": "chat",
             "profile": {"H100-80GB": {"acceleratorsPerReplica": 1, "requestsPerSecond": 12},
                         "A100-80GB": {"acceleratorsPerReplica": 2, "requestsPerSecond": 8}},
             "targetUtilization": 0.8, "maxSpotShare": 0.5, "latencyBudgetMilliseconds": 80,
             "failoverLatencyBudgetMilliseconds": 250, "survive": "provider", "keptShare": 0.4, "minReplicas": 2,
             "egressGiBPerRequest": 0.001}],
          "demand": [
            {"workload": "chat", "origin": "Toronto", "block": "day", "requestsPerSecond": 26, "latencyBudgetMilliseconds": 40},
            {"workload": "chat", "origin": "Toronto", "block": "night", "requestsPerSecond": 2.5}],
          "rtt": [
            {"origin": "Toronto", "plane": "toronto", "milliseconds": 1},
            {"origin": "Toronto", "plane": "montreal", "milliseconds": 10.25}],
          "forbidden": [{"workload": "chat", "origin": "Toronto", "plane": "montreal", "because": "policy phi"}],
          "budgets": [{"name": "monthly", "workloads": ["chat"], "usdPerHour": 20}],
          "unmetUSDPerRequest": 2
        }
        """

    private func read(_ text: String) throws -> PlanningProblem {
        try JSONDecoder().decode(PlanningProblem.self, from: Data(text.utf8))
    }

    /// What a reader of `text` is told.
    private func finding(_ text: String) throws -> ProblemFinding {
        do {
            _ = try read(text)
        } catch {
            return try #require(ProblemFinding(reading: error), "\(error)")
        }
        throw Unrefused()
    }
    private struct Unrefused: Error {}

    private func changed(_ part: String, to other: String) throws -> String {
        try #require(Self.document.contains(part))
        return Self.document.replacingOccurrences(of: part, with: other)
    }

    @Test("the documented form reads as the value it describes")
    func readsDocument() throws {
        #expect(try read(Self.document) == .small)
    }

    @Test("what is written reads back equal, with the documented keys and no others")
    func roundTrip() throws {
        let bytes = try JSONEncoder().encode(PlanningProblem.small)
        #expect(try JSONDecoder().decode(PlanningProblem.self, from: bytes) == .small)
        let written = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        let wanted = try #require(try JSONSerialization.jsonObject(with: Data(Self.document.utf8)) as? [String: Any])
        #expect(Set(written.keys) == Set(wanted.keys))
        for list in wanted.keys where list != "unmetUSDPerRequest" {
            let (rows, wantedRows) = (try #require(written[list] as? [[String: Any]]), wanted[list] as? [[String: Any]] ?? [])
            // The row of each list that names the most keys names all of them.
            let allKeys = Set(try #require(wantedRows.max { $0.count < $1.count }).keys)
            for row in rows { #expect(Set(row.keys).isSubset(of: allKeys), "\(list)") }
            #expect(rows.contains { Set($0.keys) == allKeys }, "\(list)")
        }
    }

    @Test("what may be left out takes the documented value")
    func defaults() throws {
        var expected = PlanningProblem.small
        (expected.forbidden, expected.budgets, expected.unmetUSDPerRequest) = ([], [], 1)
        let start = try #require(Self.document.range(of: ",\n  \"forbidden\""))
        #expect(try read(Self.document[..<start.lowerBound] + "}") == expected)
        #expect(expected.pools[0].interruptionsPerNodeHour == 0 && expected.pools[0].replacementHours == 0)
    }

    @Test("an unknown key is refused with the nearest known one")
    func unknownKeys() throws {
        let inPool = try finding(try changed("\"replacementHours\"", to: "\"replacmentHours\""))
        #expect(inPool.path.description == "pools[1].replacmentHours")
        #expect(inPool.accepted.hasPrefix("the nearest is replacementHours;"))
        let atTop = try finding(try changed("\"budgets\"", to: "\"budget\""))
        #expect(atTop.path.description == "budget")
        #expect(atTop.accepted.hasPrefix("the nearest is budgets;"))
        let inProfile = try finding(
            try changed("{\"acceleratorsPerReplica\": 2, ", to: "{\"acceleratorsPerReplica\": 2, \"price\": 1, "))
        #expect(inProfile.path.description == "workloads[0].profile.A100-80GB.price")
    }

    @Test("a word that is none of the few is refused with them")
    func words() throws {
        let tier = try finding(try changed("\"spot\"", to: "\"Spot\""))
        #expect(tier.description == "pools[1].tier: \"Spot\" is not one of the values; reserved, on-demand or spot")
        let survive = try finding(try changed("\"survive\": \"provider\"", to: "\"survive\": \"cloud\""))
        #expect(survive.description == "workloads[0].survive: \"cloud\" is not one of the values; none, region or provider")
    }

    @Test("what cannot be read is told with its place and what belongs there")
    func unreadable() throws {
        let missing = try finding(
            try changed("\"maxNodes\": 1}", to: "\"owner\": 1}").replacingOccurrences(of: "owner", with: "tier"))
        #expect(missing.path.description == "pools[0].maxNodes" && missing.message == "it is missing")
        #expect(
            try finding(try changed("\"hours\": 365}, ", to: "\"hours\": \"long\"}, ")).description
                == "blocks[0].hours: this is something else; a number")
        #expect(try finding(try changed("\"maxNodes\": 3", to: "\"maxNodes\": 2.5")).path.description == "pools[1].maxNodes")
        #expect(try finding(try changed("10.25", to: "1e999")).path.description == "rtt[1].milliseconds")
        #expect(
            try finding(try changed("\"name\": \"chat\"", to: "\"name\": null")).description
                == "workloads[0].name: null is no value; a text")
        #expect(
            try finding(try changed("\"workloads\": [\"chat\"]", to: "\"workloads\": \"chat\"")).description
                == "budgets[0].workloads: this is something else; a list")
        #expect(
            try finding(try changed("[{\"name\": \"day\"", to: "[7, {\"name\": \"day\"")).description
                == "blocks[0]: this is something else; an object")
        #expect(try finding("{\"blocks\": [").message == "this is not JSON")
        #expect(try finding("").message == "this is not JSON")
        #expect(try finding("[]").accepted == "an object")
        #expect(try finding(String(repeating: "[", count: 100_000)).path.description.isEmpty)
    }
}
