import ControlPlane
import FleetModel
import FleetTransport
import Hummingbird
import Testing

@Suite("Resource routes")
struct ResourceRoutesTests {
    @Test("apply creates, then finds unchanged, then configures")
    func apply() async throws {
        let fixture = try await ControlPlaneFixture()
        func actions(_ text: String) async throws -> [String] {
            guard case .array(let results) = try await fixture.apply(text).json["results"] else { return [] }
            return results.compactMap { $0["action"].text }
        }
        #expect(try await actions(SampleFleet.whole) == Array(repeating: "created", count: 7))
        #expect(try await actions(SampleFleet.whole) == Array(repeating: "unchanged", count: 7))
        #expect(try await actions(SampleFleet.workload("chat", minReplicas: 2)) == ["configured"])
    }

    @Test("a resource reads back with its version, generation and status, and can be applied as it was read")
    func roundTrip() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let read = try await fixture.send(.get, "/api/v1alpha1/workloads/chat")
        #expect(read.status == 200)
        #expect(try read.json["metadata"]["generation"] == 1)
        #expect(try read.json["status"]["observedGeneration"] == 1)
        let again = try await fixture.send(.post, "/api/v1alpha1/apply", read.body)
        #expect(again.body.contains(#""action":"unchanged""#))
        let list = try await fixture.send(.get, "/api/v1alpha1/workloads")
        #expect(try list.json["kind"].text == "List")
        #expect(list.body.contains(#""name":"chat-phi""#))
    }

    @Test("a body with one wrong document applies nothing and says line, path and what is accepted")
    func invalid() async throws {
        let fixture = try await ControlPlaneFixture()
        let wrong = SampleFleet.documents(
            SampleFleet.provider, SampleFleet.toronto.replacingOccurrences("maxNodes: 1", "maxNodes: many"))
        let answer = try await fixture.send(.post, "/api/v1alpha1/apply", wrong)
        #expect(answer.status == 422)
        #expect(answer.code == "invalid_fleet")
        guard case .array(let problems) = try answer.json["problems"], let problem = problems.first else {
            Issue.record("no problem is listed: \(answer.body)")
            return
        }
        #expect(problem["path"].text == "spec.pools[0].maxNodes")
        #expect(problem["accepted"].text?.isEmpty == false)
        #expect(try await fixture.assembly.store.contents().resources.isEmpty)
    }

    @Test(
        "bodies that cannot be documents are refused readably",
        arguments: [
            ("", 400), ("{", 422), ("just text", 422), ("\u{0}", 422), ("kind: Workload", 422),
        ])
    func hostile(body: String, status: Int) async throws {
        let fixture = try await ControlPlaneFixture()
        let answer = try await fixture.send(.post, "/api/v1alpha1/apply", body)
        #expect(answer.status == status, "\(answer.body)")
        #expect(!answer.message.isEmpty)
    }

    @Test("a body beyond the limit is refused with 413")
    func tooLarge() async throws {
        let fixture = try await ControlPlaneFixture()
        let body = String(repeating: "# filler\n", count: (APILimits.documentBytes / 9) + 2)
        let answer = try await fixture.send(.post, "/api/v1alpha1/apply", body)
        #expect(answer.status == 413)
        #expect(answer.code == "too_large")
    }

    @Test("a dry run judges and stores nothing")
    func dryRun() async throws {
        let fixture = try await ControlPlaneFixture()
        let answer = try await fixture.send(.post, "/api/v1alpha1/apply?dryRun=true", SampleFleet.whole)
        #expect(answer.status == 200)
        #expect(try await fixture.assembly.store.contents().resources.isEmpty)
        #expect(try await fixture.send(.post, "/api/v1alpha1/apply?dryRun=perhaps", SampleFleet.whole).status == 400)
    }

    @Test("PUT with a stale resourceVersion is a conflict that says what to do")
    func conflict() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let read = try await fixture.send(.get, "/api/v1alpha1/workloads/chat")
        let changed = read.body.replacingOccurrences(#""models":["chat"]"#, #""models":["chat","chat-2"]"#)
        #expect(changed != read.body)
        #expect(try await fixture.send(.put, "/api/v1alpha1/workloads/chat", changed).status == 200)
        let stale = try await fixture.send(.put, "/api/v1alpha1/workloads/chat", changed)
        #expect(stale.status == 409)
        #expect(stale.message.contains("read it again"))
        #expect(try await fixture.send(.put, "/api/v1alpha1/workloads/other", changed).status == 422)
    }

    @Test("a model another stored workload serves is refused")
    func contested() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let answer = try await fixture.apply(SampleFleet.workload("rival", model: "chat"))
        #expect(answer.status == 422)
        #expect(answer.body.contains("already served by workload chat"))
    }

    @Test("what others refer to is not deleted without them, and the answer names them")
    func references() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let refused = try await fixture.send(.delete, "/api/v1alpha1/providers/onprem")
        #expect(refused.status == 409)
        #expect(refused.message.contains("WorkloadPlane/singapore, WorkloadPlane/toronto"))
        let together = try await fixture.send(
            .delete, "/api/v1alpha1/providers/onprem?with=workloadplanes/toronto&with=workloadplanes/singapore")
        #expect(together.status == 200, "\(together.body)")
        #expect(try await fixture.send(.get, "/api/v1alpha1/workloadplanes/toronto").status == 404)
        #expect(try await fixture.send(.delete, "/api/v1alpha1/providers/onprem").status == 404)
    }

    @Test(
        "unknown paths, kinds and names are told apart from each other",
        arguments: [
            ("/nothing", "openapi"), ("/api/v1alpha1/pods", "workloadplanes"), ("/api/v1alpha1/workloads/none", "Workload/none"),
        ])
    func notFound(path: String, hint: String) async throws {
        let answer = try await ControlPlaneFixture().send(.get, path)
        #expect(answer.status == 404)
        #expect(answer.code == "not_found")
        #expect(answer.message.contains(hint), "\(answer.message)")
    }

    @Test("draining is kept, reaches placement and assignment, and can be taken back")
    func drain() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let answer = try await fixture.send(.post, "/api/v1alpha1/workloadplanes/toronto/drain", #"{"drained":true}"#)
        #expect(answer.status == 200, "\(answer.body)")
        try await fixture.assembly.reconciler.pass()
        let assignment = try await fixture.document(PlaneAssignment.self, .plane("toronto"))
        #expect(assignment.isDrained)
        #expect(assignment.workloads.isEmpty)
        #expect(try await fixture.send(.get, "/api/v1alpha1/workloadplanes/toronto").body.contains("DrainRequested"))
        #expect(
            try await fixture.send(.post, "/api/v1alpha1/workloadplanes/none/drain", #"{"drained":true}"#).status == 404)
        #expect(try await fixture.send(.post, "/api/v1alpha1/workloads/chat/drain", #"{"drained":true}"#).status == 404)
        #expect(try await fixture.send(.post, "/api/v1alpha1/workloadplanes/toronto/drain", "{}").status == 422)
        _ = try await fixture.send(.post, "/api/v1alpha1/workloadplanes/toronto/drain", #"{"drained":false}"#)
        try await fixture.assembly.reconciler.pass()
        #expect(try await fixture.document(PlaneAssignment.self, .plane("toronto")).isDrained == false)
    }

    @Test("explain names chosen places, the rule behind each rejected one, and each gateway's fence")
    func explain() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let answer = try await fixture.send(.get, "/api/v1alpha1/explain/chat-phi")
        #expect(answer.status == 200)
        #expect(answer.body.contains("residency of workload chat-phi allows CA, EU; it stands in SG"))
        #expect(answer.body.contains(#""gateway":"door-singapore""#))
        #expect(try await fixture.send(.get, "/api/v1alpha1/explain/none").status == 404)
        #expect(try answer.json["scaling"] == .null)
    }

    @Test("explain names what each scaling policy wishes, and the status says what they do")
    func explainScaling() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.documents(SampleFleet.whole, SampleFleet.workload("tool").scaled))
        fixture.clock.advance(by: .seconds(20))
        try await fixture.assembly.reconciler.pass()
        let scaling = try await fixture.send(.get, "/api/v1alpha1/explain/tool").json["scaling"]
        #expect(scaling["replicas"].integer == 2)
        #expect(scaling["because"].text == "schedules: always desires 2")
        #expect(scaling["wishes"].elements.map { $0["policy"].text } == ["schedules", "minReplicas"])
        let status = try await fixture.send(.get, "/api/v1alpha1/workloads/tool").json["status"]
        let condition = status["conditions"].elements.first { $0["type"].text == "Scaling" }
        #expect(condition?["reason"].text == "Following")
        #expect(condition?["message"].text == "2 replicas of 1 to 4; schedules always")
    }
}

extension String {
    fileprivate var scaled: String {
        replacingOccurrences(
            "maxReplicas: 4 }",
            "maxReplicas: 4, schedules: [{ name: always, schedule: '* * * * *', duration: 1h, desiredReplicas: 2 }] }")
    }

    func replacingOccurrences(_ old: String, _ new: String) -> String {
        split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}
