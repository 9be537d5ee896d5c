import FleetModel
import Gateway
import NIOCore
import Testing

/// Clients that do not take their answers, or do not send what they announced.
@Suite("Slow clients", .timeLimit(.minutes(5)))
struct SlowClientTests {
    /// More than the system's buffers of a connection take.
    static let large = 8 * 1_024 * 1_024

    /// Returns once a connection that says nothing was cut for it: time passed by the gateway's own clock.
    static func outlastHeadTimeout(_ fleet: TestFleet) async throws {
        _ = try await fleet.client().transcript.waitForClose()
    }

    /// Returns once only so many clients are connected.
    static func waitForClients(_ count: Int, _ fleet: TestFleet) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await fleet.counters().openClientConnections > count {
            try #require(ContinuousClock.now < deadline, "a client is still connected")
            await Task.yield()
        }
    }

    static func paused(_ fleet: TestFleet) async throws -> RawClient {
        let client = try await RawClient(fleet.address, receiveBuffer: 64 * 1_024)
        try await client.channel.setOption(.autoRead, value: false).get()
        return client
    }

    @Test("a client that asks on without taking its answers is not read on, and gets them all once it takes them")
    func unreadPipeline() async throws {
        let body = String(repeating: "r", count: 500_000)
        let upstream = try await ScriptedUpstream { request in
            [.send(ScriptedUpstream.ok(request.text.hasPrefix("POST") ? body : "small"))]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await Self.paused(fleet)
            try await client.send(String(repeating: TestFleet.post(), count: 20))
            let other = try await fleet.client()
            for number in 1...30 {
                try await other.send("GET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await other.responses(number)
            }
            let answered = upstream.requests.filter { $0.text.hasPrefix("POST") }.count
            #expect(answered < 16, "at most what the system's buffers take, and one more")
            try await client.channel.setOption(.autoRead, value: true).get()
            _ = try await client.transcript.wait("all answers") { $0.bytes.count > 20 * 500_000 }
            try await client.close()
            try await other.close()
        }
    }

    @Test("a last answer that is taken slowly is taken whole")
    func slowLastAnswer() async throws {
        var limits = ProxyLimits.patient
        // Long enough for the request itself to arrive on a busy machine.
        (limits.lingerTimeout, limits.headTimeout) = (.milliseconds(50), .seconds(5))
        limits.heldResponseBytes = 2 * Self.large
        let upstream = try await ScriptedUpstream { _ in
            [.send(ScriptedUpstream.ok(String(repeating: "r", count: Self.large)))]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: limits) { fleet in
            let client = try await Self.paused(fleet)
            try await client.send(TestFleet.post(headers: "Connection: close\r\n"))
            try await upstream.waitForRequests(1)
            try await Self.outlastHeadTimeout(fleet)
            try await client.channel.setOption(.autoRead, value: true).get()
            let content = try await client.transcript.waitForClose()
            #expect(content.bytes.count > Self.large)
        }
    }

    @Test("a client that takes nothing of its answer is cut")
    func takesNothing() async throws {
        var limits = ProxyLimits.patient
        (limits.lingerTimeout, limits.writeTimeout) = (.milliseconds(50), .milliseconds(200))
        limits.heldResponseBytes = 2 * Self.large
        let upstream = try await ScriptedUpstream { _ in
            [.send(ScriptedUpstream.ok(String(repeating: "r", count: Self.large)))]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: limits) { fleet in
            let client = try await Self.paused(fleet)
            try await client.send(TestFleet.post(headers: "Connection: close\r\n"))
            try await upstream.waitForRequests(1)
            try await Self.waitForClients(0, fleet)
            try await client.close()
        }
    }

    @Test("a stream that its client does not take is cut, and not held against the replica")
    func untakenStream() async throws {
        let event = "100000\r\n" + String(repeating: "e", count: 0x100000) + "\r\n"
        let upstream = try await ScriptedUpstream { _ in
            [.send(StreamingTests.head)] + (0..<8).map { _ in .send(event) }
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], idleMilliseconds: 300) { fleet in
            let client = try await Self.paused(fleet)
            try await client.send(TestFleet.post(extra: ",\"stream\":true"))
            try await upstream.waitForClosures(1)
            try await Self.waitForClients(0, fleet)
            let failures = try await fleet.upstreamFailures()
            #expect(failures.isEmpty)
            let counters = try await fleet.counters()
            #expect(counters.clientDisconnects == 1)
            try await client.close()
        }
    }

    @Test("a streamed body that stops coming is refused with 408, and not held against the replica")
    func stalledBody() async throws {
        var limits = ProxyLimits.patient
        (limits.heldRequestBytes, limits.bodyTimeout) = (10_000, .milliseconds(200))
        let upstream = try await ScriptedUpstream { _ in [] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: limits) { fleet in
            let client = try await fleet.client()
            try await client.send(
                "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n{\"model\":\"chat\",\"x\":\""
                    + String(repeating: "q", count: 100_000))
            let response = try await client.response()
            #expect(response.status == 408 && response.body.contains("the request body did not arrive in time"))
            try await upstream.waitForClosures(1)
            let failures = try await fleet.upstreamFailures()
            #expect(failures.isEmpty)
            try await client.close()
        }
    }

    @Test("a slow head after a HEAD request is told so in a body")
    func slowHeadAfterHead() async throws {
        var limits = ProxyLimits.patient
        limits.headTimeout = .seconds(3)
        try await RefusalTests.withGateway(limits: limits) { fleet, _ in
            let client = try await fleet.client()
            try await client.send("HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /fixed/x HT")
            let content = try await client.transcript.waitForClose()
            #expect(content.text.contains("HTTP/1.1 408 ") && content.text.contains("\"code\":\"request_timeout\""))
        }
    }

    @Test("a broken response that only the connection's end would end is reset, so that it does not pass for a whole one")
    func brokenUntilClose() async throws {
        var limits = ProxyLimits.patient
        limits.heldResponseBytes = 1_000
        let upstream = try await ScriptedUpstream { _ in
            [.send("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "r", count: 100_000))]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: limits) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post())
            _ = try await client.transcript.wait("what there is of the body") { $0.bytes.count > 100_000 }
            try await upstream.resetConnections()
            let isBroken = try await client.transcript.waitForClose().isBroken
            #expect(isBroken)
        }
    }
}
