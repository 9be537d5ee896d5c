import FleetModel
import Gateway
import Testing

/// KServe's Open Inference Protocol, version 2: the model is in the path.
@Suite("Open Inference Protocol", .timeLimit(.minutes(2)))
struct OpenInferenceTests {
    static let tensors = #"{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1.0]}],"model":"phi"}"#

    static func with(_ upstream: ScriptedUpstream, _ body: @Sendable (TestFleet) async throws -> Void) async throws {
        let adjust = TestFleet.Adjustment { snapshot in
            snapshot.routes.append(RoutingSnapshot.Route(name: "v2", paths: ["/v2/"], api: .openInference))
            for index in snapshot.workloads.indices where snapshot.workloads[index].name == "chat" {
                snapshot.workloads[index].models += ["org/net", "a b"]
            }
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: adjust, body)
    }

    static func infer(_ path: String, _ body: String = tensors) -> String {
        "POST /v2/models/\(path) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test(
        "inferences go by the model in the path, and path and body arrive as they were sent",
        arguments: [
            "chat/infer", "chat/versions/7/infer", "org%2Fnet/infer", "org%2fnet/versions/1/infer", "a%20b/infer", "%63hat/infer",
            "chat/generate", "chat/generate_stream", "chat/infer?timeout=1",
        ])
    func infers(path: String) async throws {
        let upstream = try await ScriptedUpstream.answering("outputs")
        try await Self.with(upstream) { fleet async throws in
            let response = try await fleet.ask(Self.infer(path))
            #expect(response.status == 200 && response.body == "outputs")
        }
        let request = try #require(upstream.requests.first)
        #expect(request.text.hasPrefix("POST /v2/models/\(path) HTTP/1.1\r\n") && request.body.elementsEqual(Self.tensors.utf8))
    }

    @Test("bytes of tensors pass, whatever they are")
    func binary() async throws {
        let upstream = try await ScriptedUpstream.answering("outputs")
        let tensor = OpenAISurfaceTests.sound(60_000)
        try await Self.with(upstream) { fleet async throws in
            let client = try await fleet.client()
            try await client.send(
                OpenAISurfaceTests.post(
                    "/v2/models/chat/infer", type: "application/octet-stream", body: tensor,
                    headers: "Inference-Header-Content-Length: 10\r\n"))
            #expect(try await client.response().status == 200)
            try await client.close()
        }
        #expect(try #require(upstream.requests.first).body.elementsEqual(tensor))
    }

    @Test(
        "questions about a model go to a replica of it", arguments: ["", "/", "/ready", "/config", "/stats", "/versions/1/ready"])
    func questions(path: String) async throws {
        let upstream = try await ScriptedUpstream.answering("{}")
        try await Self.with(upstream) { fleet async throws in
            #expect(try await fleet.ask("GET /v2/models/chat\(path) HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }
        #expect(upstream.requests.count == 1)
    }

    @Test("the gateway answers for the server's health itself")
    func health() async throws {
        let upstream = try await ScriptedUpstream.answering("x")
        try await Self.with(upstream) { fleet async throws in
            #expect(try await fleet.ask("GET /v2/health/live HTTP/1.1\r\nHost: a\r\n\r\n").body == "{\"live\":true}")
            #expect(try await fleet.ask("GET /v2/health/ready HTTP/1.1\r\nHost: a\r\n\r\n").body == "local")
            #expect(try await fleet.ask("DELETE /v2/health/live HTTP/1.1\r\nHost: a\r\n\r\n").status == 405)
        }
        #expect(upstream.requests.isEmpty)
    }

    @Test("the gateway says what it is where its route begins at /v2", arguments: ["/v2", "/v2/"])
    func metadata(path: String) async throws {
        let adjust = TestFleet.Adjustment { snapshot in
            snapshot.routes.append(RoutingSnapshot.Route(name: "v2", paths: ["/v2"], api: .openInference))
        }
        try await TestFleet.with([], adjust: adjust) { fleet in
            let response = try await fleet.ask("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.status == 200 && response.header("content-type") == "application/json")
            #expect(response.body == #"{"name":"tradewind","version":"1.2.3","extensions":[]}"#)
            #expect(try await fleet.ask("GET /v2x HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
            let post = "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
            #expect(try await fleet.ask(post).status == 405)
        }
    }

    @Test("whatever else a server of the protocol offers is not for clients, and the fence holds")
    func refusals() async throws {
        let upstream = try await ScriptedUpstream.answering("x")
        try await Self.with(upstream) { fleet async throws in
            for (request, status) in [
                (Self.infer("nobody/infer"), 404), (Self.infer("walled/infer"), 403), (Self.infer("phi/infer"), 503),
                (Self.infer("chat%252Finfer/infer"), 404), (Self.infer("/infer"), 404), (Self.infer("chat/trace/setting"), 404),
                (Self.infer("chat/versions//infer"), 404), (Self.infer("chat/infer/more"), 404), (Self.infer("chat"), 405),
                (Self.infer("%2e%2e/infer"), 400), (Self.infer("\(String(repeating: "m", count: 300))/infer"), 404),
                ("GET /v2/models/chat/infer HTTP/1.1\r\nHost: a\r\n\r\n", 405),
                ("POST /v2/repository/models/chat/unload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 404),
            ] {
                #expect(try await fleet.ask(request).status == status, "\(request)")
            }
        }
        #expect(upstream.requests.isEmpty)
    }

    @Test("an inference that failed is asked for again")
    func retries() async throws {
        let upstream = try await ScriptedUpstream { $0.number == 0 ? [.reset] : [.send(ScriptedUpstream.ok("outputs"))] }
        try await Self.with(upstream) { fleet async throws in #expect(try await fleet.ask(Self.infer("chat/infer")).status == 200)
        }
        #expect(upstream.requests.count == 2)
    }
}
