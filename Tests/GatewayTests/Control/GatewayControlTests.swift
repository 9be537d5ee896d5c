import FleetModel
import FleetRouting
import FleetTransport
import Gateway
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@Suite("Gateway control", .timeLimit(.minutes(5)))
struct GatewayControlTests {
    private func control(
        _ url: String?, folder: TemporaryFolder, sink: RecordingSink, dialer: Dialer = Dialer()
    ) throws -> GatewayControl {
        try GatewayControl(
            .init(
                gateway: ControlFixture.gateway, controlURL: url, token: ControlFixture.token, folder: folder.path, dialer: dialer
            ),
            group: MultiThreadedEventLoopGroup.singleton, sinks: [sink],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            traffic: { TrafficReport(requests: ["chat": 7]) })
    }

    /// A control plane that sends one snapshot and hands on the reports it gets.
    private func controlPlane(
        _ snapshot: RoutingSnapshot, onReport: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> StubServer {
        let text = String(decoding: try FleetJSON.encode(snapshot), as: UTF8.self)
        return try await StubServer { head, body, response in
            switch head.uri {
            case "/internal/v1/gateways/frankfurt/snapshot"
            where head.headers["authorization"] == ["Bearer \(ControlFixture.token)"]:
                response.begin(headers: ["content-type": "text/event-stream"])
                response.write("event: snapshot\ndata: \(text)\n\n")
            case "/internal/v1/gateways/frankfurt/report":
                onReport(body)
                response.answer(.noContent)
            default: response.answer(.notFound)
            }
        }
    }

    private func feed(_ replica: ListenAddress, key: String = ControlFixture.key, onRequest: Tally = Tally()) async throws
        -> StubServer
    {
        try await StubServer { head, _, response in
            onRequest.add()
            let nonce = head.headers["x-tradewind-nonce"].first ?? ""
            let proof = FeedAuthentication.requestSignature(
                key: ControlFixture.key, gateway: "frankfurt", plane: "near", nonce: nonce)
            guard head.uri == "/feed", head.headers["authorization"] == ["Tradewind-HMAC \(proof)"] else {
                return response.answer(.unauthorized)
            }
            response.begin(headers: ["content-type": "application/x-ndjson"])
            @Sendable func tell(_ sequence: UInt64) {
                let report = ControlFixture.report(sequence: sequence, replica: replica)
                guard let line = try? ControlFixture.line(report, nonce: nonce, sequence: sequence, key: key) else { return }
                response.write(line)
            }
            tell(0)
            tell(1)
            response.keep(every: .milliseconds(500)) { tell($0 + 1) }
        }
    }

    private func replica() async throws -> StubServer {
        try await StubServer { head, _, response in response.answer(head.uri == "/health" ? .ok : .notFound, "ok") }
    }

    @Test("asks as the workload says, shallow and deep, and tells where the deep checks stand")
    func declaredChecks() async throws {
        let isWell = Mutex(false)
        let asked = Mutex<Set<String>>([])
        let replica = try await StubServer { head, body, response in
            asked.withLock { _ = $0.insert("\(head.method) \(head.uri) \(body)") }
            let isDeep = head.uri == "/deep"
            response.answer(isDeep && !isWell.withLock { $0 } ? .internalServerError : .ok, "ok")
        }
        let feed = try await feed(replica.address)
        var snapshot = ControlFixture.snapshot(feed: feed.address)
        snapshot.workloads[0].resilience = WorkloadResilience(
            healthChecks: HealthChecks(
                shallow: .init(
                    path: "/alive", intervalMilliseconds: 100, timeoutMilliseconds: 100, healthyThreshold: 1,
                    unhealthyThreshold: 50),
                deep: .init(
                    path: "/deep", body: "{}", intervalMilliseconds: 100, timeoutMilliseconds: 100, healthyThreshold: 2,
                    unhealthyThreshold: 2)))
        let server = try await controlPlane(snapshot)
        let (folder, sink) = (try TemporaryFolder(), RecordingSink())
        let control = try control("http://\(server.address)", folder: folder, sink: sink)
        try await control.start(address: "127.0.0.1:8081")
        for wanted in [true, false, true] {
            isWell.withLock { $0 = wanted }
            try await sink.next { input in
                if case .event(.deepProbed(_, let isHealthy)) = input, isHealthy == wanted { () } else { nil }
            }
        }
        try await sink.next { input in if case .event(.probePassed) = input { () } else { nil } }
        #expect(asked.withLock { $0 } == ["GET /alive ", "POST /deep {}"])
        await control.stop()
    }

    @Test("follows snapshot, feed and probes; notices a killed replica; serves from disk afterwards")
    func wholeLife() async throws {
        let replica = try await replica()
        let feed = try await feed(replica.address)
        let reports = AsyncStream.makeStream(of: String.self)
        let server = try await controlPlane(ControlFixture.snapshot(feed: feed.address)) { reports.continuation.yield($0) }
        let (folder, sink) = (try TemporaryFolder(), RecordingSink())
        let control = try control("http://\(server.address)", folder: folder, sink: sink)
        try await control.start(address: "127.0.0.1:8081")

        let entry = try await sink.next { input -> ReplicaEntry? in
            guard case .table(let table) = input else { return nil }
            return table.replicas.compactMap { $0 }.first
        }
        #expect(entry.address == replica.address)
        let passed = try await sink.next { input -> ReplicaHandle? in
            guard case .event(.probePassed(let handle)) = input else { return nil }
            return handle
        }
        #expect(passed == entry.handle)
        #expect(control.facts.readiness.isReady)
        #expect(control.facts.planes.first?.isFeedLive == true)

        try await replica.kill()
        let failed = try await sink.next { input -> ReplicaHandle? in
            guard case .event(.probeFailed(let handle, .refused)) = input else { return nil }
            return handle
        }
        #expect(failed == entry.handle)

        var sent = reports.stream.makeAsyncIterator()
        let body = try #require(await sent.next())
        let report = try FleetJSON.decode(GatewayReport.self, from: Array(body.utf8))
        #expect(report.gateway == "frankfurt" && report.address == "127.0.0.1:8081" && report.requests == ["chat": 7])
        await control.stop()
        try await server.kill()
        try await servesFromDisk(folder)
        try await feed.kill()
    }

    @Test("an address and a token that come later, or change, are taken up, for the planes' feeds too")
    func renewedCredentials() async throws {
        let replica = try await replica()
        let feed = try await feed(replica.address)
        let server = try await controlPlane(ControlFixture.snapshot(feed: feed.address))
        let answers = Mutex<[GatewayControl.Configuration.Credentials?]>([
            nil, .init(url: "http://\(server.address)", token: "a token that does not hold any more"),
        ])
        let right = GatewayControl.Configuration.Credentials(url: "http://\(server.address)", token: ControlFixture.token)
        let (folder, sink) = (try TemporaryFolder(), RecordingSink())
        let control = try GatewayControl(
            .init(
                gateway: ControlFixture.gateway, controlURL: nil, token: "", folder: folder.path,
                renewed: { answers.withLock { $0.isEmpty ? right : $0.removeFirst() } }),
            group: MultiThreadedEventLoopGroup.singleton, sinks: [sink],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, traffic: { TrafficReport() })
        try await control.start(address: "127.0.0.1:8081")
        let entry = try await sink.next { input -> ReplicaEntry? in
            guard case .table(let table) = input else { return nil }
            return table.replicas.compactMap { $0 }.first
        }
        #expect(entry.address == replica.address)
        await control.stop()
        for stub in [replica, feed, server] { try await stub.kill() }
    }

    /// A new process without a control plane routes by the file at once and finds the replica by its feed.
    private func servesFromDisk(_ folder: TemporaryFolder) async throws {
        let sink = RecordingSink()
        let control = try control(nil, folder: folder, sink: sink)
        try await control.start(address: "127.0.0.1:8081")
        #expect(control.facts.table?.directory.version == SnapshotVersion(epoch: 1, generation: 1))
        #expect(control.facts.contact != nil)
        #expect(!control.facts.readiness.isReady || control.facts.planes.first?.isFeedLive == true)
        _ = try await sink.next { input -> Bool? in
            guard case .table(let table) = input, table.isServable(WorkloadIndex(0)) else { return nil }
            return true
        }
        await control.stop()
    }

    @Test("a replica that takes a probe and never answers it is silent, not unhealthy")
    func silentReplica() async throws {
        let replica = try await StubServer { _, _, _ in }
        let feed = try await feed(replica.address)
        let server = try await controlPlane(ControlFixture.snapshot(feed: feed.address))
        let (folder, sink) = (try TemporaryFolder(), RecordingSink())
        let control = try control("http://\(server.address)", folder: folder, sink: sink)
        try await control.start(address: "127.0.0.1:8081")
        let failure = try await sink.next { input -> RouterEvent.ProbeFailure? in
            guard case .event(.probeFailed(_, let failure)) = input else { return nil }
            return failure
        }
        #expect(failure == .silent)
        await control.stop()
        try await server.kill()
        try await feed.kill()
        try await replica.kill()
    }

    @Test("a feed whose lines are signed with another key tells nothing, and is asked again")
    func forgedFeed() async throws {
        let (requests, sink, folder) = (Tally(), RecordingSink(), try TemporaryFolder())
        let feed = try await feed(ListenAddress(host: "127.0.0.1", port: 9), key: "00", onRequest: requests)
        let server = try await controlPlane(ControlFixture.snapshot(feed: feed.address))
        let control = try control("http://\(server.address)", folder: folder, sink: sink)
        try await control.start(address: "127.0.0.1:8081")
        await requests.reached(3)
        #expect(control.facts.table?.replicas.isEmpty == true)
        #expect(control.facts.planes.first?.isFeedLive == false)
        #expect(!control.facts.readiness.isReady)
        await control.stop()
        try await server.kill()
        try await feed.kill()
    }

    @Test("a snapshot for another gateway is neither used nor kept")
    func foreignSnapshot() async throws {
        var snapshot = ControlFixture.snapshot(feed: nil)
        snapshot.gateway = "toronto"
        let reports = Tally()
        let server = try await controlPlane(snapshot) { _ in reports.add() }
        let (folder, sink) = (try TemporaryFolder(), RecordingSink())
        let control = try control("http://\(server.address)", folder: folder, sink: sink)
        try await control.start(address: "127.0.0.1:8081")
        _ = try await sink.next { input -> Bool? in
            guard case .controlPlaneContact = input else { return nil }
            return true
        }
        #expect(control.facts.table == nil)
        #expect(try SavedSnapshot.load(from: folder.path) == nil)
        await control.stop()
        try await server.kill()
    }
}
