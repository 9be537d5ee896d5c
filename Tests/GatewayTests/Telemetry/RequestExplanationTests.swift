import FleetModel
import FleetRouting
import FleetTransport
import Foundation
import Gateway
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@Suite("Explaining requests", .timeLimit(.minutes(1)))
struct RequestExplanationTests {
    /// The explanation of the newest request with an id.
    private func explanation(_ id: String, _ fleet: TestFleet) async throws -> JSONValue {
        let record = try await fleet.plane.workers[0].submit { $0.recorder?.record(of: Array(id.utf8)) }.get()
        return RequestExplanation(
            try #require(record), gateway: "test", table: fleet.table, clock: .read(), now: NIODeadline.now().moment
        ).document
    }

    @Test("shows the fence, every candidate with its scores, the choice and its reason, the attempts and the times")
    func repeated() async throws {
        let near = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(503, "no"))] }
        let far = try await ScriptedUpstream.answering("far")
        try await TestFleet.with(
            [.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)],
            recording: RequestRecorder.Configuration()
        ) { fleet in
            let response = try await fleet.ask(TestFleet.post(headers: "x-request-id: abc\r\n"))
            let document = try await explanation("abc", fleet)
            #expect(document["request"]["id"].text == "abc" && document["request"]["workload"].text == "chat")
            #expect(document["request"]["path"].text == "/v1/chat/completions")
            #expect(document["outcome"]["status"].integer == 200 && document["outcome"]["retries"].integer == 1)
            #expect(document["outcome"]["replica"].text == response.header("x-tradewind-replica"))
            #expect(document["outcome"]["reason"].text == response.header("x-tradewind-reason"))
            #expect(document["fence"]["allowedPlanes"].elements.compactMap(\.text).sorted() == ["far", "near"])
            let first = document["decisions"].elements[0]
            #expect(first["plane"].text == "near" && first["reason"].text == "nearest-in-budget")
            let candidates = first["candidates"].elements
            #expect(candidates.compactMap { $0["plane"].text }.sorted() == ["far", "near"])
            let chosen = try #require(candidates.first { $0["chosen"].flag == true })
            #expect(chosen["plane"].text == "near" && chosen["competed"].flag == true && chosen["available"].integer == 1)
            // The expected round trip between (0, 0) and (0, 1), and no line in front of an idle replica.
            let expected = Coordinates(latitude: 0, longitude: 0).expectedRoundTrip(to: Coordinates(latitude: 0, longitude: 1))
            #expect(chosen["roundTripMilliseconds"].double.map { abs($0 - expected.milliseconds) < 0.001 } == true)
            #expect(chosen["queueMilliseconds"].double == 0)
            #expect(first["replicas"].elements.map { $0["replica"].text } == ["near/chat/1"])
            #expect(document["attempts"].elements.map { $0["outcome"].text } == ["server_error", "answered"])
            #expect(document["attempts"].elements.map { $0["status"].integer } == [503, 200])
            let last = document["decisions"].elements[1]
            #expect(last["plane"].text == "far" && last["reason"].text == "retry")
            #expect((document["timings"]["durationMilliseconds"].double ?? 0) > 0)
        }
    }

    @Test("shows which rule keeps every plane out where nothing may be sent")
    func fenced() async throws {
        try await TestFleet.with([], recording: RequestRecorder.Configuration()) { fleet in
            _ = try await fleet.ask(TestFleet.post("walled", headers: "x-request-id: abc\r\n"))
            let document = try await explanation("abc", fleet)
            #expect(document["fence"]["allowedPlanes"].elements.isEmpty)
            #expect(document["fence"]["excludedPlanes"].elements.map { $0["plane"].text } == ["near"])
            #expect(document["fence"]["excludedPlanes"].elements.first?["because"].text?.contains("residency") == true)
            #expect(document["decisions"].elements.map { $0["refused"].text } == ["fenced"])
            #expect(document["outcome"]["error"].text == "fenced" && document["attempts"].elements.isEmpty)
        }
    }

    @Test("holds no part of what was asked or answered")
    func secrets() async throws {
        let near = try await ScriptedUpstream.answering("marker-answer")
        try await TestFleet.with(
            [.init(plane: "near", address: near.address)], recording: RequestRecorder.Configuration()
        ) { fleet in
            _ = try await fleet.ask(
                TestFleet.post(
                    path: "/v1/chat/completions?marker-query",
                    headers: "x-request-id: abc\r\nauthorization: Bearer marker-key\r\n",
                    extra: #","messages":[{"content":"marker-prompt"}]"#))
            #expect(try await !explanation("abc", fleet).canonicalText.contains("marker"))
        }
    }

    @Test("a gateway answers what the control plane asks over a connection of its own")
    func inquiry() async throws {
        let answers = Mutex<[String]>([])
        let answered = Transcript()
        let server = try await StubServer { head, body, response in
            switch head.uri {
            case "/internal/v1/gateways/frankfurt/inquiries"
            where head.headers["authorization"] == ["Bearer \(ControlFixture.token)"]:
                response.begin(headers: ["content-type": "text/event-stream"])
                response.write("event: inquiry\ndata: {\"id\":7,\"request\":\"known\"}\n\n")
                response.write("event: inquiry\ndata: {\"id\":8,\"request\":\"unknown\"}\n\n")
            case "/internal/v1/gateways/frankfurt/inquiries/7", "/internal/v1/gateways/frankfurt/inquiries/8":
                answers.withLock { $0.append("\(head.method) \(head.uri.suffix(1)) \(body)") }
                answered.append([1])
                response.answer(.noContent)
            default: response.answer(.notFound)
            }
        }
        let folder = try TemporaryFolder()
        let control = try GatewayControl(
            .init(
                gateway: ControlFixture.gateway, controlURL: "http://\(server.address)", token: ControlFixture.token,
                folder: folder.path),
            group: MultiThreadedEventLoopGroup.singleton, sinks: [],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, traffic: { TrafficReport() },
            explain: { $0 == "known" ? ["request": ["id": "known"]] : nil })
        try await control.start(address: "127.0.0.1:1")
        _ = try await answered.wait("two answers") { $0.bytes.count >= 2 }
        #expect(answers.withLock { $0 } == [#"POST 7 {"request":{"id":"known"}}"#, "POST 8 null"])
        await control.stop()
        try await server.kill()
    }
}
