import FleetModel
import FleetRouting
import Gateway
import Logging
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// `chat` for Canadians is served in `far`, for Germans in `near`, for everybody else nowhere; for the gateway's own place anywhere.
@Suite("Places of clients", .timeLimit(.minutes(2)))
struct ClientPlaceTests {
    private static let others = PlaceRules.countries.filter { $0 != "CA" && $0 != "DE" }

    private static func adjustment(_ place: ClientPlace?) -> TestFleet.Adjustment {
        .init { snapshot in
            snapshot.clientPlace = place
            snapshot.workloads[0].placeFences = [
                .init(countries: ["CA"], allowedPlanes: ["far"]), .init(countries: ["DE"], allowedPlanes: ["near"]),
                .init(
                    countries: others, includesUnknown: true, allowedPlanes: [],
                    excludedPlanes: [.init(plane: "near", because: "a rule for the unknown")]),
            ]
        }
    }

    private static func withGateway(
        _ place: ClientPlace?, tenants: [TenantTerms] = [],
        _ body: @Sendable (TestFleet, ScriptedUpstream) async throws -> Void
    ) async throws {
        let near = try await ScriptedUpstream.answering("near")
        let far = try await ScriptedUpstream.answering("far")
        try await TestFleet.with(
            [.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)], tenants: tenants,
            adjust: adjustment(place)
        ) { try await body($0, near) }
    }

    /// The body of the answer, or its error's code.
    private static func ask(_ fleet: TestFleet, _ headers: String...) async throws -> String {
        let response = try await fleet.ask(TestFleet.post(headers: headers.map { "\($0)\r\n" }.joined()))
        return response.status == 200 ? response.body : response.header("x-tradewind-reason") ?? "\(response.status)"
    }

    private static func expect(
        _ answer: String, _ fleet: TestFleet, _ headers: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let response = try await fleet.ask(TestFleet.post(headers: headers.map { "\($0)\r\n" }.joined()))
        let got = response.status == 200 ? response.body : response.header("x-tradewind-reason") ?? "\(response.status)"
        #expect(got == answer, "\(headers)", sourceLocation: sourceLocation)
    }

    private static let cloudflare = ClientPlace(
        trustedProxies: ["127.0.0.0/8"], addressHeader: "cf-connecting-ip", countryHeader: "cf-ipcountry")

    @Test("a trusted proxy's country decides where a request may go")
    func countryHeader() async throws {
        try await Self.withGateway(Self.cloudflare) { fleet, _ in
            try await Self.expect("far", fleet, "CF-IPCountry: CA")
            try await Self.expect("near", fleet, "cf-ipcountry: de")
            try await Self.expect("far", fleet, "cf-ipcountry: CA,Toronto")
            try await Self.expect("fenced", fleet, "cf-ipcountry: SG")
            // Every place that is said counts, and none that is not one.
            try await Self.expect("fenced", fleet, "cf-ipcountry: CA", "cf-ipcountry: DE")
            try await Self.expect("far", fleet, "cf-ipcountry: CA", "cf-ipcountry: XX")
            for unknown in ["XX", "T1", "CAN", "", "C", "C A", "\u{FF}\u{FE}"] {
                try await Self.expect("fenced", fleet, "cf-ipcountry: \(unknown)")
            }
            let refused = try await fleet.ask(TestFleet.post())
            #expect(refused.status == 403 && refused.body.contains("a rule for the unknown"))
            #expect(try await fleet.counters().unknownPlaces == 8)
        }
    }

    @Test("what anybody else says changes nothing")
    func untrusted() async throws {
        var strangers = Self.cloudflare
        strangers.trustedProxies = ["10.0.0.0/8"]
        try await Self.withGateway(strangers) { fleet, near in
            let answers = [
                try await Self.ask(fleet), try await Self.ask(fleet, "cf-ipcountry: CA", "cf-connecting-ip: 24.48.0.1"),
                try await Self.ask(fleet, "x-forwarded-for: 24.48.0.1", "forwarded: for=24.48.0.1"),
            ]
            #expect(answers == ["fenced", "fenced", "fenced"])
            #expect(near.requests.isEmpty)
        }
        // Where nobody is asked it is the gateway's place that counts, whatever clients say.
        try await Self.withGateway(nil) { fleet, near in
            try await Self.expect("near", fleet, "cf-ipcountry: CA")
            #expect(near.requests.last?.text.contains("x-forwarded-for: 127.0.0.1\r\n") == true)
        }
    }

    @Test("the place is that of each request, not of its connection")
    func perRequest() async throws {
        try await Self.withGateway(Self.cloudflare) { fleet, _ in
            let client = try await fleet.client()
            for country in ["CA", "DE", "CA", "SG", "DE"] {
                try await client.send(TestFleet.post(headers: "cf-ipcountry: \(country)\r\n"))
            }
            let answers = try await client.responses(5).map { $0.status == 200 ? $0.body : "\($0.status)" }
            #expect(answers == ["far", "near", "far", "403", "near"])
            try await client.close()
        }
    }

    @Test(
        "replicas are told the first address from the right that is no trusted proxy",
        arguments: [
            ("x-forwarded-for", "203.0.113.9", "203.0.113.9"),
            ("x-forwarded-for", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
            ("x-forwarded-for", "1.1.1.1, 203.0.113.9, 10.1.2.3,127.0.0.9", "203.0.113.9"),
            ("x-forwarded-for", "203.0.113.9:4711", "203.0.113.9"),
            ("x-forwarded-for", "[2001:DB8::1]:4711 , 10.0.0.1:1", "2001:db8::1"),
            ("x-forwarded-for", "2001:db8::1", "2001:db8::1"),
            ("x-forwarded-for", "::ffff:203.0.113.9", "203.0.113.9"),
            ("x-forwarded-for", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
            ("x-forwarded-for", ", ,203.0.113.9, ,", "203.0.113.9"),
            // What cannot be read hides the client; the address that is sure is the proxy's.
            ("x-forwarded-for", "203.0.113.9, garbage, 10.0.0.1", "127.0.0.1"),
            ("x-forwarded-for", "203.0.113.9, 10.0.0.1:x", "127.0.0.1"),
            ("x-forwarded-for", "unknown", "127.0.0.1"),
            ("x-forwarded-for", "", "127.0.0.1"),
            ("forwarded", "for=203.0.113.9;proto=http;by=10.0.0.1", "203.0.113.9"),
            ("forwarded", "for=1.1.1.1, For=\"[2001:db8::1]:80\"; proto=https, for=10.0.0.3", "2001:db8::1"),
            ("forwarded", "proto=https;for=\"203.0.113.9:80\";host=\"a,b;for=9.9.9.9\"", "203.0.113.9"),
            ("forwarded", "for=203.0.113.9, for=_hidden", "127.0.0.1"),
            ("forwarded", "for=203.0.113.9, proto=http", "127.0.0.1"),
            ("forwarded", "for=203.0.113.9;for=1.1.1.1", "127.0.0.1"),
            ("x-real-ip", "203.0.113.9", "203.0.113.9"), ("cf-connecting-ip", "2001:db8::1", "2001:db8::1"),
        ])
    func addresses(header: String, value: String, told: String) async throws {
        let place = ClientPlace(trustedProxies: ["127.0.0.0/8", "10.0.0.0/8"], addressHeader: header)
        try await Self.withGateway(place) { fleet, near in
            try await Self.expect("near", fleet, "\(header): \(value)")
            let sent = try #require(near.requests.last?.text)
            let lines = sent.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("\(header):") }
            let forwarded = sent.split(separator: "\r\n").filter { $0.hasPrefix("x-forwarded-for:") }
            #expect(forwarded == ["x-forwarded-for: \(told)"])
            #expect(header == "x-forwarded-for" || lines.isEmpty, "the header is the gateway's business")
        }
    }

    @Test("who stands in front is enough: its fields are read, and none that a client can write through it")
    func presets() async throws {
        for (behind, headers) in [
            (FrontProxy.cloudflare, ["cf-connecting-ip: 203.0.113.9", "cf-ipcountry: CA"]),
            (.cloudFront, ["x-forwarded-for: 203.0.113.9", "cloudfront-viewer-country: CA"]),
            (.vercel, ["x-forwarded-for: 203.0.113.9", "x-vercel-ip-country: CA"]),
        ] {
            try await Self.withGateway(ClientPlace(trustedProxies: ["127.0.0.0/8"], behind: behind)) { fleet, _ in
                try await Self.expect("far", fleet, headers[0], headers[1])
                try await Self.expect("fenced", fleet, headers[0])
            }
        }
        for (behind, header, spoofed) in [
            (FrontProxy.fastly, "x-forwarded-for", "fastly-client-ip"), (.azureFrontDoor, "x-azure-socketip", "x-azure-clientip"),
            (.googleCloud, "x-forwarded-for", "x-client-geo-location"),
        ] {
            try await Self.withGateway(ClientPlace(trustedProxies: ["127.0.0.0/8"], behind: behind)) { fleet, near in
                try await Self.expect("near", fleet, "\(header): 203.0.113.9", "\(spoofed): 198.51.100.7")
                #expect(near.requests.last?.text.contains("x-forwarded-for: 203.0.113.9\r\n") == true)
            }
        }
    }

    @Test("fields of one name are one list, and a chain without end is nobody's")
    func chains() async throws {
        let place = ClientPlace(trustedProxies: ["127.0.0.0/8", "10.0.0.0/8"], addressHeader: "x-forwarded-for")
        try await Self.withGateway(place) { fleet, near in
            _ = try await Self.ask(fleet, "x-forwarded-for: 1.1.1.1, 203.0.113.9", "x-forwarded-for: 10.0.0.1")
            #expect(near.requests.last?.text.contains("x-forwarded-for: 203.0.113.9\r\n") == true)
            let endless = "203.0.113.9" + String(repeating: ", 10.0.0.1", count: 40)
            _ = try await Self.ask(fleet, "x-forwarded-for: \(endless)")
            #expect(near.requests.last?.text.contains("x-forwarded-for: 127.0.0.1\r\n") == true)
        }
    }

    @Test("hash policies go by the client behind the proxy")
    func hashing() async throws {
        let upstreams = [try await ScriptedUpstream.answering("a"), try await ScriptedUpstream.answering("b")]
        let replicas = upstreams.enumerated().map { number, upstream in
            TestFleet.Replica(plane: "near", incarnation: UInt64(number + 1), address: upstream.address)
        }
        let place = ClientPlace(trustedProxies: ["127.0.0.0/8"], addressHeader: "x-forwarded-for")
        try await TestFleet.with(
            replicas, balancing: BalancingRules(policy: .maglev), adjust: .init { $0.clientPlace = place }
        ) { fleet in
            var answers: [String: Set<String>] = [:]
            for number in 0..<32 {
                let client = "203.0.113.\(number % 16)"
                answers[client, default: []].insert(try await Self.ask(fleet, "x-forwarded-for: \(client)"))
            }
            #expect(answers.values.allSatisfy { $0.count == 1 })
            #expect(Set(answers.values.joined()) == ["a", "b"])
        }
    }

    @Test("a tenant's home counts beside what is found, and stands in where nothing is")
    func homes() async throws {
        // SHA-256 of "key".
        let digest = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"
        let canadian = TenantTerms(name: "acme", country: "CA", keys: [digest])
        let key = "authorization: Bearer key"
        try await Self.withGateway(Self.cloudflare, tenants: [canadian]) { fleet, _ in
            try await Self.expect("far", fleet, key)
            try await Self.expect("far", fleet, key, "cf-ipcountry: CA")
            try await Self.expect("fenced", fleet, key, "cf-ipcountry: DE")
            try await Self.expect("far", fleet, key, "cf-ipcountry: T1")
            #expect(try await fleet.counters().unknownPlaces == 0)
        }
        // Without any means to find places the gateway's own counts, and the home beside it.
        try await Self.withGateway(nil, tenants: [canadian]) { fleet, _ in
            try await Self.expect("far", fleet, key)
        }
    }

    // MARK: The database

    private final class Folder: Sendable {
        let path: String

        init() {
            var template = Array("/tmp/tradewind-places-XXXXXX".utf8CString)
            guard let made = mkdtemp(&template) else { preconditionFailure("no folder for a test") }
            path = String(cString: made)
        }

        deinit {
            for name in ["places.mmdb", "next"] { unlink("\(path)/\(name)") }
            rmdir(path)
        }

        /// Puts a file in place as programs that update databases do: written beside it and renamed.
        func put(_ bytes: [UInt8]) throws {
            let file = try #require(fopen("\(path)/next", "w"))
            _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
            fclose(file)
            #expect(rename("\(path)/next", "\(path)/places.mmdb") == 0)
        }
    }

    private static func database(_ country: String) -> [UInt8] {
        var writer = CountryDatabaseWriter()
        writer.add("203.0.113.0/24", country)
        writer.add("127.0.0.0/8", "DE")
        return writer.bytes
    }

    @Test("a database is read, read again when it changes, and kept when its successor is none")
    func reload() async throws {
        let folder = Folder()
        let path = "\(folder.path)/places.mmdb"
        let place = ClientPlace(trustedProxies: ["127.0.0.0/8"], addressHeader: "x-forwarded-for", database: path)
        try await Self.withGateway(place) { fleet, _ in
            let named = Mutex<String?>(path)
            var keeper = CountryDatabaseKeeper(workers: fleet.plane.workers, logger: Logger(label: "test")) {
                named.withLock { $0 }
            }
            await keeper.look()
            try await Self.expect("fenced", fleet, "x-forwarded-for: 203.0.113.9")
            try folder.put(Self.database("CA"))
            await keeper.look()
            try await Self.expect("far", fleet, "x-forwarded-for: 203.0.113.9")
            // The proxy's own requests are looked up by its own address.
            try await Self.expect("near", fleet)
            try await Self.expect("fenced", fleet, "x-forwarded-for: 198.51.100.1")
            try await Self.expect("fenced", fleet, "x-forwarded-for: unknown")
            let client = try await fleet.client()
            try await client.send(TestFleet.post(headers: "x-forwarded-for: 203.0.113.9\r\n"))
            #expect(try await client.response().body == "far")
            try folder.put(Self.database("DE"))
            await keeper.look()
            try await client.send(TestFleet.post(headers: "x-forwarded-for: 203.0.113.9\r\n"))
            #expect(try await client.responses(2)[1].body == "near")
            try await client.close()
            try folder.put(Array("half a databa".utf8))
            await keeper.look()
            try await Self.expect("near", fleet, "x-forwarded-for: 203.0.113.9")
            #expect(try await fleet.counters().countryDatabaseBuilt == 1_795_000_000)
            named.withLock { $0 = nil }
            await keeper.look()
            try await Self.expect("fenced", fleet, "x-forwarded-for: 203.0.113.9")
        }
    }

    @Test("a country header and a database that disagree leave what both allow")
    func disagreement() async throws {
        let folder = Folder()
        try folder.put(Self.database("CA"))
        var place = Self.cloudflare
        place.database = "\(folder.path)/places.mmdb"
        try await Self.withGateway(place) { [place] fleet, _ in
            var keeper = CountryDatabaseKeeper(workers: fleet.plane.workers, logger: Logger(label: "test")) { place.database }
            await keeper.look()
            try await Self.expect("far", fleet, "cf-ipcountry: CA", "cf-connecting-ip: 203.0.113.9")
            try await Self.expect("fenced", fleet, "cf-ipcountry: DE", "cf-connecting-ip: 203.0.113.9")
            try await Self.expect("far", fleet, "cf-ipcountry: XX", "cf-connecting-ip: 203.0.113.9")
            try await Self.expect("near", fleet, "cf-ipcountry: DE", "cf-connecting-ip: 198.51.100.1")
        }
    }
}
