import ControlPlane
import FleetModel
import FleetTransport
import Hummingbird
import Testing

@Suite("Prices of the catalogue in the control plane")
struct CataloguePriceTests {
    private static let fleet = SampleFleet.documents(
        """
        apiVersion: tradewind.dev/v1alpha1
        kind: Provider
        metadata: { name: aws }
        spec: { kind: hyperscaler }
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: WorkloadPlane
        metadata: { name: virginia }
        spec:
          provider: aws
          region: us-east-1
          location: { latitude: 38.9, longitude: -77.4, country: US }
          driver: { local: {} }
          pools:
            - { name: quoted, offer: p5.48xlarge, tier: on-demand, maxNodes: 4 }
            - { name: unknown, accelerator: H100-80GB, acceleratorsPerNode: 8, tier: on-demand, maxNodes: 4 }
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: Budget
        metadata: { name: cap }
        spec: { ceiling: 25 USD/h }
        """, SampleFleet.workload("chat", minReplicas: 4))

    private var prices: PriceBook {
        var book = PriceBook(asOf: "2026-11-21")
        book.quotes[PriceBook.MachineKey(RegionKey("aws", "us-east-1"), "p5.48xlarge")] = [
            .onDemand: Quote(usdPerHour: 80, asOf: "2026-07", source: "list")
        ]
        return book
    }

    @Test("a budget holds by a quote, whose date is told; what has no price is not bought, and that is told")
    func budget() async throws {
        let fixture = try await ControlPlaneFixture(prices: prices)
        #expect(try await fixture.apply(Self.fleet).status == 200)
        func condition(_ path: String, _ type: String) async throws -> JSONValue? {
            try await fixture.send(.get, "/api/v1alpha1/\(path)").json["status"]["conditions"].elements.first {
                $0["type"].text == type
            }
        }
        // An eighth of 80 USD each: two of four fit under 25.
        #expect(try await fixture.send(.get, "/api/v1alpha1/workloads/chat").json["status"]["replicas"]["wanted"] == 2)
        #expect(try await condition("budgets/cap", "Kept")?["message"].text == "what it counts costs 20 USD/h of 25 USD/h")
        let plane = try #require(try await condition("workloadplanes/virginia", "Priced"))
        #expect(plane["reason"].text == "PriceUnknown")
        #expect(plane["message"].text?.contains("pool quoted: 80 USD/h by the catalogue, as of 2026-07") == true)
        let events = try await fixture.send(.get, "/api/v1alpha1/events").json["items"].elements
        #expect(events.filter { $0["reason"].text == "PriceQuoted" }.count == 1)
        #expect(events.filter { $0["reason"].text == "PriceUnknown" }.count == 1)
        // Declared as it was, the plane has no price: it is not stored.
        let stored = try await fixture.send(.get, "/api/v1alpha1/workloadplanes/virginia").json["spec"]["pools"].elements[0]
        #expect(stored["price"].isNull)
        try await fixture.assembly.reconciler.pass()
        let again = try await fixture.send(.get, "/api/v1alpha1/events").json["items"].elements
        #expect(again.filter { $0["reason"].text == "PriceQuoted" }.allSatisfy { $0["count"] == 1 })
    }

    @Test("without a catalogue nothing is bought under the budget")
    func unknown() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(Self.fleet)
        #expect(try await fixture.send(.get, "/api/v1alpha1/workloads/chat").json["status"]["replicas"]["wanted"] == 0)
    }
}
