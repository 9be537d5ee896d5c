import FleetDocuments
import FleetModel
import Foundation
import Testing

@Suite("docs/compliance.md")
struct ComplianceDocumentTests {
    private static func page() throws -> String {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/compliance.md")
        return try String(contentsOf: page, encoding: .utf8)
    }

    private static func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test("says of every built-in policy what it requires, where that comes from and what it does not judge, and of no other")
    func policies() throws {
        let text = try Self.page()
        for policy in BuiltInPolicies.all {
            let section = try #require(
                text.components(separatedBy: "\n## \(policy.name)\n").dropFirst().first, "\(policy.name)"
            ).components(separatedBy: "\n## ")[0]
            for part in [policy.summary, "Source: \(policy.source).", "Limits: \(policy.limits)"] {
                #expect(Self.words(section).contains(Self.words(part)), "\(policy.name)")
            }
        }
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.map { String($0.split(separator: "`")[1]) } == BuiltInPolicies.all.map(\.name.rawValue))
        for (row, policy) in zip(rows, BuiltInPolicies.all) {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(cells[1] == policy.policy.appliesTo.classifications.map { "`\($0.rawValue)`" }.joined(separator: ", "))
            let users = policy.policy.appliesTo.jurisdictions.map(\.code).joined(separator: ", ")
            #expect(cells[2] == (users.isEmpty ? "all" : users))
            #expect(cells[3] == Self.requirements(policy.policy.requires))
        }
    }

    private static func requirements(_ requires: CompliancePolicy.Requirements) -> String {
        var parts: [String] = []
        if let places = requires.jurisdictions {
            parts.append("`jurisdictions: [\(places.map(\.code).joined(separator: ", "))]`")
        }
        let attested = requires.attestedJurisdictions.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        if !attested.isEmpty { parts.append("`attestedJurisdictions: { \(attested.joined(separator: ", ")) }`") }
        if !requires.attestations.isEmpty { parts.append("`attestations: [\(requires.attestations.joined(separator: ", "))]`") }
        if requires.encryptionInTransit { parts.append("`encryptionInTransit`") }
        if requires.encryptionAtRest { parts.append("`encryptionAtRest`") }
        if requires.audit > .none { parts.append("`audit: \(requires.audit.rawValue)`") }
        return parts.joined(separator: ", ")
    }

    @Test("gives an example that is valid and does what it says")
    func example() throws {
        let parts = try Self.page().components(separatedBy: "```yaml\n")
        let yaml = try #require(parts.dropFirst().first).components(separatedBy: "```")[0]
        let resources = try FleetDecoder.decode([FleetFile(name: "f", text: yaml)]).get()
        #expect(!Fleet(resources).fence.builtIn.contains("gdpr") && Fleet(resources).policies.map(\.name) == ["gdpr"])
        let line = try #require(yaml.split(separator: "\n").first { $0.contains("requires:") })
        let off = yaml.replacingOccurrences(of: line, with: "  requires: {}")
        let policy = try #require(Fleet(try FleetDecoder.decode([FleetFile(name: "f", text: off)]).get()).policies.first)
        #expect(policy.requires == CompliancePolicy.Requirements())
    }
}
