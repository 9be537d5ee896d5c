import AsyncHTTPClient
import FleetControl
import FleetModel
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing
import WorkloadPlanes

@Suite struct EndpointReplicaDriverTests {
    private static let group = MultiThreadedEventLoopGroup.singleton
    private let state = TemporaryState()

    /// A driver, its events, and a server it forwards to.
    private func withEndpoint(
        _ driver: (Int) -> EndpointDriver, names: NameLookup = .system, upstream: @escaping HTTPListener.Handler,
        _ body: (EndpointReplicaDriver, AsyncStream<PlaneEvent>, StartOrder) async throws -> Void
    ) async throws {
        let server = try await HTTPListener.bind(
            host: "127.0.0.1", port: 0, limits: .init(body: 1 << 20, connections: 16), eventLoopGroup: Self.group,
            handler: upstream)
        let (events, continuation) = AsyncStream.makeStream(of: PlaneEvent.self)
        let replicas = EndpointReplicaDriver(
            configuration: state.configuration(), names: names, eventLoopGroup: Self.group, report: { continuation.yield($0) })
        let order = Fixture.order(nil, driver: .endpoint(driver(server.port)), devices: [])
        replicas.start(order)
        do {
            try await body(replicas, events, order)
        } catch {
            await server.close()
            throw error
        }
        replicas.kill(order.id)
        await server.close()
    }

    private var address: String { "http://\(state.configuration().replicaHost):20000" }

    private static func local(_ port: Int, key: KeyReference? = nil) -> EndpointDriver {
        EndpointDriver(url: "http://127.0.0.1:\(port)/base", key: key, allowPrivateAddresses: true)
    }

    private func next(_ events: AsyncStream<PlaneEvent>) async throws -> PlaneEvent {
        try await within {
            for await event in events { return event }
            throw TookTooLong()
        }
    }

