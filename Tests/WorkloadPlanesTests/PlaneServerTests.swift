import AsyncHTTPClient
import FleetControl
import FleetModel
import FleetTransport
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Testing
import WorkloadPlanes

/// Whole planes: real sockets, and real processes where engines are local. What they should run lies on their disk.
@Suite struct PlaneServerTests {
    static let key = FeedAuthentication.key(seed: "seed", plane: "toronto")
    let state = TemporaryState()

    func withPlane(
        _ assignment: PlaneAssignment, change: (inout PlaneConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (String) async throws -> Void
    ) async throws {
        var configuration = state.configuration()
        configuration.shutdownLimit = .seconds(2)
        change(&configuration)
        try PrivateFile.write(try FleetJSON.encode(assignment), to: "\(configuration.folder)/assignment.json")
        let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
        var logger = Logger(label: "plane")
        logger.logLevel = .critical
        let server = PlaneServer(configuration: configuration, logger: logger, feedListens: { continuation.yield($0) })
        let plane = Task { try await server.run() }
        do {
            try await within {
                for await address in addresses { return try await body(address) }
                throw TookTooLong()
            }
        } catch {
            plane.cancel()
            _ = try? await plane.value
            throw error
        }
        plane.cancel()
        try await plane.value
    }

    private static func feed(_ address: String, key: String, gateway: String = "frankfurt", nonce: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://\(address)/feed")
        let signature = FeedAuthentication.requestSignature(
            key: key, gateway: GatewayName(gateway), plane: "toronto", nonce: nonce)
        request.headers = [
            "x-tradewind-gateway": gateway, "x-tradewind-nonce": nonce, "authorization": "Tradewind-HMAC \(signature)",
        ]
        return request
    }

    /// Follows the feed, checking every signature, until a report satisfies the condition.
    static func follow(
        _ address: String, until isEnough: @Sendable (PlaneReport) throws -> Bool
    ) async throws -> PlaneReport {
        let nonce = FeedAuthentication.makeNonce()
        let answer = try await HTTPClient.shared.execute(feed(address, key: key, nonce: nonce), timeout: .seconds(60))
        #expect(answer.status == .ok)
        var line: [UInt8] = []
        var sequence: UInt64 = 0
        for try await piece in answer.body {
            for byte in piece.readableBytesView {
                guard byte == 10 else {
                    line.append(byte)
                    continue
                }
                let payload = Array(line.dropFirst(65))
                let signature = FeedAuthentication.lineSignature(key: key, nonce: nonce, sequence: sequence, payload: payload)
                #expect(String(decoding: line.prefix(64), as: UTF8.self) == signature)
                let report = try FleetJSON.decode(PlaneReport.self, from: payload)
                if try isEnough(report) { return report }
                sequence += 1
                line = []
            }
        }
        throw TookTooLong()
    }

    @Test("the feed is for gateways that prove themselves")
    func feedAuthentication() async throws {
        try await withPlane(Fixture.assignment(engine: nil, count: 0, key: Self.key)) { address in
            let report = try await Self.follow(address) { $0.assignment?.generation == 1 }
            #expect(report.plane == "toronto")
            #expect(report.planeStart == 1)
            let nonce = FeedAuthentication.makeNonce()
            let strangers = [
                Self.feed(address, key: FeedAuthentication.key(seed: "other", plane: "toronto"), nonce: nonce),
                Self.feed(address, key: Self.key, gateway: "singapore", nonce: nonce),
                Self.feed(address, key: Self.key, nonce: "short"),
                HTTPClientRequest(url: "http://\(address)/feed"),
            ]
            for stranger in strangers {
                #expect(try await HTTPClient.shared.execute(stranger, timeout: .seconds(30)).status == .unauthorized)
            }
            let health = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: "http://\(address)/healthz"), timeout: .seconds(30))
            #expect(health.status == .ok)
        }
    }

    @Test("a plane without a control plane starts its last assignment; a killed replica comes back as another")
    func localReplicas() async throws {
        let engine = EngineSpec.simulated(SimulatedEngineSpec(loadMilliseconds: 0))
        try await withPlane(Fixture.assignment(engine: engine, count: 1, key: Self.key)) { address in
            let first = try await Self.follow(address) { $0.replicas.contains { $0.state == .ready } }
            let replica = try #require(first.replicas.first { $0.state == .ready })
            #expect(replica.id.incarnation == 1)
            let models = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: "http://\(try #require(replica.address))/v1/models"), timeout: .seconds(30))
            #expect(models.status == .ok)
            let pid = try #require(replica.pid)
            #expect(kill(pid, SIGKILL) == 0)
            let second = try await Self.follow(address) { $0.replicas.contains { $0.state == .ready && $0.id != replica.id } }
            let successor = try #require(second.replicas.first { $0.state == .ready })
            #expect(successor.id.incarnation > 1)
            #expect(successor.address != replica.address)
            #expect(successor.restarts == 1)
        }
        let again = try PlaneIdentity.load("\(state.configuration().folder)/identity.json")
        #expect(again.nextIncarnation >= 3)
    }

    @Test("tells what the machine says of the accelerators a replica holds, and which generation it runs")
    func acceleratorUse() async throws {
        let page = """
            DCGM_FI_DEV_GPU_UTIL{gpu="0",modelName="NVIDIA H100 80GB HBM3",Hostname="node-1"} 75
            DCGM_FI_DEV_FB_USED{gpu="0",Hostname="node-1"} 20000
            DCGM_FI_DEV_FB_FREE{gpu="0",Hostname="node-1"} 60000
            DCGM_FI_DEV_GPU_UTIL{gpu="1",Hostname="node-1"} 3

            """
        let exporter = try await HTTPListener.bind(
            host: "127.0.0.1", port: 0, limits: .init(body: 1_024, connections: 16),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton
        ) { request, response in
            let isAsked = request.head.method == .GET && request.head.uri == "/metrics"
            try await response.answer(isAsked ? .ok : .notFound, body: isAsked ? page : "")
        }
        let port = exporter.port
        let assignment = Fixture.assignment(
            engine: .simulated(SimulatedEngineSpec(loadMilliseconds: 0)), count: 1, key: Self.key)
        let reads = { (configuration: inout PlaneConfiguration) in
            configuration.acceleratorMetrics = "http://127.0.0.1:\(port)/metrics"
        }
        try await withPlane(assignment, change: reads) { address in
            let report = try await Self.follow(address) { $0.replicas.contains { $0.acceleratorUse == 0.75 } }
            let replica = try #require(report.replicas.first { $0.acceleratorUse == 0.75 })
            #expect(replica.acceleratorMemoryUse == 0.25 && replica.generation == 1)
        }
        await exporter.close()
    }

    @Test("at a graceful shutdown the replicas drain, then the plane ends with none left")
    func gracefulShutdown() async throws {
        let engine = EngineSpec.simulated(SimulatedEngineSpec(loadMilliseconds: 0))
        var configuration = state.configuration()
        configuration.shutdownLimit = .seconds(10)
        let assignment = try FleetJSON.encode(Fixture.assignment(engine: engine, count: 2, key: Self.key))
        try PrivateFile.write(assignment, to: "\(configuration.folder)/assignment.json")
        let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
        var logger = Logger(label: "plane")
        logger.logLevel = .critical
        let server = PlaneServer(configuration: configuration, logger: logger, feedListens: { continuation.yield($0) })
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)], logger: logger))
        let running = Task { try await group.run() }
        let pids = try await within {
            for await address in addresses {
                let report = try await Self.follow(address) { $0.replicas.filter { $0.state == .ready }.count == 2 }
                return report.replicas.compactMap(\.pid)
            }
            throw TookTooLong()
        }
        await group.triggerGracefulShutdown()
        try await within { try await running.value }
        #expect(pids.count == 2)
        for pid in pids { #expect(kill(pid, 0) == -1) }
    }

    @Test("where nodes come and go, a replica serves once its node is launched")
    func launchedNode() async throws {
        let engine = EngineSpec.simulated(SimulatedEngineSpec(loadMilliseconds: 0))
        var assignment = Fixture.assignment(engine: engine, count: 1, key: Self.key)
        assignment.pools[0].provisioning = NodeProvisioning(launchTime: .milliseconds(50))
        assignment.pools[0].maxNodes = 2
        assignment.pools[0].warm = WarmPool(nodes: 1, state: .stopped)
        try await withPlane(assignment) { address in
            let report = try await Self.follow(address) { report in
                report.replicas.contains { $0.state == .ready } && report.nodes?.map(\.state) == [.ready, .stopped]
            }
            #expect(report.history?.map(\.launched) == [2])
        }
    }

    /// Serves on the address given; keeps the body it was asked to save by in a file.
    private static let trainer = """
        import http.server, sys
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status):
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()
            def do_GET(self): self.answer(200)
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.path == "/save": open(sys.argv[3], "wb").write(body)
                self.answer(204)
            def log_message(self, *arguments): pass
        http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
        """

    @Test("a replica is asked to save its work before it is stopped")
    func checkpoint() async throws {
        let saved = "\(state.configuration().folder)/saved.json"
        let engine = EngineSpec.command(
            CommandEngineSpec(command: ["python3", "-c", Self.trainer, "{host}", "{port}", saved], readinessPath: "/"))
        var assignment = Fixture.assignment(engine: engine, count: 1, key: Self.key)
        assignment.workloads[0].checkpoint = CheckpointCall(path: "/save", timeoutMilliseconds: 4_000)
        var configuration = state.configuration()
        configuration.shutdownLimit = .seconds(10)
        configuration.allowedCommands = ["python3"]
        try PrivateFile.write(try FleetJSON.encode(assignment), to: "\(configuration.folder)/assignment.json")
        let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
        var logger = Logger(label: "plane")
        logger.logLevel = .critical
        let server = PlaneServer(configuration: configuration, logger: logger, feedListens: { continuation.yield($0) })
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)], logger: logger))
        let running = Task { try await group.run() }
        try await within {
            for await address in addresses {
                _ = try await Self.follow(address) { $0.replicas.contains { $0.state == .ready } }
                return
            }
        }
        await group.triggerGracefulShutdown()
        try await within { try await running.value }
        let body = try #require(try PrivateFile.read(saved))
        #expect(
            String(decoding: body, as: UTF8.self) == #"{"reason":"the plane ends","withinMilliseconds":4000}"#)
    }

    @Test("a command the plane does not allow is refused in its report")
    func refusedCommand() async throws {
        let engine = EngineSpec.command(CommandEngineSpec(command: ["sleep", "1000"]))
        try await withPlane(Fixture.assignment(engine: engine, key: Self.key)) { address in
            let report = try await Self.follow(address) { !$0.refusals.isEmpty }
            #expect(report.refusals.first?.reason.contains("--allow-command sleep") == true)
        }
    }

    @Test("two processes cannot run one plane")
    func lock() async throws {
        let configuration = state.configuration()
        try await withPlane(Fixture.assignment(engine: nil, count: 0)) { _ in
            await #expect(throws: (any Error).self) {
                try await PlaneServer(configuration: configuration, logger: Logger(label: "second")).run()
            }
        }
    }

    @Test("neither the plane nor its configuration, written out, shows the environment")
    func noSecretsInDescriptions() {
        var configuration = state.configuration()
        configuration.environment["VLLM_KEY"] = "sk-hidden"
        let server = PlaneServer(configuration: configuration, logger: Logger(label: "plane"))
        var dumped = ""
        dump(server, to: &dumped)
        dump(configuration, to: &dumped)
        for text in ["\(server)", String(reflecting: server), "\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("sk-hidden"))
        }
    }
}
