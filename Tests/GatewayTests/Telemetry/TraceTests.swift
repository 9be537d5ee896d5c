import FleetModel
import FleetRouting
import FleetTransport
import Gateway
import Logging
import NIOCore
import NIOPosix
import Testing

@Suite("Traces")
struct TraceTests {
    private static let client = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"

    /// What a collector got of the requests a body sends.
    private func traced(
        _ replicas: [TestFleet.Replica], sampling: Double = 1, replies: [CollectorDouble.Reply] = [],
        tenants: [TenantTerms] = [], headers: [TelemetryOverrides.Header] = [], firstByteMilliseconds: Double = 5_000,
        adjust: TestFleet.Adjustment = .none,
        _ body: @escaping @Sendable (TestFleet) async throws -> Void
    ) async throws -> (collector: CollectorDouble, statistics: TraceExporter.Statistics) {
        let collector = try await CollectorDouble(replies)
        let telemetry = GatewayTelemetry(tracing: .init(endpoint: collector.endpoint, sampling: sampling, serviceName: "door"))
        let exporter = TraceExporter(
            gateway: "g", version: "1.2", headers: headers, group: MultiThreadedEventLoopGroup.singleton)
        await exporter.follow(telemetry.tracing)
        try await RecordedFleet.with(
            replicas, firstByteMilliseconds: firstByteMilliseconds, tenants: tenants, telemetry: telemetry, adjust: adjust
        ) { fleet, records in
            try await body(fleet)
            exporter.offer(try await records().filter(\.trace.isSampled))
            await exporter.flush(clock: .read())
        }
        let statistics = exporter.statistics
        await exporter.stop()
        try await collector.stop()
        return (collector, statistics)
    }

    /// `traceparent` as a replica got it.
    private func parent(_ upstream: ScriptedUpstream, _ number: Int = 0) throws -> [String] {
        let request = try #require(upstream.requests.dropFirst(number).first).text
        let head = RawResponse(status: 0, head: request, body: "")
        return try #require(head.header("traceparent")).split(separator: "-").map(String.init)
    }

