import ControlPlane
import FleetControl
import FleetModel
import FleetTransport
import Hummingbird
import Testing

@Suite("Recorded demand over the API")
struct DemandRoutesTests {
    @Test("is told by workload and quarter of an hour, with gaps as null")
    func demand() async throws {
        let fixture = try await ControlPlaneFixture()
        // 2026-01-05T00:00:00Z is slot 1,963,968.
        let first: Int64 = 1_767_571_200 / 900
        try await fixture.assembly.store.recordDemand([
            .init(workload: "chat", slot: first, rate: 2.5), .init(workload: "chat", slot: first + 2, rate: 1.0 / 3),
            .init(workload: "image", slot: first + 1, rate: 0),
        ])
        let all = try await fixture.send(.get, "/api/v1alpha1/demand").json["items"].elements
        #expect(all.map { $0["metadata"]["name"].text } == ["chat", "image"])
        #expect(all[0]["from"].text == "2026-01-05T00:00:00Z")
        #expect(all[0]["slotSeconds"].integer == 900)
        #expect(all[0]["requestsPerSecond"].elements.map(\.double) == [2.5, nil, 0.333333])
        #expect(all[1]["from"].text == "2026-01-05T00:15:00Z")
        let one = try await fixture.send(.get, "/api/v1alpha1/demand?workload=image").json["items"].elements
        #expect(one == [all[1]])
        #expect(try await fixture.send(.get, "/api/v1alpha1/demand?workload=nothing").status == 404)
        #expect(try await fixture.send(.get, "/api/v1alpha1/demand", token: nil).status == 401)
    }
}
