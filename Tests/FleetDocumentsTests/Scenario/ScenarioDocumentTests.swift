import FleetDocuments
import FleetModel
import Testing

@Suite("Scenario files")
struct ScenarioDocumentTests {
    private func read(_ text: String) throws -> ScenarioDocument {
        try ScenarioDocument.decode(FleetFile(name: "scenario.yaml", text: text)).get()
    }

    private func problems(_ text: String) -> [String] {
        guard case .failure(let found) = ScenarioDocument.decode(FleetFile(name: "s.yaml", text: text)) else { return [] }
        return found.problems.map(\.description)
    }

    @Test("say as little as a duration")
    func least() throws {
        let document = try read("duration: 30d")
        #expect(document.duration == .seconds(30 * 86_400))
        #expect(document.seed == 1)
        #expect(document.resolution == .auto)
        #expect(document.faults.isEmpty)
    }

    @Test("say when they begin, in UTC")
    func start() throws {
        // 2026-01-05 is 20,458 days after 1970-01-01: 56 years with 14 leap days, and 4 days.
        #expect(try read("{ duration: 1h, start: 2026-01-05 }").start == 20_458 * 86_400)
        #expect(try read("{ duration: 1h, start: \"2026-01-05T12:30:05Z\" }").start == 20_458 * 86_400 + 45_005)
        #expect(problems("{ duration: 1h, start: 2026-02-29 }").count == 1)
    }

    @Test("say what goes wrong, and to whom")
    func faults() throws {
        let document = try read(
            """
            duration: 1h
            faults:
              - { region: aws/us-east-1, share: 30%, at: 10m, for: 30m }
              - { plane: iowa, pool: spot, refuses: true, at: 0s, for: 5m }
              - { controlPlane: true, at: 1m, for: 1m }
            """)
        #expect(document.faults[0].region == "aws/us-east-1")
        #expect(document.faults[0].share == Share(0.3))
        #expect(document.faults[1].refuses)
        #expect(document.faults[2].controlPlane)
    }

    @Test("compare ways to buy by their names, and fleets that differ by a file of changes")
    func policies() throws {
        let document = try read(
            """
            duration: 1h
            availability: 99.5%
            demand: { recorded: demand.csv }
            policies: [planned, { name: burst, fleet: burst.yaml, buy: on-demand }]
            faults: [{ provider: aws, tier: spot, at: 1m, for: 1m }]
            """)
        #expect(document.policies == [.init(name: "planned"), .init(name: "burst", fleet: "burst.yaml", buy: "on-demand")])
        #expect(document.availability == Share(0.995))
        #expect(document.recorded == "demand.csv")
        #expect(document.faults[0].tier == .spot)
    }

    @Test(
        "are refused with line and path where they are wrong",
        arguments: [
            ("seed: 3", "s.yaml:1: duration: the field is missing"),
            ("duration: 1h\nseeds: 3", "s.yaml:2: seeds: unknown field"),
            ("duration: 1h\nfaults:\n  - { at: 1m, for: 1m }", "s.yaml:3: faults[0]: nothing is named"),
            (
                "duration: 1h\nfaults:\n  - { plane: a, gateway: b, at: 1m, for: 1m }",
                "s.yaml:3: faults[0]: several things are named"
            ),
            ("duration: 1h\nfaults:\n  - { provider: a, slower: 2, at: 1m, for: 1m }", "s.yaml:3: faults[0]: slower"),
            ("duration: 1h\nspot:\n  - { plane: a, pool: b }", "s.yaml:3: spot[0]: the supply is given in no way"),
            ("duration: 1h\npolicies: [{ name: burst }]", "s.yaml:2: policies[0].fleet: the field is missing"),
            ("duration: 1h\nfaults:\n  - { plane: a, tier: spot, at: 1m, for: 1m }", "s.yaml:3: faults[0].tier: only spot"),
            ("duration: 1h\ndemand: { scale: 0 }", "s.yaml:2: demand.scale: 0 is not accepted"),
        ])
    func mistakes(text: String, beginning: String) throws {
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(beginning) == true, "\(found)")
    }
}
