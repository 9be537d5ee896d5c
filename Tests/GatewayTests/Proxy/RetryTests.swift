import FleetModel
import Gateway
import Testing

@Suite("Retries", .timeLimit(.minutes(5)))
struct RetryTests {
    /// A fleet with a misbehaving near replica and a good far one.
    static func withBadNear(
        _ near: ScriptedUpstream, firstByteMilliseconds: Double = 5_000,
        _ body: @Sendable (TestFleet, ScriptedUpstream) async throws -> Void
    ) async throws {
        let far = try await ScriptedUpstream.answering("far")
        try await TestFleet.with(
            [.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)],
            firstByteMilliseconds: firstByteMilliseconds
        ) { try await body($0, far) }
    }

    @Test("goes to another plane when nobody listens")
    func refused() async throws {
        let near = try await ScriptedUpstream.answering("near")
        try await near.stop()
        try await Self.withBadNear(near) { fleet, _ in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.body == "far" && response.header("x-tradewind-plane") == "far")
            #expect(response.header("x-tradewind-reason") == "retry")
        }
    }

    @Test(
        "repeats what a replica drops, breaks or answers with a failure of its own",
        arguments: [
            [.reset], [.close], [.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), .reset],
            [.send("HTTP/1.1 2"), .close],
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), .close],
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n")], [.send("garbage\r\n\r\n")],
            [.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"), .reset],
            [.send(ScriptedUpstream.response(500, "no"))], [.send(ScriptedUpstream.response(502, "no"))],
            [.send(ScriptedUpstream.response(503, "no"))], [.send(ScriptedUpstream.response(504, "no"))],
        ] as [[ScriptedUpstream.Step]])
    func repeats(_ steps: [ScriptedUpstream.Step]) async throws {
        let near = try await ScriptedUpstream { _ in steps }
        try await Self.withBadNear(near) { fleet, far in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == 200 && response.body == "far")
            #expect(far.requests.first?.text.hasSuffix("{\"model\":\"chat\"}") == true)
        }
        #expect(near.requests.count == 1)
    }

    @Test("repeats when no byte comes in time")
    func firstByteTimeout() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        try await Self.withBadNear(near, firstByteMilliseconds: 1_000) { fleet, _ in
            #expect(try await fleet.ask(TestFleet.post()).body == "far")
            try await near.waitForClosures(1)
        }
    }

    @Test("passes the replica's own judgement on", arguments: [400, 404, 422, 429, 501])
    func passesOn(_ status: Int) async throws {
        let near = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(status, "why"))] }
        try await Self.withBadNear(near) { fleet, far in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == status && response.body == "why")
            #expect(far.requests.isEmpty)
        }
    }

    @Test("passes a failure on when nobody else is left to ask")
    func lastFailure() async throws {
        let only = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(500, "broken"))] }
        try await TestFleet.with([.init(plane: "near", address: only.address)]) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == 500 && response.body == "broken")
        }
        #expect(only.requests.count == 1)
    }

    @Test("moves what waits at a replica that answers not even probes, long before its timeout")
    func silentReplica() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        try await Self.withBadNear(near, firstByteMilliseconds: 60_000) { fleet, far in
            let client = try await fleet.client()
            try await client.send(TestFleet.post())
            try await near.waitForRequests(1)
            for _ in 0..<2 { try await fleet.probeWentUnanswered("near") }
            #expect(far.requests.isEmpty)
            try await fleet.probeWentUnanswered("near")
            let response = try await client.response()
            #expect(response.body == "far" && response.header("x-tradewind-reason") == "retry")
            try await near.waitForClosures(1)
            try await client.close()
        }
    }

    @Test("waits on at a silent replica where nobody else could answer, or the request may not run twice")
    func silentAlone() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        try await TestFleet.with([.init(plane: "near", address: near.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post())
            try await near.waitForRequests(1)
            for _ in 0..<3 { try await fleet.probeWentUnanswered("near") }
            try await near.send(ScriptedUpstream.ok("late"))
            #expect(try await client.response().body == "late")
            try await client.close()
        }
        let busy = try await ScriptedUpstream { _ in [] }
        try await Self.withBadNear(busy) { fleet, far in
            let client = try await fleet.client()
            try await client.send(TestFleet.post(path: "/v1/files"))
            try await busy.waitForRequests(1)
            for _ in 0..<3 { try await fleet.probeWentUnanswered("near") }
            try await busy.send(ScriptedUpstream.ok("late"))
            #expect(try await client.response().body == "late")
            #expect(far.requests.isEmpty)
            try await client.close()
        }
    }

    @Test("does not eject a replica at once for dropping a body too large to be held")
    func largeBodyDropped() async throws {
        var limits = ProxyLimits.patient
        limits.heldRequestBytes = 10_000
        let near = try await ScriptedUpstream { $0.number == 0 ? [.close] : [.send(ScriptedUpstream.ok("near"))] }
        try await TestFleet.with([.init(plane: "near", address: near.address)], limits: limits) { fleet in
            let large = TestFleet.post(extra: ",\"x\":\"\(String(repeating: "q", count: 100_000))\"")
            let dropped = try await fleet.ask(large)
            let next = try await fleet.ask(TestFleet.post())
            #expect(dropped.status == 502 && next.header("x-tradewind-reason") != "panic")
        }
    }

    @Test("never repeats a POST that asks no model once it was sent", arguments: ["/v1/files", "/v1/threads/t/messages"])
    func notRepeatable(_ path: String) async throws {
        let near = try await ScriptedUpstream { _ in [.reset] }
        try await Self.withBadNear(near) { fleet, far in
            let response = try await fleet.ask(TestFleet.post(path: path))
            #expect(response.status == 502)
            #expect(far.requests.isEmpty)
            // An idempotent method is repeated.
            #expect(try await fleet.ask("DELETE /fixed/files/1 HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }
    }

    @Test("takes a fresh connection when the kept one was closed, without blaming the replica")
    func staleConnection() async throws {
        let upstream = try await ScriptedUpstream { request in
            request.number == 1 ? [.reset] : [.send(ScriptedUpstream.ok("\(request.number)"))]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post())
            _ = try await client.response()
            try await client.send(TestFleet.post())
            #expect(try await client.responses(2)[1].body == "2")
            #expect(try await fleet.counters().retries == 0)
            try await client.close()
        }
        #expect(upstream.connectionCount == 2)
    }

    @Test("waits for a replica to come back when the only one died")
    func waitsForReturn() async throws {
        let first = try await ScriptedUpstream { _ in [.reset] }
        try await first.stop()
        let second = try await ScriptedUpstream.answering("second")
        try await TestFleet.with([.init(plane: "near", address: first.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post())
            // Its plane says that it is gone, and then that a new incarnation is there.
            try await fleet.report([])
            try await fleet.report([.init(plane: "near", incarnation: 2, address: second.address)])
            let response = try await client.response()
            #expect(response.body == "second" && response.header("x-tradewind-replica") == "near/chat/2")
            try await client.close()
        }
    }

    @Test("gives up when the retry window closes")
    func window() async throws {
        let near = try await ScriptedUpstream.answering("near")
        try await near.stop()
        var limits = ProxyLimits.patient
        limits.retryWindow = .milliseconds(150)
        try await TestFleet.with([.init(plane: "near", address: near.address)], limits: limits) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == 502 || response.status == 503)
        }
    }

    @Test("loses no request when every replica of a plane dies in the middle")
    func massDeath() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        try await Self.withBadNear(near) { fleet, _ in
            var clients: [RawClient] = []
            for _ in 0..<20 {
                let client = try await fleet.client()
                try await client.send(TestFleet.post())
                clients.append(client)
            }
            try await near.waitForRequests(1)
            try await near.stop()
            for client in clients {
                #expect(try await client.response().body == "far")
                try await client.close()
            }
        }
    }
}