    @Test("forwards with the upstream's key instead of the client's, streams back, and ends when stopped")
    func forwards() async throws {
        try state.write("sk-ours", to: "\(state.configuration().secrets)/k")
        try state.write("127.0.0.1", to: "\(state.configuration().secrets)/k.host")
        let seen = Mutex<[String]>([])
        try await withEndpoint {
            Self.local($0, key: .file("k"))
        } upstream: { request, response in
            let authorization = request.head.headers.first(name: "authorization") ?? ""
            seen.withLock { $0.append("\(request.head.method) \(request.head.uri) \(authorization)") }
            try await response.begin(.ok, headers: ["content-type": "text/event-stream"])
            try await response.write(ByteBuffer(string: "data: "))
            try await response.write(request.body)
        } _: { replicas, events, order in
            #expect(try await next(events) == .started(order.id, pid: nil))
            guard case .probePassed(_, let onward) = await replicas.probe(order.id) else {
                Issue.record("the probe failed")
                return
            }
            #expect(onward > .zero)
            var request = HTTPClientRequest(url: address + "/v1/chat/completions?a=b")
            request.method = .POST
            request.headers = ["authorization": "Bearer client"]
            request.body = .bytes(ByteBuffer(string: "hello"))
            let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            #expect(answer.status == .ok)
            #expect(String(buffer: try await answer.body.collect(upTo: 1_024)) == "data: hello")
            let ready = try await HTTPClient.shared.execute(HTTPClientRequest(url: address + "/-/ready"), timeout: .seconds(30))
            #expect(ready.status == .ok)
            replicas.stop(order.id, grace: .seconds(1))
            #expect(try await next(events) == .exited(order.id, reason: "stopped"))
        }
        #expect(
            seen.withLock { $0 } == ["GET /base/health Bearer sk-ours", "POST /base/v1/chat/completions?a=b Bearer sk-ours"])
    }

    /// Counts how often a name was looked up.
    private final class Looks: Sendable {
        private let count = Mutex(0)

        var made: Int { count.withLock { $0 } }

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    /// Looks up one name: what each look gives, by its number; each look's address is judged for `lifetime`.
    private static func names(
        _ looks: Looks, lifetime: Duration = .zero, _ found: @escaping @Sendable (Int) async throws -> [String]
    ) -> NameLookup {
        NameLookup(lifetime: lifetime) { _, port in
            return try await found(looks.next()).map { try SocketAddress(ipAddress: $0, port: port) }
        }
    }

    private static func named(_ port: Int) -> EndpointDriver {
        EndpointDriver(url: "http://models.example:\(port)", allowPrivateAddresses: true)
    }

    private func status(_ path: String = "/v1/models") async throws -> HTTPResponseStatus {
        try await HTTPClient.shared.execute(HTTPClientRequest(url: address + path), timeout: .seconds(30)).status
    }

    @Test("requests that need an address at the same time wait for one look at the name")
    func oneLookup() async throws {
        let looks = Looks()
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let names = Self.names(looks, lifetime: .seconds(3_600)) { _ in
            for await _ in gate { break }
            return ["127.0.0.1"]
        }
        try await withEndpoint(Self.named, names: names) { _, response in
            try await response.answer(.ok)
        } _: { replicas, events, order in
            _ = try await next(events)
            try await withThrowingTaskGroup(of: HTTPResponseStatus.self) { group in
                for _ in 0..<8 { group.addTask { try await self.status() } }
                try await within {
                    while await replicas.measure(order.id)?.running != 8 { await Task.yield() }
                }
                opener.finish()
                for try await status in group { #expect(status == .ok) }
            }
        }
        #expect(looks.made == 1)
    }

    @Test("of several addresses one that takes connections is used, and it is kept when names cannot be looked up")
    func addresses() async throws {
        let looks = Looks()
        // Nothing listens at the first: the server has 127.0.0.1 alone.
        let names = Self.names(looks) { look in
            guard look % 2 == 1 else { throw TookTooLong() }
            return look % 4 == 1 ? ["127.0.0.99", "127.0.0.1"] : ["127.0.0.1", "127.0.0.99"]
        }
        try await withEndpoint(Self.named, names: names) { _, response in
            try await response.answer(.ok)
        } _: { _, events, _ in
            _ = try await next(events)
            for _ in 0..<4 { #expect(try await status() == .ok) }
        }
        #expect(looks.made == 4)
    }

    @Test("an address that is refused is not used beside one that is allowed, nor when the name points there alone")
    func refusedAddresses() async throws {
        let looks = Looks()
        let names = Self.names(looks) { look in look == 1 ? ["0.0.0.0", "127.0.0.1"] : ["0.0.0.0"] }
        try await withEndpoint(Self.named, names: names) { _, response in
            try await response.answer(.ok)
        } _: { _, events, _ in
            _ = try await next(events)
            #expect(try await status() == .ok)
            #expect(try await status() == .badGateway)
        }
    }

    @Test("does not follow redirects, and tells the client nothing of where they lead")
    func redirects() async throws {
        try await withEndpoint {
            Self.local($0)
        } upstream: { _, response in
            try await response.answer(.found, headers: ["location": "http://169.254.169.254/"])
        } _: { replicas, events, order in
            _ = try await next(events)
            #expect(await replicas.probe(order.id) == .probeFailed(order.id, reason: "it answered 302"))
            let answer = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: address + "/v1/models"), timeout: .seconds(30))
            #expect(answer.status == .badGateway)
            #expect(answer.headers["location"].isEmpty)
        }
    }

    @Test("a loopback upstream is refused at the connection when the plane did not opt in")
    func privateAddress() async throws {
        let hits = Mutex(0)
        try await withEndpoint {
            EndpointDriver(url: "http://localhost:\($0)")
        } upstream: { _, response in
            hits.withLock { $0 += 1 }
            try await response.answer(.ok)
        } _: { replicas, events, order in
            _ = try await next(events)
            guard case .probeFailed(_, let reason) = await replicas.probe(order.id) else {
                Issue.record("the probe passed")
                return
            }
            #expect(reason.contains("allowPrivateAddresses"))
            let answer = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: address + "/v1/models"), timeout: .seconds(30))
            #expect(answer.status == .badGateway)
        }
        #expect(hits.withLock { $0 } == 0)
    }

    @Test("passes on the API only", arguments: ["/", "/admin", "/v1/../admin", "/v1/%2e%2e/admin", "/v1", "/v10/x"])
    func paths(path: String) async throws {
        try await withEndpoint {
            Self.local($0)
        } upstream: { request, response in
            try await response.answer(.ok)
        } _: { _, events, _ in
            _ = try await next(events)
            var request = HTTPClientRequest(url: address + path)
            request.method = .GET
            let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            #expect(answer.status == .notFound)
        }
    }

    @Test("a client that leaves cancels the upstream's work")
    func cancels() async throws {
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        try await withEndpoint {
            Self.local($0)
        } upstream: { request, response in
            try await response.begin(.ok)
            do {
                while true { try await response.write(ByteBuffer(repeating: 0x61, count: 64 << 10)) }
            } catch {
                continuation.yield()
                throw error
            }
        } _: { _, events, _ in
            _ = try await next(events)
            let url = address + "/v1/stream"
            let client = Task {
                let answer = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
                var iterator = answer.body.makeAsyncIterator()
                return try await iterator.next()?.readableBytes ?? 0
            }
            #expect(try await client.value > 0)
            try await within { for await _ in ended { return } }
        }
    }

    @Test("a key that is not bound to the host is refused before anything listens")
    func unboundKey() async throws {
        try state.write("sk-ours", to: "\(state.configuration().secrets)/k")
        try await withEndpoint {
            Self.local($0, key: .file("k"))
        } upstream: { _, response in
            try await response.answer(.ok)
        } _: { _, events, order in
            guard case .startRefused(order.id, let reason) = try await next(events) else {
                Issue.record("it was started")
                return
            }
            #expect(reason.contains("k.host"))
        }
    }
}
