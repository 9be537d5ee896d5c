import CommandLineInterface
import FleetModel
import FleetTransport
import Testing

@Suite("tenant key")
struct TenantKeyTests {
    private static let tenant: JSONValue = [
        "apiVersion": "tradewind.dev/v1alpha1", "kind": "Tenant", "metadata": ["name": "acme", "resourceVersion": "7"],
        "spec": ["country": "CA", "apiKeys": [["name": "old", "sha256": .string(digest("sk-tw-old"))]]],
    ]

    @Test("prints a key once, and sends its digest for the version that was read")
    func create() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /tenants/acme", Self.tenant)
        plane.answers("PUT /tenants/acme", Self.tenant)
        try await plane.client.createKey("web", of: "acme")
        let key = String(plane.output.dropLast())
        #expect(key.hasPrefix("sk-tw-") && key.utf8.count == 70)
        let sent = try JSONValue(bytes: try #require(plane.requests.last?.body))
        #expect(sent["metadata"]["resourceVersion"].text == "7")
        #expect(sent["spec"]["country"].text == "CA")
        #expect(sent["spec"]["apiKeys"].elements.map { $0["sha256"].text } == [digest("sk-tw-old"), digest(key)])
        #expect(try !sent.canonicalText.contains(key) && !plane.remarks.joined().contains(key))
    }

    @Test("makes no second key of a name")
    func taken() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /tenants/acme", Self.tenant)
        await #expect(throws: CommandFailure.self) { try await plane.client.createKey("old", of: "acme") }
        #expect(plane.writes.isEmpty && plane.output.isEmpty)
    }

    @Test("revokes the key of a name, and none where there is no such")
    func revoke() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /tenants/acme", Self.tenant)
        plane.answers("PUT /tenants/acme", Self.tenant)
        await #expect(throws: CommandFailure.self) { try await plane.client.revokeKey("web", of: "acme") }
        #expect(plane.writes.isEmpty)
        try await plane.client.revokeKey("old", of: "acme")
        let sent = try JSONValue(bytes: try #require(plane.requests.last?.body))
        #expect(sent["spec"]["apiKeys"].elements.isEmpty)
    }
}
