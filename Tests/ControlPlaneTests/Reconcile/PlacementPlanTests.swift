import ControlPlane
import FleetDocuments
import FleetModel
import FleetTransport
import Hummingbird
import Testing

@Suite("Carrying out a plan")
struct PlacementPlanTests {
    /// Three replicas of chat in Singapore from 9 to 17 UTC, one in Toronto otherwise.
    private func plan(_ name: String = "default", fleetGeneration: UInt64? = nil) -> PlacementPlan {
        PlacementPlan(
            metadata: Metadata(name: name), blocks: ["day", "night"], hours: (0..<24).map { (9..<17).contains($0) ? 0 : 1 },
            replicas: [
                .init(workload: "chat", plane: "singapore", pool: "h100", block: "day", count: 3),
                .init(workload: "chat", plane: "toronto", pool: "h100", block: "night", count: 1),
            ], fleetGeneration: fleetGeneration)
    }

    private func document(_ plan: PlacementPlan) -> String { FleetEncoder.yaml([.placementPlan(plan)]) }

    private func replicas(_ fixture: ControlPlaneFixture, of workload: WorkloadName, on plane: PlaneName) async throws -> Int {
        try await fixture.document(PlaneAssignment.self, .plane(plane)).workloads.filter { $0.name == workload }
            .flatMap(\.placements).reduce(0) { $0 + $1.count }
    }

    private func condition(_ fixture: ControlPlaneFixture, _ path: String, _ type: String) async throws -> JSONValue {
        try await fixture.send(.get, "/api/v1alpha1/\(path)").json["status"]["conditions"].elements.first {
            $0["type"].text == type
        } ?? .null
    }

    @Test("a stored plan moves the assignments, the next hour's block moves them again, and without it all is as before")
    func stored() async throws {
        // The manual clock begins on a Friday at 08:00 UTC.
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let before = try await fixture.document(PlaneAssignment.self, .plane("singapore")).workloads
        #expect(try await fixture.apply(document(plan())).status == 200)
        #expect(try await replicas(fixture, of: "chat", on: "toronto") == 1)
        #expect(try await replicas(fixture, of: "chat", on: "singapore") == 0)
        fixture.clock.advance(by: .seconds(3_600))
        fixture.assembly.reconciler.lookForSilence()
        try await fixture.assembly.reconciler.pass()
        #expect(try await replicas(fixture, of: "chat", on: "toronto") == 0)
        #expect(try await replicas(fixture, of: "chat", on: "singapore") == 3)
        #expect(try await replicas(fixture, of: "chat-phi", on: "toronto") == 1, "the plan does not cover it")
        let carriedOut = try await condition(fixture, "placementplans/default", "CarriedOut")
        #expect(carriedOut["status"] == "True")
        #expect(carriedOut["message"] == "block day: 3 of 3 replicas are placed as planned")
        #expect(try await fixture.send(.delete, "/api/v1alpha1/placementplans/default").status == 200)
        try await fixture.assembly.reconciler.pass()
        #expect(try await fixture.document(PlaneAssignment.self, .plane("singapore")).workloads == before)
    }

    @Test("a plan cannot take a workload out of its fence, and both say why it was not followed")
    func fence() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        var hostile = plan()
        hostile.replicas = [.init(workload: "chat-phi", plane: "singapore", pool: "h100", block: "night", count: 2)]
        #expect(try await fixture.apply(document(hostile)).status == 200)
        #expect(try await replicas(fixture, of: "chat-phi", on: "singapore") == 0)
        #expect(try await replicas(fixture, of: "chat-phi", on: "toronto") == 2)
        let planned = try await condition(fixture, "workloads/chat-phi", "Planned")
        #expect(planned["status"] == "False")
        #expect(planned["message"].text?.contains("residency of workload chat-phi allows CA, EU; it stands in SG") == true)
        let explanation = try await fixture.send(.get, "/api/v1alpha1/explain/chat-phi").json
        #expect(explanation["plan"]["wanted"] == 2)
        #expect(explanation["plan"]["placed"] == 0)
        #expect(explanation["plan"]["deviations"].elements.count == 1)
        let events = try await fixture.send(.get, "/api/v1alpha1/events?for=workloads/chat-phi").body
        #expect(events.contains("PlanDeviation"))
    }

    @Test("only the plan of the name in force is carried out")
    func otherNames() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let before = try await fixture.document(PlaneAssignment.self, .plane("singapore"))
        #expect(try await fixture.apply(document(plan("draft"))).status == 200)
        #expect(try await fixture.document(PlaneAssignment.self, .plane("singapore")) == before)
    }

    @Test("a plan made for another fleet is refused; the same once more, one without a generation and a copied fleet are taken")
    func stale() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        func generation() async throws -> UInt64 {
            let list = try await fixture.send(.get, "/api/v1alpha1/workloads").json
            return try #require(list["metadata"]["fleetGeneration"].text.flatMap { UInt64($0) })
        }
        let current = try await generation()
        try await fixture.assembly.reconciler.pass()
        #expect(try await generation() == current, "statuses do not move it")
        #expect(try await fixture.apply(document(plan(fleetGeneration: current - 1))).status == 409)
        #expect(try await fixture.apply(document(plan(fleetGeneration: current))).status == 200)
        #expect(try await fixture.apply(document(plan(fleetGeneration: current))).status == 200)
        let other = plan("draft", fleetGeneration: current)
        let refused = try await fixture.apply(document(other))
        #expect(refused.status == 409, "the stored plan changed what is declared")
        let moved = try await generation()
        #expect(refused.message.contains("generation \(current) of the fleet, which is at generation \(moved)"))
        #expect(try await fixture.apply(document(plan("draft"))).status == 200)
        let copy = SampleFleet.documents(SampleFleet.whole, document(plan(fleetGeneration: 1)))
        #expect(try await fixture.apply(copy).status == 200)
    }

    @Test("a plane that a plan names cannot be removed before the plan")
    func references() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        try await fixture.apply(document(plan()))
        let refused = try await fixture.send(.delete, "/api/v1alpha1/workloadplanes/singapore")
        #expect(refused.status == 409)
        #expect(refused.message.contains("PlacementPlan/default"))
    }
}
