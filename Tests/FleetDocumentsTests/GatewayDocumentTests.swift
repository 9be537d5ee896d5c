import FleetDocuments
import FleetModel
import Foundation
import Testing

@Suite("Gateway documents")
struct GatewayDocumentTests {
    private static let document = """
        apiVersion: tradewind.dev/v1alpha1
        kind: Gateway
        metadata: { name: east }
        spec:
          location: { latitude: 43.7, longitude: -79.4, country: CA }
          listen: 0.0.0.0:8443
          tls:
            minimumVersion: TLSv1.3
            certificates:
              - { certificateFile: /etc/tls/a.crt, keyFile: /etc/tls/a.key, serverNames: [api.example.com, "*.example.org"] }
              - { certificateFile: /etc/tls/b.crt, keyFile: /etc/tls/b.key }
            clientCertificates: { caFile: /etc/tls/clients.crt, mode: require }

        """

    private static let tls = GatewayTLS(
        certificates: [
            .init(
                certificateFile: "/etc/tls/a.crt", keyFile: "/etc/tls/a.key", serverNames: ["api.example.com", "*.example.org"]),
            .init(certificateFile: "/etc/tls/b.crt", keyFile: "/etc/tls/b.key"),
        ],
        minimumVersion: .tls13, clientCertificates: .init(caFile: "/etc/tls/clients.crt"))

    @Test("are read to the last field, and written so that they read the same")
    func whole() throws {
        let resources = try FleetDecoder.decode([FleetFile(name: "g.yaml", text: Self.document)]).get()
        guard case .gateway(let gateway)? = resources.first else {
            Issue.record("no gateway is read")
            return
        }
        #expect(gateway.tls == Self.tls && gateway.listen == ListenAddress(host: "0.0.0.0", port: 8443))
        let written = FleetEncoder.yaml(resources)
        #expect(try FleetDecoder.decode([FleetFile(name: "g.yaml", text: written)]).get() == resources)
    }

    @Test(
        "say what is wrong and what would be right, and never repeat what may be a key",
        arguments: [
            ("/etc/tls/a.key", "tls/secret.key", "spec.tls.certificates[0].keyFile: the value is not accepted; an absolute path"),
            ("TLSv1.3", "TLSv1.0", "spec.tls.minimumVersion: \"TLSv1.0\" is not one of the values"),
            ("mode: require", "mode: demand", "spec.tls.clientCertificates.mode: \"demand\" is not one of the values"),
            ("\"*.example.org\"", "api.*.org", "spec.tls.certificates[0].serverNames[1]: \"api.*.org\" is not a server name"),
            (
                "\"*.example.org\"", "api.example.com",
                "spec.tls.certificates[0].serverNames[1]: \"api.example.com\" is already a name of this gateway"
            ),
            (
                ", serverNames: [api.example.com, \"*.example.org\"]", "",
                "spec.tls.certificates[1].serverNames: two certificates would serve whatever no other does"
            ),
            ("mode: require", "mode: request", "spec.listen: anybody who reaches 0.0.0.0:8443 could spend"),
        ])
    func mistakes(_ old: String, _ new: String, _ told: String) throws {
        let text = Self.document.replacing(old, with: new)
        guard case .failure(let problems) = FleetDecoder.decode([FleetFile(name: "g.yaml", text: text)]) else {
            Issue.record("the mistake is taken")
            return
        }
        let lines = problems.problems.map { "\($0.path): \($0.message); \($0.accepted)" }
        #expect(lines.count == 1 && lines[0].hasPrefix(told), "\(lines)")
        #expect(!lines.joined().contains("secret"))
    }

    @Test(
        "engines that serve TLS are read, written, and checked",
        arguments: [
            ("{ serverName: engine.test, caFile: /ca.crt }", nil),
            ("{ serverName: engine.test }", nil),
            ("{ caFile: /ca.crt }", "spec.replica.engine.tls.serverName: the field is missing"),
            ("{ serverName: 10.0.0.1 }", "spec.replica.engine.tls.serverName: \"10.0.0.1\" is not a host name"),
            ("{ serverName: a.test, caFile: ca.crt }", "spec.replica.engine.tls.caFile: the value is not accepted"),
            ("{ serverName: a.test, verify: false }", "spec.replica.engine.tls.verify: unknown field"),
        ])
    func engines(_ tls: String, _ told: String?) throws {
        let text = """
            apiVersion: tradewind.dev/v1alpha1
            kind: Workload
            metadata: { name: chat }
            spec:
              models: [chat]
              replica:
                profile: { CPU: { accelerators: 1, rate: 1 req/s } }
                engine: { command: [serve], tls: \(tls) }

            """
        switch FleetDecoder.decode([FleetFile(name: "w.yaml", text: text)]) {
        case .success(let resources):
            #expect(told == nil)
            let written = FleetEncoder.yaml(resources)
            #expect(written.contains("engine.test"))
            #expect(try FleetDecoder.decode([FleetFile(name: "w.yaml", text: written)]).get() == resources)
        case .failure(let problems):
            let lines = problems.problems.map { "\($0.path): \($0.message)" }
            #expect(told != nil && lines.contains { $0.hasPrefix(told ?? "") }, "\(lines)")
        }
    }

    @Test(
        "routes name the upgrades they allow, towards one workload",
        arguments: [
            ("to: { workload: chat }, upgrades: [websocket]", nil),
            ("to: { workload: chat }, upgrades: [h2c]", "spec.upgrades[0]: \"h2c\" is not one of the values"),
            ("upgrades: [websocket]", "spec.upgrades: a request for an upgrade has no body that could name a model"),
            (
                "to: { workload: chat }, upgrades: [websocket, websocket]",
                "spec.upgrades[1]: upgrade \"websocket\" is already entry 0"
            ),
        ])
    func upgrades(_ fields: String, _ told: String?) throws {
        let text = """
            apiVersion: tradewind.dev/v1alpha1
            kind: Workload
            metadata: { name: chat }
            spec: { models: [chat], replica: { profile: { CPU: { accelerators: 1, rate: 1 req/s } } } }
            ---
            apiVersion: tradewind.dev/v1alpha1
            kind: Route
            metadata: { name: realtime }
            spec: { match: { paths: [/v1/realtime] }, \(fields) }

            """
        switch FleetDecoder.decode([FleetFile(name: "r.yaml", text: text)]) {
        case .success(let resources):
            #expect(told == nil)
            let written = FleetEncoder.yaml(resources)
            #expect(written.contains("websocket"))
            #expect(try FleetDecoder.decode([FleetFile(name: "r.yaml", text: written)]).get() == resources)
        case .failure(let problems):
            let lines = problems.problems.map { "\($0.path): \($0.message)" }
            #expect(told != nil && lines.contains { $0.hasPrefix(told ?? "") }, "\(lines)")
        }
    }

    @Test("beyond loopback need TLS")
    func exposed() throws {
        let text = Self.document.components(separatedBy: "  tls:")[0]
        guard case .failure(let problems) = FleetDecoder.decode([FleetFile(name: "g.yaml", text: text)]) else {
            Issue.record("the mistake is taken")
            return
        }
        #expect(problems.problems.map(\.path) == ["spec.listen"])
    }
}
