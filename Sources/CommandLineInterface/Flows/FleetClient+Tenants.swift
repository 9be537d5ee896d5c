import FleetDocuments
package import FleetModel
import FleetTransport

extension FleetClient {
    /// `tradewind tenant key create TENANT NAME`: the key alone on standard output. The control plane gets its digest.
    package func createKey(_ name: String, of tenant: TenantName) async throws {
        guard ResourceNameRule.allows(name) else {
            throw CommandFailure(.invalid, "\(quoted(name)) is not a name of a key; use \(ResourceNameRule.accepted)")
        }
        let key = makeAPIKey()
        let entry = Tenant.APIKey(name: name, sha256: digest(key))
        try await change(tenant) { declared in
            guard !declared.apiKeys.contains(where: { $0.name == name }) else {
                throw CommandFailure(
                    .invalid, "tenant \(tenant) has a key named \(name) already; revoke it first or take another name")
            }
            declared.apiKeys.append(entry)
        }
        try console.write(key + "\n")
        console.remark(
            "Key \(name) of tenant \(tenant). It is shown this once. Where the tenant is kept in a file, add to spec.apiKeys: "
                + "{ name: \(name), sha256: \(entry.sha256) }")
    }

    /// `tradewind tenant key revoke TENANT NAME`: gateways refuse the key as soon as they are told.
    package func revokeKey(_ name: String, of tenant: TenantName) async throws {
        try await change(tenant) { declared in
            guard declared.apiKeys.contains(where: { $0.name == name }) else {
                throw Self.notFound(name, kind: "keys of tenant \(tenant)", among: declared.apiKeys.map(\.name))
            }
            declared.apiKeys.removeAll { $0.name == name }
        }
        try console.write("key \(TerminalText.escaped(name)) of tenant/\(TerminalText.escaped(tenant.rawValue)) revoked\n")
        console.remark("Where the tenant is kept in a file, remove it from spec.apiKeys there, or the next apply brings it back.")
    }

    /// Reads a tenant, changes it and writes it back; refused by the control plane where somebody else changed it meanwhile.
    private func change(_ tenant: TenantName, _ body: (inout Tenant) throws -> Void) async throws {
        let key = ResourceKey(kind: .tenant, name: tenant.rawValue)
        let document = try await resource(key)
        guard case .success(.tenant(var declared)) = FleetDecoder.decodeResource(json: try document.canonicalText) else {
            throw CommandFailure(.serverFailed, "the control plane's answer is no tenant; does it run another version?")
        }
        try body(&declared)
        _ = try await connection.value(of: .put(key, Array(FleetEncoder.json(.tenant(declared)).utf8)))
    }
}
