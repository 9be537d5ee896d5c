import FleetControl
import FleetDocuments
import FleetModel
import Testing

/// What a fleet file says of APIs and ordinary servers, up to what a gateway is told.
@Suite("APIs in documents")
struct SurfaceDocumentTests {
    private static let text = """
        { apiVersion: tradewind.dev/v1alpha1, kind: Provider, metadata: { name: p }, spec: { kind: on-premises } }
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: WorkloadPlane
        metadata: { name: here }
        spec:
          provider: p
          region: r
          location: { latitude: 1, longitude: 1, country: CA }
          driver: { local: {} }
          pools: [{ name: cpu, accelerator: CPU, acceleratorsPerNode: 8, tier: reserved, owned: true, maxNodes: 1 }]
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: Gateway
        metadata: { name: g }
        spec: { location: { latitude: 1, longitude: 1, country: CA } }
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: Workload
        metadata: { name: api }
        spec:
          replica: { profile: { CPU: { accelerators: 2, rate: 200 req/s } }, engine: { command: [./serve, "{port}"] } }
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: Workload
        metadata: { name: texts }
        spec:
          models: [texts]
          replica: { profile: { CPU: { rate: 2 req/s } }, engine: { simulated: {} }, artifact: { revision: 2026-11 } }
          predict: { as: completions }
        ---
        { apiVersion: tradewind.dev/v1alpha1, kind: Route, metadata: { name: api }, spec: { match: { paths: [/api/] }, to: { workload: api } } }
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: Route
        metadata: { name: stream }
        spec: { match: { paths: [/stream] }, to: { workload: api }, streaming: { buffer: false } }
        ---
        { apiVersion: tradewind.dev/v1alpha1, kind: Route, metadata: { name: predict }, spec: { match: { paths: [/predict] }, api: predict } }
        ---
        { apiVersion: tradewind.dev/v1alpha1, kind: Route, metadata: { name: v2 }, spec: { match: { paths: [/v2/] }, api: openInference } }
        """

    @Test("arrive in the snapshot, and a server without models is placed by its processor cores")
    func arrive() throws {
        let fleet = Fleet(try FleetDecoder.decode([FleetFile(name: "fleet.yaml", text: Self.text)], known: []).get())
        let decision = Placement.decide(PlacementInputs(fleet: fleet))
        #expect(decision.placement(of: "api")?.chosen.first?.placement.acceleratorsPerReplica == 2)
        let gateway = try #require(fleet.gateways.first)
        let snapshot = SnapshotComposer(fleet: fleet, decision: decision).snapshot(for: gateway)
        let routes = snapshot.routes.map { "\($0.name) \($0.api?.rawValue ?? "openai") \($0.buffersResponses ?? true)" }
        #expect(routes == ["api openai true", "predict predict true", "stream openai false", "v2 openInference true"])
        let workloads = snapshot.workloads.map { "\($0.name) \($0.models) \($0.predict?.rawValue ?? "-") \($0.revision ?? "-")" }
        #expect(workloads == ["api [] - -", "texts [\"texts\"] completions 2026-11"])
    }
}
