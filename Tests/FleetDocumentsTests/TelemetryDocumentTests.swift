import FleetControl
import FleetDocuments
import FleetModel
import Testing

@Suite("Telemetry in documents")
struct TelemetryDocumentTests {
    private static let listen = "listen: \"127.0.0.1:8081\""

    private func text(_ spec: String) -> String { sampleFleet.replacing(Self.listen, with: spec) }

    private func gateway(_ spec: String) throws -> Gateway {
        let decoded = FleetDecoder.decode([FleetFile(name: "fleet.yaml", text: text(spec))], known: [])
        guard case .success(let resources) = decoded else {
            Issue.record("the fleet is refused: \(problems(in: text(spec)))")
            throw CancellationError()
        }
        return try #require(resources.lazy.compactMap { if case .gateway(let gateway) = $0 { gateway } else { nil } }.first)
    }

    @Test("every field is read, with its standard where it is left out")
    func fields() throws {
        #expect(try gateway(Self.listen).telemetry == .none)
        #expect(try gateway("accessLog: {}").telemetry == GatewayTelemetry(accessLog: .init(path: "-")))
        #expect(
            try gateway("accessLog: { path: /var/log/a.log, sampling: 5%, maxSize: 1MiB, maxFiles: 2 }").telemetry
                == GatewayTelemetry(accessLog: .init(path: "/var/log/a.log", sampling: 0.05, maxBytes: 1 << 20, maxFiles: 2)))
        #expect(
            try gateway("tracing: { endpoint: 'http://127.0.0.1:4318', sampling: 10%, serviceName: door }").telemetry
                == GatewayTelemetry(tracing: .init(endpoint: "http://127.0.0.1:4318", sampling: 0.1, serviceName: "door")))
    }

    @Test("reaches the gateway's snapshot, and costs a fleet that declares none nothing there")
    func snapshot() throws {
        for (spec, expected) in [
            ("accessLog: {}", GatewayTelemetry(accessLog: .init(path: "-"))), (Self.listen, nil),
        ] as [(String, GatewayTelemetry?)] {
            let decoded = FleetDecoder.decode([FleetFile(name: "fleet.yaml", text: text(spec))], known: [])
            let fleet = Fleet(try decoded.get())
            let composer = SnapshotComposer(fleet: fleet, decision: PlacementDecision(workloads: []))
            #expect(composer.snapshots.map(\.telemetry) == [expected])
        }
    }

    @Test(
        "what cannot work is refused with what would be right",
        arguments: [
            ("accessLog: { path: access.log }", "spec.accessLog.path: \"access.log\" is not a path; an absolute path"),
            ("accessLog: { path: /var/log/ }", "spec.accessLog.path: \"/var/log/\" is not a path"),
            ("accessLog: { sampling: 101% }", "spec.accessLog.sampling: "),
            ("accessLog: { maxSize: 1KiB }", "spec.accessLog.maxSize: 1024 bytes are out of range; 64KiB to 1TiB"),
            ("accessLog: { maxFiles: 0 }", "spec.accessLog.maxFiles: 0 is out of range; 1 to 100"),
            ("accessLog: { file: /a }", "spec.accessLog.file: unknown field"),
            ("tracing: {}", "spec.tracing.endpoint: the field is missing"),
            (
                "tracing: { endpoint: '127.0.0.1:4318' }",
                "spec.tracing.endpoint: \"127.0.0.1:4318\" is not a URL; an http or https"
            ),
            ("tracing: { endpoint: 'http://u:p@h' }", "spec.tracing.endpoint: \"http://u:p@h\" is not a URL"),
            (
                "tracing: { endpoint: 'http://h', serviceName: 'a b' }",
                "spec.tracing.serviceName: \"a b\" is not a service's name"
            ),
        ])
    func refusals(_ spec: String, _ expected: String) {
        let found = problems(in: text(spec))
        #expect(found.contains { $0.contains(expected) }, "found \(found)")
    }
}
