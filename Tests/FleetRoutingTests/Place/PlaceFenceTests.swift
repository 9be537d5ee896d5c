import FleetModel
import FleetRouting
import Testing

/// `chat` of the fixture with fences by place: Germans near, Canadians far, everybody else in the middle, the unknown nowhere.
@Suite("Router: places of clients")
struct PlaceFenceTests {
    private static func fixture() -> FleetFixture {
        var fixture = FleetFixture()
        let others = PlaceRules.countries.filter { $0 != "DE" && $0 != "CA" && $0 != "RU" }
        fixture.workloads[1].placeFences = [
            .init(
                countries: ["DE"], allowedPlanes: ["near", "middle"], excludedPlanes: [.init(plane: "far", because: "rule A")]),
            .init(countries: ["CA"], allowedPlanes: ["far", "tokyo"], excludedPlanes: [.init(plane: "near", because: "rule B")]),
            .init(countries: others, allowedPlanes: ["middle"]),
            .init(
                countries: [], includesUnknown: true, allowedPlanes: [], excludedPlanes: [.init(plane: "near", because: "rule C")]
            ),
            .init(countries: ["RU"], allowedPlanes: ["near"], refusal: "its bytes may not pass here"),
        ]
        return fixture
    }

    private static func script() -> GatewayScript {
        var script = GatewayScript(fixture())
        for plane in ["far", "middle", "near", "tokyo"] as [PlaneName] { script.fill(plane, ["any", "chat", "phi"]) }
        return script
    }

    private static func place(_ countries: String...) throws -> PlaceSet {
        try #require(PlaceSet(countries: countries, includesUnknown: false))
    }

    private func plane(_ script: inout GatewayScript, _ places: PlaceSet) -> String {
        let choice = script.choice(RequestFacts(workload: script.workload("chat"), places: places))
        return choice.replica.isEmpty ? choice.reason : String(choice.replica.prefix { $0 != "/" })
    }

    @Test("each client goes to a plane inside the fence of its place")
    func byPlace() throws {
        var script = Self.script()
        #expect(plane(&script, .gateway) == "near")
        #expect(plane(&script, try Self.place("DE")) == "near")
        #expect(plane(&script, try Self.place("CA")) == "far")
        #expect(plane(&script, try Self.place("SG")) == "middle")
    }

    @Test("a client in several places goes where all of them may, or nowhere")
    func intersection() throws {
        var script = Self.script()
        #expect(plane(&script, try Self.place("DE", "SG")) == "middle")
        #expect(plane(&script, try Self.place("CA").union(.gateway)) == "far")
        #expect(plane(&script, try Self.place("CA", "SG")) == "fenced")
        #expect(plane(&script, try Self.place("CA", "DE")) == "fenced")
    }

    @Test("an unknown place gets the fence of the unknown, and a refusal at the door holds for its places alone")
    func unknown() throws {
        var script = Self.script()
        #expect(plane(&script, .unknown) == "fenced")
        #expect(plane(&script, try Self.place("RU")) == "fenced")
        let table = try #require(script.view.table)
        let chat = script.workload("chat")
        #expect(table.explanation(of: .fenced, workload: chat, places: .unknown).hasSuffix("(near: rule C)"))
        #expect(
            table.explanation(of: .fenced, workload: chat, places: try Self.place("RU")).hasSuffix("its bytes may not pass here"))
        #expect(
            table.explanation(of: .fenced, workload: chat, places: try Self.place("CA", "DE")).hasSuffix(
                "(far: rule A; near: rule B)"))
        #expect(table.directory.offeredModels(for: .unknown) == ["any", "phi"])
        #expect(table.directory.offeredModels(for: try Self.place("SG")) == ["any", "chat", "phi"])
    }

    @Test("sessions, shares and retries stay inside the fence of the place")
    func noWayAround() throws {
        var script = Self.script()
        let near = try #require(script.handle(of: "near/chat/1"))
        let identity = try #require(script.view.table?.replica(near)?.identityHash)
        let shares = PlaneShares(
            BalancingRules(planes: [.init(plane: "near", weight: 1_000), .init(plane: "tokyo", weight: 1, priority: 1)]),
            planes: FleetFixture.places.map(\.name))
        let canada = RequestFacts(
            workload: script.workload("chat"), places: try Self.place("CA"), planes: shares, session: .replica(identity))
        var history = AttemptHistory()
        for _ in 0..<4 {
            guard case .send(let handle, let plane, _) = script.router.decide(canada, attempts: history, now: script.now) else {
                return
            }
            let id = try #require(script.id(handle))
            #expect(id.hasPrefix("far/") || id.hasPrefix("tokyo/"))
            history.record(handle, plane: plane, .connection)
        }
        #expect(history.count == 4)
    }

    @Test("a plane of another fence is neither failed over from nor counted as health")
    func reasons() throws {
        var script = Self.script()
        let canada = RequestFacts(workload: script.workload("chat"), places: try Self.place("CA"))
        #expect(script.choice(canada).reason == "nearest-over-budget")
    }

    @Test("where no replica is ready inside the place's fence it says so, and is not fenced")
    func noReplica() throws {
        var script = Self.script()
        script.report("far", [])
        script.report("tokyo", [])
        #expect(plane(&script, try Self.place("CA")) == "no-replica")
    }

    @Test("a pair of workloads lets a place go where both do")
    func pairs() throws {
        var fixture = Self.fixture()
        fixture.workloads[1].resilience = WorkloadResilience(fallback: [Fallback(workload: "any")])
        fixture.workloads[0].placeFences = [
            .init(
                countries: PlaceRules.countries.filter { $0 != "DE" }, includesUnknown: true, allowedPlanes: ["near", "tokyo"]),
            .init(countries: ["DE"], allowedPlanes: ["far", "middle"]),
        ]
        var script = GatewayScript(fixture)
        for plane in ["far", "middle", "near", "tokyo"] as [PlaneName] { script.fill(plane, ["any", "chat", "phi"]) }
        let table = try #require(script.view.table)
        let pair = try #require(table.directory[script.workload("chat")].fallbacks.first).workload
        func planes(_ places: PlaceSet) -> [String] {
            table.directory.planes.enumerated().filter { table.isInside(pair, PlaneIndex($0.offset), for: places) }
                .map(\.element.name.rawValue)
        }
        #expect(planes(try Self.place("DE")) == ["middle"])
        #expect(planes(try Self.place("CA")) == ["tokyo"])
        #expect(planes(try Self.place("SG")) == [])
        #expect(planes(.unknown) == [])
        #expect(planes(.gateway) == ["far", "middle", "near"])
    }
}
