import FleetModel
import FleetTransport
import FoundationEssentials
import Gateway
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@Suite("GatewayServer", .timeLimit(.minutes(5)))
struct GatewayServerTests {
    @Test("serves from the snapshot on disk, and ends when it is told")
    func fromDisk() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gateway-\(UInt64.random(in: 0 ... .max))")
            .path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let snapshot = RoutingSnapshot(
            version: SnapshotVersion(epoch: 1, generation: 7), gateway: "test",
            gatewayLocation: Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: "CA"),
            workloads: [
                RoutingSnapshot.Workload(
                    name: "chat", models: ["chat"], latencyBudgetMilliseconds: 100, failoverLatencyBudgetMilliseconds: 200,
                    allowedPlanes: ["near"], placedPlanes: ["near"])
            ],
            planes: [
                RoutingSnapshot.Plane(
                    name: "near", provider: "onprem", region: "r", coordinates: Coordinates(latitude: 0, longitude: 1))
            ],
            routes: [RoutingSnapshot.Route(name: "openai", paths: ["/v1/"])])
        try SavedSnapshot(snapshot: snapshot, contactUnixSeconds: nil).save(to: folder)
        let listening = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: ListenAddress.self)
        let server = GatewayServer(
            configuration: GatewayConfiguration(
                name: "test", listen: ListenAddress(host: "127.0.0.1", port: 0), stateFolder: folder, threads: 2),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onListening: { listening.succeed($0) })
        let running = Task { try await server.run() }
        let client = try await RawClient(try await listening.futureResult.get())
        try await client.send(
            ["/v1/models", "/readyz", "/metrics"].map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
                + TestFleet.post("chat"))
        let responses = try await client.responses(4)
        #expect(responses.map(\.status) == [200, 503, 200, 503])
        #expect(responses[0].body.contains("\"chat\"") && responses[1].body.contains("\"waitingFor\":[\"chat\"]"))
        #expect(responses[2].body.contains("tradewind_gateway_"))
        running.cancel()
        _ = try await client.transcript.waitForClose()
        try await running.value
    }

    private func server(_ configuration: GatewayConfiguration) -> (
        running: Task<Void, any Error>, address: EventLoopFuture<ListenAddress>
    ) {
        let listening = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: ListenAddress.self)
        let server = GatewayServer(
            configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { listening.succeed($0) })
        return (Task { try await server.run() }, listening.futureResult)
    }

    @Test("without a flag it listens where the control plane says, and without one where its snapshot on disk does")
    func declared() async throws {
        var snapshot = ControlFixture.snapshot(feed: nil)
        snapshot.listen = ListenAddress(host: "127.0.0.2", port: 0)
        let text = String(decoding: try FleetJSON.encode(snapshot), as: UTF8.self)
        let control = try await StubServer { head, _, response in
            guard head.uri.hasSuffix("/snapshot") else { return response.answer(.notFound) }
            response.begin(headers: ["content-type": "text/event-stream"])
            response.write("id: 1\nevent: snapshot\ndata: \(text)\n\n")
        }
        let folder = try TemporaryFolder()
        snapshot.listen = ListenAddress(host: "127.0.0.3", port: 0)
        try SavedSnapshot(snapshot: snapshot, contactUnixSeconds: nil).save(to: folder.path)
        let tokenFile = "\(folder.path)/token"
        try PrivateFile.write(Array(ControlFixture.token.utf8), to: tokenFile)
        let asked = server(
            GatewayConfiguration(
                name: ControlFixture.gateway, listen: nil, stateFolder: folder.path, serverURL: "http://\(control.address)",
                tokenFile: tokenFile))
        #expect(try await asked.address.get().host == "127.0.0.2")
        asked.running.cancel()
        try await asked.running.value
        try await control.kill()
        snapshot.version.generation += 1
        try SavedSnapshot(snapshot: snapshot, contactUnixSeconds: nil).save(to: folder.path)
        let alone = server(GatewayConfiguration(name: ControlFixture.gateway, listen: nil, stateFolder: folder.path))
        #expect(try await alone.address.get().host == "127.0.0.3")
        alone.running.cancel()
        try await alone.running.value
    }

    @Test("refuses to listen beyond this machine", arguments: ["0.0.0.0", "192.168.1.1", "::", "example.com"])
    func loopbackOnly(_ host: String) {
        let configuration = GatewayConfiguration(
            name: "test", listen: ListenAddress(host: host, port: 0), stateFolder: "/nowhere")
        #expect(throws: GatewayConfiguration.Problem.self) { try configuration.validate() }
    }
}
