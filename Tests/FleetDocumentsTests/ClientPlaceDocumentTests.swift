import FleetDocuments
import FleetModel
import Testing

@Suite("Gateway documents")
struct ClientPlaceDocumentTests {
    private static let document = """
        apiVersion: tradewind.dev/v1alpha1
        kind: Gateway
        metadata: { name: door }
        spec:
          location: { latitude: 43.65, longitude: -79.38, country: CA }
          clientPlace:
            trustedProxies: [173.245.48.0/20, "2400:cb00::/32"]
            addressHeader: CF-Connecting-IP
            countryHeader: cf-ipcountry
            database: /var/lib/GeoIP/GeoLite2-Country.mmdb

        """

    @Test("say how the gateway finds its clients' places, names of fields in any case")
    func whole() throws {
        let resources = try FleetDecoder.decode([FleetFile(name: "g.yaml", text: Self.document)]).get()
        let toronto = Location(coordinates: Coordinates(latitude: 43.65, longitude: -79.38), country: "CA")
        #expect(
            resources == [
                .gateway(
                    Gateway(
                        metadata: Metadata(name: "door"), location: toronto,
                        clientPlace: ClientPlace(
                            trustedProxies: ["173.245.48.0/20", "2400:cb00::/32"], addressHeader: "cf-connecting-ip",
                            countryHeader: "cf-ipcountry", database: "/var/lib/GeoIP/GeoLite2-Country.mmdb")))
            ])
    }

    @Test(
        "say what is wrong and what would be right",
        arguments: [
            (
                "[173.245.48.0/20, \"2400:cb00::/32\"]", "[10.0.0.0/33]",
                "spec.clientPlace.trustedProxies[0]: \"10.0.0.0/33\" is not a network; a CIDR block such as 10.0.0.0/8 or fd00::/8"
            ),
            (
                "CF-Connecting-IP", "\"my header\"",
                "spec.clientPlace.addressHeader: \"my header\" is not a header name; a name such as x-forwarded-for"
            ),
            (
                "cf-ipcountry", "cf-connecting-ip",
                "spec.clientPlace.countryHeader: one field cannot hold addresses and a country; another field than addressHeader"
            ),
            (
                "/var/lib", "var/lib",
                "spec.clientPlace.database: \"var/lib/GeoIP/GeoLite2-Country.mmdb\" is not an absolute path; a path such as /var"
            ),
            ("countryHeader", "countryheader", "spec.clientPlace.countryheader: unknown field; the nearest is countryHeader"),
        ])
    func mistakes(_ old: String, _ new: String, _ told: String) throws {
        let text = Self.document.replacing(old, with: new)
        guard case .failure(let problems) = FleetDecoder.decode([FleetFile(name: "g.yaml", text: text)]) else {
            Issue.record("the mistake is taken")
            return
        }
        let lines = problems.problems.map { "\($0.path): \($0.message); \($0.accepted)" }
        #expect(lines.count == 1 && lines[0].hasPrefix(told), "\(lines)")
    }

    @Test("headers count only from somebody named")
    func nobodyTrusted() throws {
        let text = Self.document.replacing("    trustedProxies: [173.245.48.0/20, \"2400:cb00::/32\"]\n", with: "")
        guard case .failure(let problems) = FleetDecoder.decode([FleetFile(name: "g.yaml", text: text)]) else {
            Issue.record("headers of anybody are taken")
            return
        }
        #expect(
            problems.problems.map { "\($0.path)" } == ["spec.clientPlace.addressHeader", "spec.clientPlace.countryHeader"])
    }

    @Test("proxies whose word is never read are a mistake")
    func nothingRead() throws {
        let text = Self.document.replacing("    addressHeader: CF-Connecting-IP\n    countryHeader: cf-ipcountry\n", with: "")
        guard case .failure(let problems) = FleetDecoder.decode([FleetFile(name: "g.yaml", text: text)]) else {
            Issue.record("the mistake is taken")
            return
        }
        #expect(problems.problems.map { "\($0.path)" } == ["spec.clientPlace.trustedProxies"])
    }
}
