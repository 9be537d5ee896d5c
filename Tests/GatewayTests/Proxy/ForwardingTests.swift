import FleetModel
import Gateway
import Testing

@Suite("Forwarding", .timeLimit(.minutes(5)))
struct ForwardingTests {
    /// Limits that make small bodies large.
    static var small: ProxyLimits {
        var limits = ProxyLimits.patient
        limits.heldRequestBytes = 20_000
        limits.heldResponseBytes = 20_000
        return limits
    }

    @Test("sends a request to the nearest replica and says where it was served")
    func nearest() async throws {
        let (near, far) = (try await ScriptedUpstream.answering("near"), try await ScriptedUpstream.answering("far"))
        try await TestFleet.with([
            .init(plane: "near", address: near.address), .init(plane: "far", incarnation: 2, address: far.address),
        ]) {
            fleet in
            let response = try await fleet.ask(TestFleet.post(headers: "X-Request-Id: abc-1\r\n"))
            #expect(response.status == 200 && response.body == "near")
            #expect(response.header("x-tradewind-plane") == "near")
            #expect(response.header("x-tradewind-replica") == "near/chat/1")
            #expect(response.header("x-tradewind-reason") == "nearest-in-budget")
            #expect(response.header("x-request-id") == "abc-1")
            #expect(response.header("content-type") == "application/json")
        }
        #expect(far.requests.isEmpty)
    }

    @Test("keeps both connections alive over many requests")
    func keepAlive() async throws {
        let upstream = try await ScriptedUpstream { [.send(ScriptedUpstream.ok("\($0.number)"))] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            for number in 0..<20 {
                try await client.send(TestFleet.post())
                #expect(try await client.responses(number + 1)[number].body == "\(number)")
            }
            try await client.close()
        }
        #expect(upstream.connectionCount == 1)
    }

    @Test("answers pipelined requests in order")
    func pipelining() async throws {
        let upstream = try await ScriptedUpstream { [.send(ScriptedUpstream.ok("\($0.number)"))] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(
                TestFleet.post() + "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" + TestFleet.post("unknown") + TestFleet.post())
            let responses = try await client.responses(4)
            #expect(responses.map(\.status) == [200, 200, 404, 200])
            #expect([responses[0].body, responses[1].body, responses[3].body] == ["0", "ok\n", "1"])
            try await client.close()
        }
    }

    @Test("strips hop-by-hop, forwarding, credential and tradewind fields, and says its own")
    func headers() async throws {
        let upstream = try await ScriptedUpstream { _ in
            [
                .send(
                    "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-Tradewind-Plane: lie\r\nX-Request-Id: lie\r\nServer: s\r\nContent-Length: 2\r\n\r\nok"
                )
            ]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let response = try await fleet.ask(
                TestFleet.post(
                    headers: """
                        Authorization: Bearer secret\r\nX-Api-Key: secret\r\nApi-Key: secret\r\nX-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\n\
                        X-Real-IP: 1.2.3.4\r\nX-Tradewind-Plane: far\r\nConnection: X-Private\r\nX-Private: secret\r\nTE: trailers\r\n\
                        Upgrade: h2c\r\nProxy-Authorization: secret\r\nTraceparent: bad\r\nX-Request-Id: bad id\r\nAccept: */*\r\n
                        """))
            #expect(response.header("x-tradewind-plane") == "near")
            #expect(response.header("x-hop") == nil && response.header("server") == "s")
            #expect(response.header("x-request-id")?.hasPrefix("req-") == true)
        }
        let sent = RawResponse.all(in: try #require(upstream.requests.first).text)[0]
        #expect(!sent.head.contains("secret") && !sent.head.contains("1.2.3.4") && !sent.head.contains("far"))
        for name in ["te", "upgrade", "connection", "x-private"] { #expect(sent.header(name) == nil, "\(name)") }
        #expect(sent.header("host") == upstream.address.description)
        #expect(sent.header("x-forwarded-for") == "127.0.0.1" && sent.header("x-forwarded-proto") == "http")
        #expect(sent.header("accept") == "*/*")
        #expect(sent.header("traceparent")?.utf8.count == 55)
        #expect(sent.header("content-length") == "16")
    }

    @Test("passes a sane traceparent on")
    func trace() async throws {
        let upstream = try await ScriptedUpstream.answering("x")
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            _ = try await fleet.ask(TestFleet.post(headers: "traceparent: \(trace)\r\n"))
        }
        #expect(upstream.requests.first?.text.contains("traceparent: \(trace)\r\n") == true)
    }

    @Test("turns a chunked request into one with a length, without extensions and trailers")
    func chunkedRequest() async throws {
        let upstream = try await ScriptedUpstream.answering("x")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let response = try await fleet.ask(
                "POST /v1/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8;x=y\r\n{\"model\"\r\n8\r\n:\"chat\"}\r\n0\r\nT: 1\r\n\r\n"
            )
            #expect(response.status == 200)
        }
        let text = try #require(upstream.requests.first).text
        #expect(text.hasSuffix("\r\n\r\n{\"model\":\"chat\"}") && text.contains("content-length: 16\r\n"))
        #expect(!text.lowercased().contains("transfer-encoding"))
    }

