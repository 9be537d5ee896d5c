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

    private static func decoded(_ place: String) -> Result<ClientPlace?, FleetProblems> {
        let text = """
            apiVersion: tradewind.dev/v1alpha1
            kind: Gateway
            metadata: { name: door }
            spec:
              location: { latitude: 43.65, longitude: -79.38, country: CA }
              clientPlace: \(place)

            """
        return FleetDecoder.decode([FleetFile(name: "g.yaml", text: text)]).map { resources in
            guard case .gateway(let gateway)? = resources.first else { return nil }
            return gateway.clientPlace
        }
    }

    @Test(
        "name who stands in front instead of its fields",
        arguments: [
            ("cloudflare", "cf-connecting-ip", "cf-ipcountry"), ("cloudFront", "x-forwarded-for", "cloudfront-viewer-country"),
            ("fastly", "x-forwarded-for", nil), ("azureFrontDoor", "x-azure-socketip", nil),
            ("googleCloud", "x-forwarded-for", nil), ("vercel", "x-forwarded-for", "x-vercel-ip-country"),
        ])
    func presets(_ name: String, _ address: String, _ country: String?) throws {
        let place = try #require(try Self.decoded("{ trustedProxies: [10.0.0.0/8], behind: \(name) }").get())
        #expect(place.addressField == address && place.countryField == country && place.findsCountries == (country != nil))
        let own = try #require(
            try Self.decoded("{ trustedProxies: [10.0.0.0/8], behind: \(name), countryHeader: X-Country, addressHeader: x-a }")
                .get())
        #expect(own.addressField == "x-a" && own.countryField == "x-country", "what is written goes before")
    }

    @Test("say that trusted proxies speak the PROXY protocol, with or without headers of HTTP")
    func proxyProtocol() throws {
        let place = try Self.decoded("{ trustedProxies: [10.0.0.0/8], proxyProtocol: required }").get()
        #expect(place == ClientPlace(trustedProxies: ["10.0.0.0/8"], proxyProtocol: .required))
    }

    @Test(
        "say what is wrong with whom they trust",
        arguments: [
            ("{ behind: cloudflare }", "spec.clientPlace.behind: anybody could claim to be cloudflare"),
            ("{ proxyProtocol: required }", "spec.clientPlace.proxyProtocol: anybody could say anything in its header"),
            (
                "{ trustedProxies: [10.0.0.0/8], behind: cloudfare }",
                "spec.clientPlace.behind: \"cloudfare\" is not one of the values; cloudflare"
            ),
            (
                "{ trustedProxies: [10.0.0.0/8], proxyProtocol: true }",
                "spec.clientPlace.proxyProtocol: \"true\" is not one of the values; required"
            ),
            (
                "{ trustedProxies: [10.0.0.0/8], behind: fastly, countryHeader: x-forwarded-for }",
                "spec.clientPlace.countryHeader: one field cannot hold addresses and a country"
            ),
        ])
    func untrusted(_ place: String, _ told: String) throws {
        guard case .failure(let problems) = Self.decoded(place) else {
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
