import ControlPlane
import FleetModel
import FleetTransport
import Foundation
import Logging
import NIOPosix
import ServiceLifecycle
import TestCertificates
import Testing

@Suite("The control plane on its port", .serialized)
struct ControlPlaneServerTests {
    /// Runs a server on a port of the system's choice for as long as `body` takes, then shuts it down gracefully.
    private func serving(
        _ folder: ScratchFolder, tls: ControlPlaneConfiguration.TLS? = nil,
        _ body: @Sendable @escaping (ServerAddress) async throws -> Void
    ) async throws {
        let (addresses, listening) = AsyncStream<ServerAddress>.makeStream()
        let configuration = ControlPlaneConfiguration(stateFolder: folder.state, port: 0, tls: tls)
        let server = ControlPlaneServer(
            configuration: configuration, logger: Logger(label: "test"),
            onListening: {
                listening.yield($0)
                listening.finish()
            })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [server], logger: Logger(label: "test")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await group.run()
            }
            for await address in addresses {
                do {
                    try await body(address)
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// A client for as long as `body` takes.
    private func withClient(
        _ address: ServerAddress, token: String, caFile: String? = nil, _ body: (ControlClient) async throws -> Void
    ) async throws {
        let client = try ControlClient(
            url: address.url, token: token, caFile: caFile, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        do {
            try await body(client)
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    @Test("a watch streams over the wire, resumes after the version it was at, and is refused where it cannot")
    func watch() async throws {
        let folder = ScratchFolder()
        try await serving(folder) { address in
            let admin = try #require(try PrivateFile.readSecret(folder.state.adminToken))
            try await withClient(address, token: admin) { client in
                var watch = client.events("/api/v1alpha1/workloads?watch=true").makeAsyncIterator()
                let applied = try await client.send("POST", "/api/v1alpha1/apply", body: Array(SampleFleet.whole.utf8))
                #expect(applied.status == 200)
                let added = try #require(try await watch.next())
                #expect(added.name == "ADDED")
                #expect(added.data.contains(#""kind":"Workload""#))

                var resumed = client.events("/api/v1alpha1/workloads?watch=true&resourceVersion=\(added.lastID)")
                    .makeAsyncIterator()
                let next = try #require(try await resumed.next())
                #expect((UInt64(next.lastID) ?? 0) > (UInt64(added.lastID) ?? .max))
                let gone = try await client.send("GET", "/api/v1alpha1/workloads?watch=true&resourceVersion=999999")
                #expect(gone.status == 410)
            }
        }
        let written = try #require(try PrivateFile.read(folder.state.serverAddress))
        #expect(try FleetJSON.decode(ServerAddress.self, from: written).url.hasPrefix("http://127.0.0.1:"))
    }

    @Test("a gateway's snapshot comes at once and again when it changes; open streams do not hold a graceful shutdown up")
    func snapshots() async throws {
        let folder = ScratchFolder()
        try await serving(folder) { address in
            let admin = try #require(try PrivateFile.readSecret(folder.state.adminToken))
            try await withClient(address, token: admin) { client in
                _ = try await client.send("POST", "/api/v1alpha1/apply", body: Array(SampleFleet.whole.utf8))
                let token = try await gatewayToken(folder, address)
                try await withClient(address, token: token) { gateway in
                    var events = gateway.events("/internal/v1/gateways/door-toronto/snapshot").makeAsyncIterator()
                    let first = try #require(try await events.next())
                    #expect(first.name == "snapshot")
                    let snapshot = try FleetJSON.decode(RoutingSnapshot.self, from: Array(first.data.utf8))
                    _ = try await client.send("POST", "/api/v1alpha1/apply", body: Array(SampleFleet.workload("late").utf8))
                    let second = try #require(try await events.next())
                    let newer = try FleetJSON.decode(RoutingSnapshot.self, from: Array(second.data.utf8))
                    #expect(newer.version > snapshot.version)
                }
            }
        }
    }

    /// The loop makes the gateway's token after the apply that declares it returned: it is known once a request with it is
    /// judged by its body.
    private func gatewayToken(_ folder: ScratchFolder, _ address: ServerAddress) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            guard let token = try PrivateFile.readSecret(folder.state.tokenFile(.gateway("door-toronto"))) else {
                await Task.yield()
                continue
            }
            var isKnown = false
            try await withClient(address, token: token) { gateway in
                let answer = try await gateway.send("POST", "/internal/v1/gateways/door-toronto/report", body: Array("{}".utf8))
                isKnown = answer.status == 422
            }
            if isKnown { return token }
        }
        throw APIError.notFound("no token was made")
    }

    @Test("over TLS a client that trusts the authority is served, one that does not sends nothing, nor does plain text")
    func tls() async throws {
        let authority = try TestAuthority()
        let stranger = try TestAuthority("Another Authority")
        let files = try authority.issue("control.test")
        let folder = ScratchFolder()
        try await serving(folder, tls: .init(certificateFile: files.certificate, keyFile: files.key)) { address in
            #expect(address.url.hasPrefix("https://127.0.0.1:"))
            let admin = try #require(try PrivateFile.readSecret(folder.state.adminToken))
            try await withClient(address, token: admin, caFile: authority.certificateFile) { client in
                let answer = try await client.send("GET", "/api/v1alpha1/workloads")
                #expect(answer.status == 200)
            }
            try await withClient(address, token: admin, caFile: stranger.certificateFile) { client in
                await #expect(throws: (any Error).self) { try await client.send("GET", "/api/v1alpha1/workloads") }
            }
            let plain = ServerAddress(url: address.url.replacing("https://", with: "http://"))
            try await withClient(plain, token: admin) { client in
                await #expect(throws: (any Error).self) { try await client.send("GET", "/api/v1alpha1/workloads") }
            }
        }
    }

    @Test("files that are no certificate and key are told by name")
    func unusableTLS() async throws {
        let authority = try TestAuthority()
        try authority.write("no certificate", to: "broken.crt")
        let folder = ScratchFolder()
        let broken = "\(authority.folder)/broken.crt"
        let files = try authority.issue("control.test")
        let problem = await #expect(throws: ControlPlaneConfiguration.Problem.self) {
            try await self.serving(folder, tls: .init(certificateFile: broken, keyFile: files.key)) { _ in }
        }
        #expect(problem?.description.hasPrefix("\(broken) cannot be used for TLS") == true)
    }

    @Test("a second server is kept out of the same state folder")
    func lock() async throws {
        let folder = ScratchFolder()
        try await serving(folder) { _ in
            let second = ControlPlaneServer(
                configuration: ControlPlaneConfiguration(stateFolder: folder.state, port: 0), logger: Logger(label: "test"))
            await #expect(throws: ControlPlaneConfiguration.Problem.alreadyServed(folder: folder.state.root)) {
                try await second.run()
            }
        }
        try await serving(folder) { address in #expect(address.url.hasPrefix("http://")) }
    }

    @Test("plain text beyond loopback is refused before anything is opened")
    func plainText() async throws {
        let folder = ScratchFolder()
        let server = ControlPlaneServer(
            configuration: ControlPlaneConfiguration(stateFolder: folder.state, host: "0.0.0.0", port: 0),
            logger: Logger(label: "test"))
        await #expect(throws: ControlPlaneConfiguration.Problem.plainTextBeyondLoopback(host: "0.0.0.0")) {
            try await server.run()
        }
        #expect(!FileManager.default.fileExists(atPath: folder.state.root))
    }
}
