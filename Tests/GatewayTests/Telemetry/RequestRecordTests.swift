import FleetModel
import FleetRouting
import FleetTransport
import Gateway
import NIOCore
import Testing

@Suite("Request records")
struct RequestRecordTests {
    @Test("one record a request says who asked for what, who answered and how long it took")
    func answered() async throws {
        let usage = #"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":11}}"#
        let near = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.ok(usage))] }
        try await RecordedFleet.with([.init(plane: "near", address: near.address)]) { fleet, records in
            let response = try await fleet.ask(TestFleet.post(headers: "x-request-id: abc\r\n"))
            #expect(response.status == 200)
            let found = try await records()
            let record = try #require(found.first)
            #expect(found.count == 1 && record.status == 200 && record.error.isEmpty)
            #expect(RecordedFleet.text(record.identity.requestID) == "abc")
            #expect(RecordedFleet.text(record.method) == "POST")
            #expect(RecordedFleet.text(record.path) == "/v1/chat/completions")
            #expect(RecordedFleet.text(record.model) == "chat" && record.workloadName == "chat")
            #expect(record.route == "openai" && record.tenant == nil && record.fallbackName == nil)
            #expect(record.requestBytes == #"{"model":"chat"}"#.utf8.count && record.responseBytes == usage.utf8.count)
            #expect(record.inputTokens == 7 && record.outputTokens == 11 && !record.isStream && record.firstTokenAt == nil)
            let attempt = try #require(record.attempts.first)
            #expect(record.attemptCount == 1 && record.retryCount == 0 && !record.isHedged)
            #expect(attempt.outcome == .answered && attempt.status == 200 && attempt.replica.id.plane == "near")
            let moments = [
                record.startedAt, attempt.startedAt, attempt.sentAt, attempt.firstByteAt, record.firstByteAt, record.endedAt,
            ].compactMap { $0 }
            #expect(moments.count == 6 && moments == moments.sorted() && attempt.endedAt.map { $0 <= record.endedAt } == true)
            #expect(record.first.planes.count == 2 && record.decisionCount == 1)
        }
    }

    @Test("a repeated request lists each attempt with what came of it")
    func repeated() async throws {
        let near = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(503, "no"))] }
        let far = try await ScriptedUpstream.answering("far")
        try await RecordedFleet.with([.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)]) {
            fleet, records in
            _ = try await fleet.ask(TestFleet.post())
            let record = try #require(try await records().first)
            #expect(record.attempts.map(\.outcome) == [.serverError, .answered])
            #expect(record.attempts.map(\.status) == [503, 200])
            #expect(record.attempts.map(\.replica.id.plane) == ["near", "far"])
            #expect(record.attempts.map(\.reason)[1] == .retry && record.retryCount == 1 && record.status == 200)
            #expect(record.final?.replica.id.plane == "far" && record.decisionCount >= 2)
            #expect(record.attempts[0].endedAt.map { $0 <= record.attempts[1].startedAt } == true)
        }
    }

    @Test("a stream says when its first data came")
    func stream() async throws {
        let near = try await ScriptedUpstream { _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 13\r\n\r\ndata: hallo\n\n")]
        }
        try await RecordedFleet.with([.init(plane: "near", address: near.address)]) { fleet, records in
            _ = try await fleet.ask(TestFleet.post())
            let record = try #require(try await records().first)
            #expect(record.isStream && record.responseBytes == 13 && record.outputTokens == nil)
            let firstByte = try #require(record.firstByteAt)
            let firstToken = try #require(record.firstTokenAt)
            #expect(firstByte <= firstToken && firstToken <= record.endedAt)
        }
    }

    @Test(
        "what the gateway refuses is recorded with its code and no attempt",
        arguments: [
            (TestFleet.post("nobody"), 404, "model_not_found"), (TestFleet.post("walled"), 403, "fenced"),
            (TestFleet.post(path: "/elsewhere"), 404, "not_found"), ("nonsense\r\n\r\n", 400, "malformed_method"),
            ("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n[]", 400, "not_an_object"),
        ])
    func refused(_ request: String, _ status: Int, _ code: String) async throws {
        try await RecordedFleet.with([]) { fleet, records in
            #expect(try await fleet.ask(request).status == status)
            let record = try #require(try await records().first)
            #expect(record.status == status && record.attempts.isEmpty && record.attemptCount == 0)
            #expect(record.error == code)
        }
    }

    @Test("the gateway's own pages leave no record, and one request leaves nothing in the record of the next")
    func clean() async throws {
        let near = try await ScriptedUpstream.answering("near")
        try await RecordedFleet.with([.init(plane: "near", address: near.address)]) { fleet, records in
            let client = try await fleet.client()
            let requests = [
                TestFleet.post(), "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n",
                TestFleet.post(),
            ]
            for (number, request) in requests.enumerated() {
                try await client.send(request)
                _ = try await client.responses(number + 1)
            }
            try await client.close()
            let found = try await records()
            #expect(found.map(\.status) == [200, 404, 200])
            let stranger = try #require(found.dropFirst().first)
            #expect(stranger.attempts.isEmpty && stranger.model.isEmpty && stranger.workload == nil && stranger.route == nil)
            #expect(stranger.requestBytes == 0 && stranger.responseBytes == 0 && stranger.decisionCount == 0)
            #expect(found[2].attempts.count == 1 && found[2].error.isEmpty)
        }
    }

    @Test("a client that leaves is recorded as 499 with its attempt cancelled")
    func left() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        try await RecordedFleet.with([.init(plane: "near", address: near.address)]) { fleet, records in
            let client = try await fleet.client()
            try await client.send(TestFleet.post())
            try await near.waitForRequests(1)
            try await client.close()
            try await near.waitForClosures(1)
            let record = try #require(try await records().first)
            #expect(record.status == 499 && record.error == "client_closed_request")
            #expect(record.attempts.map(\.outcome) == [.cancelled])
        }
    }

    @Test("nothing is recorded, and nothing allocated for it, where nothing asks for it")
    func off() async throws {
        let near = try await ScriptedUpstream.answering("near")
        try await RecordedFleet.with([.init(plane: "near", address: near.address)], telemetry: .none) { fleet, records in
            _ = try await fleet.ask(TestFleet.post())
            #expect(try await records().isEmpty)
        }
        try await TestFleet.with([.init(plane: "near", address: near.address)]) { fleet in
            _ = try await fleet.ask(TestFleet.post())
            #expect(try await fleet.plane.workers[0].submit { $0.recorder == nil }.get())
        }
    }

    @Test("no part of a prompt, an answer, a key, a query or a header is in a log line or a span")
    func secrets() async throws {
        let near = try await ScriptedUpstream { _ in
            [.send(ScriptedUpstream.ok(#"{"choices":[{"message":{"content":"marker-answer"}}],"usage":{"prompt_tokens":1}}"#))]
        }
        let key = "twk_marker-key"
        try await RecordedFleet.with([.init(plane: "near", address: near.address)]) { fleet, records in
            let headers =
                "authorization: Bearer \(key)\r\nx-api-key: \(key)\r\ncookie: s=marker-cookie\r\nx-other: marker-header\r\n"
            for extra in [#","messages":[{"role":"user","content":"marker-prompt"}]"#, #","prompt":"marker-prompt"#] {
                let request = TestFleet.post(
                    path: "/v1/chat/completions?key=marker-query", headers: headers, extra: extra)
                _ = try await fleet.ask(request)
            }
            _ = try await fleet.ask(TestFleet.post("nobody", headers: headers, extra: #","input":"marker-prompt""#))
            let found = try await records()
            #expect(found.count == 3)
            let clock = WallClock.read()
            var told = RecordedFleet.text(
                TraceDocument(gateway: "g", serviceName: "s", version: "v", clock: clock).bytes(found))
            for record in found { told += RecordedFleet.text(AccessLogLine(record, gateway: "g", clock: clock).bytes) }
            #expect(told.contains("/v1/chat/completions") && !told.contains("marker"))
        }
    }

    @Test("a queue that is full drops what comes and says how much")
    func full() async throws {
        let near = try await ScriptedUpstream.answering("near")
        let queue = RecordQueue(capacity: 2)
        try await RecordedFleet.with([.init(plane: "near", address: near.address)], queue: queue) { fleet, records in
            let client = try await fleet.client()
            for number in 1...5 {
                try await client.send(TestFleet.post())
                _ = try await client.responses(number)
            }
            try await client.close()
            #expect(try await records().count == 2)
            #expect(try await fleet.plane.workers[0].submit { $0.counted.droppedRecords }.get() == 3)
        }
    }

    @Test("a share of requests is logged, and every failure")
    func sampling() async throws {
        let near = try await ScriptedUpstream { request in
            [.send(request.number % 2 == 0 ? ScriptedUpstream.ok("yes") : ScriptedUpstream.response(501, "no"))]
        }
        let telemetry = GatewayTelemetry(accessLog: .init(path: "-", sampling: 0))
        try await RecordedFleet.with([.init(plane: "near", address: near.address)], telemetry: telemetry) { fleet, records in
            for _ in 0..<4 { _ = try await fleet.ask(TestFleet.post()) }
            #expect(try await records().map(\.status) == [501, 501])
        }
    }

    @Test("the newest records can be found by their id, the oldest make room, failures are kept longer")
    func ring() async throws {
        let near = try await ScriptedUpstream { request in
            [.send(request.number == 0 ? ScriptedUpstream.response(501, "no") : ScriptedUpstream.ok("yes"))]
        }
        let recording = RequestRecorder.Configuration(explained: 2, notable: 2)
        try await TestFleet.with([.init(plane: "near", address: near.address)], recording: recording) { fleet in
            for number in 0..<5 { _ = try await fleet.ask(TestFleet.post(headers: "x-request-id: r\(number)\r\n")) }
            let known = try await fleet.plane.workers[0].submit { worker in
                (0..<5).map { worker.recorder?.record(of: Array("r\($0)".utf8))?.status }
            }.get()
            #expect(known == [501, nil, nil, 200, 200])
        }
    }
}
