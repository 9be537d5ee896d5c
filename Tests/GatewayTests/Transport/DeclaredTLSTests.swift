import FleetModel
import Gateway
import Logging
import NIOCore
import NIOPosix
import TestCertificates
import Testing

/// A whole gateway, told of its certificates as in production: by the snapshot on its disk, or by its flags.
@Suite("Declared TLS", .timeLimit(.minutes(2)))
struct DeclaredTLSTests {
    private static func snapshot(_ tls: GatewayTLS?) -> RoutingSnapshot {
        RoutingSnapshot(
            version: SnapshotVersion(epoch: 1, generation: 1), gateway: "test",
            gatewayLocation: Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: "CA"), workloads: [],
            planes: [], routes: [], tls: tls)
    }

    /// Runs a gateway over a folder and asks it, in TLS, whether it serves.
    private static func url(folder: String, flags: GatewayTLS?, trusting authority: TestAuthority) async throws -> String {
        let serving = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: String.self)
        let server = GatewayServer(
            configuration: GatewayConfiguration(
                name: "test", listen: ListenAddress(host: "127.0.0.1", port: 0), stateFolder: folder, tls: flags),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onServing: { serving.succeed($0) })
        let running = Task { try await server.run() }
        let url = try await serving.futureResult.get()
        let address = ListenAddress(String(url.split(separator: "/").last ?? "")) ?? ListenAddress(host: "", port: 0)
        let client = try await SecureClient(
            address, try SecureClient.configuration(trusting: authority), serverName: "api.test")
        try await client.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let response = try await client.response()
        #expect(response.body == "ok\n")
        try await client.close()
        running.cancel()
        try await running.value
        return url
    }

    @Test("a snapshot's certificates are served with, and a flag's before them")
    func declared() async throws {
        let (authority, other) = (try TestAuthority(), try TestAuthority("Other"))
        defer { withExtendedLifetime((authority, other)) {} }
        let files = try authority.issue("api.test")
        let otherFiles = try other.issue("api.test")
        let declared = GatewayTLS(certificates: [.init(certificateFile: files.certificate, keyFile: files.key)])
        let flags = GatewayTLS(certificates: [.init(certificateFile: otherFiles.certificate, keyFile: otherFiles.key)])
        let folder = "\(authority.folder)/gateway"
        try SavedSnapshot(snapshot: Self.snapshot(declared), contactUnixSeconds: nil).save(to: folder)
        let bySnapshot = try await Self.url(folder: folder, flags: nil, trusting: authority)
        let byFlags = try await Self.url(folder: folder, flags: flags, trusting: other)
        #expect(bySnapshot.hasPrefix("https://127.0.0.1:") && byFlags.hasPrefix("https://127.0.0.1:"))
    }

    @Test("flags that name no certificate keep a gateway from starting")
    func missing() async throws {
        let flags = GatewayTLS(certificates: [.init(certificateFile: "/nowhere/tls.crt", keyFile: "/nowhere/tls.key")])
        let server = GatewayServer(
            configuration: GatewayConfiguration(
                name: "test", listen: ListenAddress(host: "127.0.0.1", port: 0), stateFolder: "/nowhere", tls: flags),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await #expect(throws: (any Error).self) { try await server.run() }
    }

    @Test("a gateway may listen beyond loopback with TLS, or where a control plane may tell it of TLS", arguments: [true, false])
    func exposed(_ hasTLS: Bool) throws {
        let tls = GatewayTLS(certificates: [.init(certificateFile: "/tls.crt", keyFile: "/tls.key")])
        let configuration = GatewayConfiguration(
            name: "test", listen: ListenAddress(host: "0.0.0.0", port: 8443), stateFolder: "/nowhere",
            serverURL: hasTLS ? nil : "http://127.0.0.1:8080", tokenFile: hasTLS ? nil : "/token", tls: hasTLS ? tls : nil)
        try configuration.validate()
    }
}
