import FleetModel
import Gateway
import Testing

@Suite("Refusals", .timeLimit(.minutes(5)))
struct RefusalTests {
    static func withGateway(
        limits: ProxyLimits = .patient, _ body: @Sendable (TestFleet, ScriptedUpstream) async throws -> Void
    ) async throws {
        let upstream = try await ScriptedUpstream.answering("served")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: limits) {
            try await body($0, upstream)
        }
    }

    @Test(
        "refuses smuggling with 400, closes, and sends nothing on",
        arguments: [
            "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcdGET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\nGET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /v1/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\nGET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /fixed/x HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\nGET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /fixed/x HTTP/1.1\nHost: a\n\nGET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /fixed/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n\r\nGET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /fixed/x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{0}",
        ])
    func smuggling(_ bytes: String) async throws {
        try await Self.withGateway { fleet, upstream in
            let client = try await fleet.client()
            try await client.send(bytes)
            let content = try await client.transcript.waitForClose()
            let responses = RawResponse.all(in: content.text)
            #expect(responses.map(\.status) == [400])
            #expect(responses.first?.header("connection") == "close")
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test(
        "answers with OpenAI's error shape and the right status",
        arguments: [
            ("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404, "not_found"),
            ("GET /v1/chat/completions HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method_not_allowed"),
            ("PRI * HTTP/2.0\r\nHost: a\r\n\r\n", 505, "http2_preface"),
            ("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "chunked_before_http11"),
            (
                "POST /v1/completions HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 1\r\n\r\n", 417,
                "unknown_expectation"
            ),
            (TestFleet.post("nobody"), 404, "model_not_found"),
            (TestFleet.post("walled"), 403, "fenced"),
            (TestFleet.post("phi"), 503, "no_replica"),
            ("POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 400, "missing_model"),
            (TestFleet.post("chat", extra: ",\"model\":\"phi\""), 400, "repeated_model"),
            ("POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n", 413, "body_too_large"),
            (
                "POST /v1/audio HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/mixed; boundary=x\r\nContent-Length: 1\r\n\r\nx",
                415, "unsupported_media_type"
            ),
        ])
    func errors(_ request: String, _ status: Int, _ code: String) async throws {
        try await Self.withGateway { fleet, upstream in
            let response = try await fleet.ask(request)
            #expect(response.status == status)
            #expect(response.body.hasPrefix("{\"error\":{\"message\":\"") && response.body.contains("\"code\":\"\(code)\""))
            #expect(response.header("x-request-id")?.hasPrefix("req-") == true)
            #expect((response.header("retry-after") != nil) == (status == 503))
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test("tells the fence's reason")
    func fence() async throws {
        try await Self.withGateway { fleet, _ in
            let response = try await fleet.ask(TestFleet.post("walled"))
            #expect(response.body.contains("residency allows CA"))
            #expect(response.header("x-tradewind-reason") == "fenced")
        }
    }

    @Test("refuses heads beyond the limits with 431")
    func headLimits() async throws {
        try await Self.withGateway { fleet, _ in
            let many = "GET /fixed/x HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 100) + "\r\n"
            let first = try await fleet.ask(many)
            #expect(first.status == 431)
            let long = "GET /fixed/x HTTP/1.1\r\nHost: a\r\nA: " + String(repeating: "b", count: 40_000) + "\r\n\r\n"
            let second = try await fleet.ask(long)
            #expect(second.status == 431)
        }
    }

    @Test("refuses a body whose model comes too late, with a word on what to do")
    func modelTooLate() async throws {
        var limits = ProxyLimits.patient
        limits.heldRequestBytes = 10_000
        try await Self.withGateway(limits: limits) { fleet, upstream in
            let body = "{\"x\":\"\(String(repeating: "q", count: 50_000))\",\"model\":\"chat\"}"
            let response = try await fleet.ask(
                "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            #expect(response.status == 413 && response.body.contains("put it first"))
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test("cuts a streamed body in which a second model shows up")
    func secondModelLate() async throws {
        var limits = ProxyLimits.patient
        limits.heldRequestBytes = 10_000
        try await Self.withGateway(limits: limits) { fleet, upstream in
            let client = try await fleet.client()
            let start = "{\"model\":\"chat\",\"x\":\"\(String(repeating: "q", count: 50_000))\""
            try await client.send(
                "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: \(start.utf8.count + 15)\r\n\r\n\(start)")
            try await client.send(",\"model\":\"phi\"}")
            let content = try await client.transcript.waitForClose()
            #expect(RawResponse.all(in: content.text).map(\.status) == [400])
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test("closes a connection whose head does not come in time")
    func slowHead() async throws {
        var limits = ProxyLimits.patient
        limits.headTimeout = .seconds(3)
        try await Self.withGateway(limits: limits) { fleet, _ in
            let client = try await fleet.client()
            try await client.send("GET /fixed/x HT")
            let content = try await client.transcript.waitForClose()
            #expect(RawResponse.all(in: content.text).map(\.status) == [408])
            let silent = try await fleet.client()
            #expect(try await silent.transcript.waitForClose().bytes.isEmpty)
        }
    }

    @Test("refuses connections beyond the limit with 503")
    func connectionLimit() async throws {
        var limits = ProxyLimits.patient
        limits.connections = 1
        try await Self.withGateway(limits: limits) { fleet, _ in
            let first = try await fleet.client()
            try await first.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await first.response()
            let second = try await fleet.client()
            #expect(try await second.response().status == 503)
            try await first.close()
        }
    }

    @Test("answers its own endpoints")
    func localEndpoints() async throws {
        try await Self.withGateway { fleet, upstream in
            #expect(try await fleet.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").body == "ok\n")
            #expect(try await fleet.ask("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").body == "local")
            #expect(try await fleet.ask("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n").body == "local")
            let models = try await fleet.ask("GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n").body
            #expect(models.contains("\"id\":\"chat\"") && models.contains("\"id\":\"phi\"") && !models.contains("walled"))
            #expect(try await fleet.ask("POST /metrics HTTP/1.1\r\nHost: a\r\n\r\n").header("allow") == "GET, HEAD")
            #expect(upstream.requests.isEmpty)
        }
    }
}
