import FleetModel
import Foundation
import Testing

@Suite("Identifier")
struct IdentifierTests {
    @Test(
        "names are RFC 1123 labels",
        arguments: [
            ("a", true), ("aws-frankfurt", true), ("4x", true), (String(repeating: "a", count: 63), true), ("", false),
            (String(repeating: "a", count: 64), false), ("-a", false), ("a-", false), ("A", false), ("a_b", false),
            ("a.b", false), ("ä", false), ("a/b", false),
        ])
    func names(name: String, isAllowed: Bool) { #expect(ResourceNameRule.allows(name) == isAllowed) }

    @Test("a replica's id reads plane/workload/incarnation and is written so")
    func replicaID() throws {
        let id = try #require(ReplicaID("toronto/chat/7"))
        #expect(id == ReplicaID(plane: "toronto", workload: "chat", incarnation: 7))
        #expect(id.description == "toronto/chat/7")
        #expect(try JSONDecoder().decode(ReplicaID.self, from: JSONEncoder().encode(id)) == id)
    }

    @Test(
        "anything else is no replica's id",
        arguments: ["", "a/b", "a/b/c", "a/b/-1", "a//1", "A/b/1", "a/b/1/2", "a/b/18446744073709551616"])
    func notReplicaIDs(text: String) { #expect(ReplicaID(text) == nil) }

    @Test("a kind is found by plural, alias and document name in any casing")
    func kinds() {
        #expect(ResourceKind(spelling: "workloadplanes") == .workloadPlane)
        #expect(ResourceKind(spelling: "WorkloadPlane") == .workloadPlane)
        #expect(ResourceKind(spelling: "wp") == .workloadPlane)
        #expect(ResourceKind(spelling: "policy") == .compliancePolicy)
        #expect(ResourceKind(spelling: "pod") == nil)
        let spellings = ResourceKind.allCases.flatMap { [$0.plural] + $0.aliases }
        #expect(Set(spellings).count == spellings.count)
    }

    @Test(
        "an address to listen on is host:port",
        arguments: [
            ("127.0.0.1:8081", "127.0.0.1", 8_081), ("[::1]:0", "::1", 0), ("localhost:65535", "localhost", 65_535),
        ])
    func listen(text: String, host: String, port: Int) throws {
        let address = try #require(ListenAddress(text))
        #expect(address.host == host && address.port == port && address.description == text)
    }

    @Test("anything else is no address", arguments: ["", "localhost", ":80", "a:65536", "a:-1", "::1:80", "a:b"])
    func notAddresses(text: String) { #expect(ListenAddress(text) == nil) }
}