    @Test("a request is a server span and a client span, each with the conventions' attributes, inside the client's trace")
    func spans() async throws {
        let answer = #"{"usage":{"prompt_tokens":7,"completion_tokens":11}}"#
        let near = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.ok(answer))] }
        let (collector, statistics) = try await traced([.init(plane: "near", address: near.address)]) { fleet in
            _ = try await fleet.ask(TestFleet.post(headers: "traceparent: \(Self.client)-01\r\nx-request-id: abc\r\n"))
        }
        #expect(collector.problems == [])
        let server = try #require(collector.spans.first { $0.kind == 2 })
        let attempt = try #require(collector.spans.first { $0.kind == 3 })
        #expect(collector.spans.count == 2 && statistics.exportedSpans == 2)
        #expect(server.trace == "4bf92f3577b34da6a3ce929d0e0e4736" && attempt.trace == server.trace)
        #expect(server.parent == "00f067aa0ba902b7" && attempt.parent == server.id)
        #expect(server.flags == 0x301 && attempt.flags == 0x101)
        #expect(server.start <= attempt.start && attempt.end <= server.end)
        #expect(try parent(near) == ["00", server.trace, attempt.id, "01"])
        #expect(server.name == "chat chat" && attempt.name == "chat chat" && !server.isError && !attempt.isError)
        #expect(server.text("http.request.method") == "POST" && server.text("url.path") == "/v1/chat/completions")
        #expect(server.number("http.response.status_code") == 200 && server.text("tradewind.request.id") == "abc")
        #expect(server.text("gen_ai.operation.name") == "chat" && server.text("gen_ai.request.model") == "chat")
        #expect(server.text("gen_ai.provider.name") == "tradewind")
        #expect(server.number("gen_ai.usage.input_tokens") == 7 && server.number("gen_ai.usage.output_tokens") == 11)
        #expect(attempt.text("server.address") == near.address.host && attempt.number("server.port") == Int64(near.address.port))
        #expect(attempt.number("http.response.status_code") == 200 && attempt.number("gen_ai.usage.output_tokens") == 11)
        #expect(attempt.text("tradewind.plane") == "near" && attempt.text("tradewind.outcome") == "answered")
        #expect(collector.resource["service.name"]?["stringValue"].text == "door")
        #expect(collector.resource["service.instance.id"]?["stringValue"].text == "g")
    }

    @Test("each attempt is a span of its own, and is the parent its replica is told")
    func attempts() async throws {
        let near = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(503, "no"))] }
        let far = try await ScriptedUpstream.answering("far")
        let (collector, _) = try await traced([
            .init(plane: "near", address: near.address), .init(plane: "far", address: far.address),
        ]) { _ = try await $0.ask(TestFleet.post()) }
        #expect(collector.problems == [])
        let server = try #require(collector.spans.first { $0.kind == 2 })
        let attempts = collector.spans.filter { $0.kind == 3 }.sorted { $0.start < $1.start }
        #expect(attempts.count == 2 && attempts.allSatisfy { $0.parent == server.id && $0.trace == server.trace })
        #expect(try parent(near)[1...2] == [server.trace, attempts[0].id])
        #expect(try parent(far)[1...2] == [server.trace, attempts[1].id])
        #expect(attempts[0].end <= attempts[1].start && server.end >= attempts[1].end)
        #expect(attempts.map(\.isError) == [true, false] && !server.isError)
        #expect(attempts.map { $0.text("error.type") } == ["503", nil])
        #expect(attempts.map { $0.number("http.request.resend_count") } == [nil, 1])
        #expect(server.parent.isEmpty && server.flags & 0x200 == 0 && server.number("tradewind.attempts") == 2)
    }

    @Test("failures say what they were")
    func failures() async throws {
        let near = try await ScriptedUpstream { _ in [.reset] }
        let (collector, _) = try await traced([.init(plane: "near", address: near.address)]) { fleet in
            _ = try await fleet.ask("POST /fixed/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            _ = try await fleet.ask(TestFleet.post("nobody"))
        }
        #expect(collector.problems == [])
        let servers = collector.spans.filter { $0.kind == 2 }
        #expect(servers.map { $0.text("error.type") } == ["upstream_failed", "model_not_found"])
        // A client's own mistake is no error of the server's span.
        #expect(servers.map(\.isError) == [true, false] && servers.map(\.name) == ["POST fixed", "POST openai"])
        #expect(collector.spans.filter { $0.kind == 3 }.map { $0.text("error.type") } == ["broken"])
    }

    @Test("a stream tells when its first data came")
    func stream() async throws {
        let near = try await ScriptedUpstream { _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 13\r\n\r\ndata: hallo\n\n")]
        }
        let (collector, _) = try await traced([.init(plane: "near", address: near.address)]) {
            _ = try await $0.ask(TestFleet.post())
        }
        #expect(collector.problems == [])
        let server = try #require(collector.spans.first { $0.kind == 2 })
        #expect(server.attributes["gen_ai.request.stream"]?["boolValue"].flag == true)
        let first = try #require(server.attributes["gen_ai.response.time_to_first_chunk"]?["doubleValue"].double)
        #expect(first > 0 && first <= Double(server.end - server.start) / 1e9)
    }

    @Test("the parent decides: a trace that is not sampled stays so, one that is stays so, whatever the share")
    func parentBased() async throws {
        let near = try await ScriptedUpstream.answering("near")
        let (collector, _) = try await traced([.init(plane: "near", address: near.address)], sampling: 0) { fleet in
            _ = try await fleet.ask(TestFleet.post(headers: "traceparent: \(Self.client)-00\r\n"))
            _ = try await fleet.ask(TestFleet.post(headers: "traceparent: \(Self.client)-01\r\n"))
            _ = try await fleet.ask(TestFleet.post())
            _ = try await fleet.ask(TestFleet.post(headers: "traceparent: \(Self.client)-03\r\n"))
        }
        #expect(collector.problems == [] && collector.spans.count == 4)
        #expect(collector.spans.allSatisfy { $0.trace == "4bf92f3577b34da6a3ce929d0e0e4736" })
        // What is not taken here passes unchanged; a trace that begins here is told not to be sampled further on.
        #expect(try parent(near, 0).joined(separator: "-") == "\(Self.client)-00")
        #expect(try parent(near, 2)[3] == "00" && parent(near, 3)[3] == "03")
    }

    @Test("a share of traces is the same share of ids, at every gateway alike")
    func ratio() {
        #expect(!TraceContext.isInShare(0, low: .max) && TraceContext.isInShare(1, low: 0))
        // 56 random bits R: taken where R is at least (1 - share) times 2 to the 56th.
        #expect(
            TraceContext.isInShare(0.25, low: 0x00C0_0000_0000_0000) && !TraceContext.isInShare(0.25, low: 0x00BF_FFFF_FFFF_0000))
        #expect(
            TraceContext.isInShare(0.25, low: 0xFFC0_0000_0000_0000) && !TraceContext.isInShare(0.25, low: 0xFF00_0000_0000_0000))
        var random = SplitMix64(seed: 1)
        let taken = (0..<100_000).count { _ in TraceContext.isInShare(0.1, low: random.next()) }
        // Binomial: 10,000 with a standard deviation of 95; five of them.
        #expect((9_525...10_475).contains(taken))
    }

    @Test("an export is sent again when the collector asks for it, and not when it refuses for good")
    func retries() async throws {
        let near = try await ScriptedUpstream.answering("near")
        let (collector, statistics) = try await traced(
            [.init(plane: "near", address: near.address)],
            replies: [.init(status: 503, retryAfter: "0"), .init(status: 429, retryAfter: "0")],
            headers: [.init(name: "x-collector-key", value: "secret")]
        ) { _ = try await $0.ask(TestFleet.post()) }
        #expect(collector.requests == 3 && collector.spans.count == 2 && statistics.exportedSpans == 2)
        #expect(collector.keys == ["secret", "secret", "secret"])
        let (refusing, refused) = try await traced(
            [.init(plane: "near", address: near.address)], replies: [.init(status: 400)]
        ) { _ = try await $0.ask(TestFleet.post()) }
        #expect(refusing.requests == 1 && refused.exportedSpans == 0 && refused.droppedRejected == 2)
        let (partial, taken) = try await traced(
            [.init(plane: "near", address: near.address)],
            replies: [.init(status: 200, body: #"{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}"#)]
        ) { _ = try await $0.ask(TestFleet.post()) }
        #expect(partial.requests == 1 && taken.exportedSpans == 1 && taken.droppedRejected == 1)
    }

    @Test("a queue that is full drops spans and says how many")
    func full() async throws {
        let near = try await ScriptedUpstream.answering("near")
        try await RecordedFleet.with([.init(plane: "near", address: near.address)]) { fleet, records in
            _ = try await fleet.ask(TestFleet.post())
            let record = try #require(try await records().first)
            let exporter = TraceExporter(
                gateway: "g", version: "1", headers: [], group: MultiThreadedEventLoopGroup.singleton)
            exporter.offer(Array(repeating: record, count: TraceExporter.queueLimit + 3))
            #expect(exporter.statistics.droppedQueueFull == 6)
        }
    }

    @Test(
        "what a collector's answer means",
        arguments: [
            (nil, .again(after: nil)), (.init(status: 200), .delivered(rejected: 0)),
            (.init(status: 202, body: Array(#"{"partialSuccess":{"rejectedSpans":4}}"#.utf8)), .delivered(rejected: 4)),
            (.init(status: 200, body: Array("garbage".utf8)), .delivered(rejected: 0)),
            (.init(status: 429, retryAfterSeconds: 7), .again(after: .seconds(7))), (.init(status: 503), .again(after: nil)),
            (.init(status: 503, retryAfterSeconds: 86_400), .again(after: .seconds(60))),
            (.init(status: 502), .again(after: nil)),
            (.init(status: 504), .again(after: nil)), (.init(status: 400), .refused), (.init(status: 500), .refused),
            (.init(status: 302), .refused),
        ] as [(CollectorClient.Answer?, ExportVerdict)])
    func verdicts(_ answer: CollectorClient.Answer?, _ verdict: ExportVerdict) {
        #expect(ExportVerdict(answer) == verdict)
    }
}

@Suite("Telemetry overrides")
struct TelemetryOverrideTests {
    private func overrides(_ environment: [String: String], log: String? = nil) throws -> TelemetryOverrides {
        try TelemetryOverrides(accessLog: log, environment: environment)
    }

    @Test("flags and OpenTelemetry's variables go before what is declared, each for itself")
    func order() throws {
        let declared = GatewayTelemetry(
            accessLog: .init(path: "/a", sampling: 0.5), tracing: .init(endpoint: "http://one", sampling: 0.1, serviceName: "s"))
        #expect(try overrides([:]).applied(to: declared) == declared)
        #expect(try overrides(["OTEL_EXPORTER_OTLP_ENDPOINT": ""]).applied(to: .none) == .none)
        let all = try overrides(
            [
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://two:4318", "OTEL_SERVICE_NAME": "door",
                "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25",
                "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b, x-two = 2",
            ], log: "-")
        #expect(
            all.applied(to: declared)
                == GatewayTelemetry(
                    accessLog: .init(path: "-", sampling: 0.5),
                    tracing: .init(endpoint: "http://two:4318", sampling: 0.25, serviceName: "door")))
        #expect(all.headers == [.init(name: "api-key", value: "a b"), .init(name: "x-two", value: "2")])
        let named = try overrides(["OTEL_SERVICE_NAME": "door"])
        #expect(named.applied(to: .none).tracing == nil && named.applied(to: declared).tracing?.serviceName == "door")
        let signal = try overrides([
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://three/in/v1/traces", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://two",
        ])
        #expect(TraceExporter.url(signal.tracingEndpoint ?? "") == "http://three/in/v1/traces")
        #expect(TraceExporter.url("http://two:4318/") == "http://two:4318/v1/traces")
    }

    @Test(
        "what cannot be used is refused, and no message repeats a secret",
        arguments: [
            ["OTEL_EXPORTER_OTLP_ENDPOINT": "two:4318"], ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://u:secret@two"],
            ["OTEL_EXPORTER_OTLP_HEADERS": "secret"], ["OTEL_EXPORTER_OTLP_HEADERS": "k=secret%zz"],
            ["OTEL_EXPORTER_OTLP_HEADERS": "k=secret%0d%0ax"], ["OTEL_EXPORTER_OTLP_HEADERS": "a b=secret"],
            ["OTEL_SERVICE_NAME": "a b"],
            ["OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"],
        ])
    func refusals(_ environment: [String: String]) {
        let problem = #expect(throws: TelemetryOverrides.Problem.self) { try overrides(environment) }
        #expect(problem.map { $0.description.contains("OTEL_") && !$0.description.contains("secret") } == true)
        #expect(throws: TelemetryOverrides.Problem.self) { try overrides([:], log: "relative.log") }
    }
}