    @Test("answers Expect: 100-continue itself")
    func expectContinue() async throws {
        let upstream = try await ScriptedUpstream.answering("x")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(
                "POST /v1/completions HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n")
            _ = try await client.transcript.wait("100") { $0.text == "HTTP/1.1 100 Continue\r\n\r\n" }
            try await client.send("{\"model\":\"chat\"}")
            _ = try await client.transcript.wait("200") { $0.text.contains("HTTP/1.1 200 ") }
            try await client.close()
        }
        #expect(upstream.requests.first?.text.lowercased().contains("expect") == false)
    }

    @Test("skips interim responses, and expects no body for HEAD, 204 and 304")
    func bodiless() async throws {
        let upstream = try await ScriptedUpstream { request in
            if request.text.hasPrefix("HEAD") { return [.send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")] }
            let status = request.text.contains("/204") ? 204 : 304
            return [.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 \(status) X\r\n\r\n")]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send("GET /fixed/204 HTTP/1.1\r\nHost: a\r\n\r\nGET /fixed/304 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.responses(2).map(\.status) == [204, 304])
            try await client.send("HEAD /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n")
            let content = try await client.transcript.wait("HEAD's answer") { $0.text.contains("Content-Length: 99\r\n") }
            #expect(content.text.hasSuffix("\r\n\r\n"))
            try await client.close()
        }
        #expect(upstream.connectionCount == 1)
    }

    @Test("serves HTTP/1.0: no chunks, and the connection closes")
    func oldVersion() async throws {
        let upstream = try await ScriptedUpstream { _ in
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send("GET /fixed/x HTTP/1.0\r\n\r\n")
            let content = try await client.transcript.waitForClose()
            #expect(content.text.hasSuffix("\r\n\r\nabcde") && content.text.contains("content-length: 5\r\n"))
        }
    }

    @Test("gives a response that ends with the connection a length")
    func untilClose() async throws {
        let upstream = try await ScriptedUpstream { _ in [.send("HTTP/1.1 200 OK\r\n\r\nabc"), .send("def"), .close] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.body == "abcdef")
        }
    }

    @Test("streams a request and a response larger than what is held")
    func large() async throws {
        let upstream = try await ScriptedUpstream { request in
            [.send(ScriptedUpstream.ok(String(repeating: "r", count: 300_000) + "\(request.text.utf8.count)"))]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: Self.small) { fleet in
            let request = TestFleet.post(extra: ",\"x\":\"\(String(repeating: "q", count: 300_000))\"")
            let response = try await fleet.ask(request)
            #expect(response.status == 200 && response.body.utf8.count > 300_000)
        }
        #expect(upstream.requests.first?.text.hasSuffix("qqq\"}") == true)
    }

    @Test("streams a large chunked request in chunks")
    func largeChunked() async throws {
        let upstream = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.ok("done"))] }
        let body = "{\"model\":\"chat\",\"x\":\"\(String(repeating: "q", count: 200_000))\"}"
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: Self.small) { fleet in
            let response = try await fleet.ask(
                "POST /v1/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
            )
            #expect(response.body == "done")
        }
        let text = try #require(upstream.requests.first).text
        #expect(
            text.split(separator: "\r\n\r\n", maxSplits: 1)[1].filter { $0 == "q" }.count == 200_000
                && text.hasSuffix("0\r\n\r\n"))
    }
}
