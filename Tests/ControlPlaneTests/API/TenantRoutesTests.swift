import ControlPlane
import FleetModel
import FleetTransport
import Hummingbird
import Testing

@Suite("Tenants")
struct TenantRoutesTests {
    private static let digest = String(repeating: "0f", count: 32)
    private static let tenant = """
        apiVersion: tradewind.dev/v1alpha1
        kind: Tenant
        metadata: { name: acme }
        spec:
          apiKeys: [{ name: web, sha256: \(digest) }]
          limits: { concurrentRequests: 80 }
        """

    @Test("a declared tenant reaches every gateway's snapshot, with digests alone, and leaves it again")
    func snapshot() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        #expect(try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto")).tenants.isEmpty)
        #expect(try await fixture.apply(Self.tenant).status == 200)
        let told = try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto"))
        #expect(told.tenants.map(\.name) == ["acme"] && told.tenants[0].keys == [Self.digest])
        #expect(told.gatewayCount >= 1)
        #expect(try await fixture.send(.delete, "/api/v1alpha1/tenants/acme").status == 200)
        try await fixture.assembly.reconciler.pass()
        #expect(try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto")).tenants.isEmpty)
    }

    @Test("a report that says what is held of limits is answered with what may be used")
    func grant() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        try await fixture.apply(Self.tenant)
        let token = try #require(try PrivateFile.readSecret(fixture.folder.state.tokenFile(.gateway("door-toronto"))))
        let key = QuotaKey(tenant: "acme", workload: nil, limit: .concurrency)
        func ask(_ sequence: UInt64, held: Int64, _ quota: Bool = true) async throws -> (status: Int, body: String) {
            let report = GatewayReport(
                gateway: "door-toronto", snapshot: nil, address: "127.0.0.1:1", isReady: true, roundTripMilliseconds: [:],
                requests: [:], pid: 1,
                quota: quota
                    ? QuotaReport(process: 1, sequence: sequence, lines: [.init(key: key, held: held, wanted: 100)]) : nil)
            let answer = try await fixture.send(
                .post, "/internal/v1/gateways/door-toronto/report",
                String(decoding: try FleetJSON.encode(report), as: UTF8.self), token: token)
            return (answer.status, answer.body)
        }
        let first = try await ask(1, held: 10)
        #expect(first.status == 200)
        let grant = try FleetJSON.decode(QuotaGrant.self, from: Array(first.body.utf8))
        #expect(grant.sequence == 1 && grant.lines.map(\.key) == [key])
        #expect(try await ask(2, held: 10, false).status == 204)
    }
}
