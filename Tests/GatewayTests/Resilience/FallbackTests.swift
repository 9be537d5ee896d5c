import FleetModel
import Gateway
import NIOCore
import Testing

@Suite("Fallback to another workload", .timeLimit(.minutes(5)))
struct FallbackTests {
    /// `chat` with one replica that does what the script says, and `phi`, to which it falls back.
    private static func with(
        _ chat: ScriptedUpstream, maxAttempts: Int = 4, firstByteMilliseconds: Double = 5_000, chatPlanes: [PlaneName]? = nil,
        _ body: @Sendable (TestFleet, ScriptedUpstream) async throws -> Void
    ) async throws {
        let phi = try await ScriptedUpstream.answering("from phi")
        try await TestFleet.with(
            [.init(plane: "far", address: chat.address), .init(plane: "near", workload: "phi", address: phi.address)],
            maxAttempts: maxAttempts, firstByteMilliseconds: firstByteMilliseconds,
            adjust: .init { snapshot in
                snapshot.workloads[0].resilience = WorkloadResilience(fallback: [Fallback(workload: "phi")])
                if let chatPlanes { snapshot.workloads[0].allowedPlanes = chatPlanes }
            }
        ) { try await body($0, phi) }
    }

    @Test("goes there on 429 and 5xx, asks for a model it serves, and says so", arguments: [429, 500, 502, 503, 504, 507])
    func statuses(_ status: Int) async throws {
        let chat = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(status, "no"))] }
        try await Self.with(chat) { fleet, phi in
            let response = try await fleet.ask(
                TestFleet.post(extra: ",\"messages\":[{\"content\":\"\\\"model\\\":\\\"chat\\\"\"}]"))
            #expect(response.status == 200 && response.body == "from phi")
            #expect(response.header("x-tradewind-fallback") == "phi")
            #expect(response.header("x-tradewind-replica") == "near/phi/1")
            let sent = try #require(phi.requests.first?.text)
            let body = "{\"model\":\"phi\",\"messages\":[{\"content\":\"\\\"model\\\":\\\"chat\\\"\"}]}"
            #expect(sent.hasSuffix("\r\n\r\n" + body))
            #expect(sent.lowercased().contains("content-length: \(body.utf8.count)\r\n"))
            #expect(try await fleet.counters().fallbacks == 1)
        }
        #expect(chat.requests.count == 1)
    }

    @Test(
        "goes there on every inference path",
        arguments: [
            "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings", "/v1/messages", "/fixed/v1/score",
        ])
    func paths(_ path: String) async throws {
        let chat = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(503, "no"))] }
        try await Self.with(chat) { fleet, phi in
            let answer1 = try await fleet.ask(TestFleet.post(path: path))
            #expect(answer1.body == "from phi")
            #expect(phi.requests.first?.text.hasSuffix("{\"model\":\"phi\"}") == true)
        }
    }

    @Test(
        "goes there before the first streamed byte, when nothing comes in time and when nobody listens",
        arguments: [
            [.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"), .reset],
            [.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")], [], [.reset],
        ] as [[ScriptedUpstream.Step]])
    func breaks(_ steps: [ScriptedUpstream.Step]) async throws {
        let chat = try await ScriptedUpstream { _ in steps }
        try await Self.with(chat, maxAttempts: 1) { fleet, _ in
            let response = try await fleet.ask(TestFleet.post(extra: ",\"stream\":true"))
            #expect(response.body == "from phi" && response.header("x-tradewind-fallback") == "phi")
        }
    }

    @Test("goes there at once when nobody listens and nobody else is left to ask")
    func refused() async throws {
        let chat = try await ScriptedUpstream.answering("chat")
        try await chat.stop()
        try await Self.with(chat) { fleet, _ in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.body == "from phi" && response.header("x-tradewind-fallback") == "phi")
        }
    }

    @Test("goes there at once when its own workload has no replica")
    func noReplica() async throws {
        let chat = try await ScriptedUpstream.answering("chat")
        try await Self.with(chat) { fleet, phi in
            try await fleet.report([.init(plane: "near", workload: "phi", address: phi.address)])
            let answer2 = try await fleet.ask(TestFleet.post())
            #expect(answer2.body == "from phi")
        }
    }

    @Test("forms take the other model along, compressed bodies stay")
    func bodies() async throws {
        let chat = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(503, "no"))] }
        try await Self.with(chat) { fleet, phi in
            let form = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nchat\r\n--b--\r\n"
            let head = "PUT /fixed/v1/audio HTTP/1.1\r\nHost: a\r\nContent-Length: \(form.utf8.count)\r\n"
            let answer = try await fleet.ask(head + "Content-Type: multipart/form-data; boundary=b\r\n\r\n" + form)
            #expect(answer.body == "from phi")
            #expect(phi.requests.first?.text.contains("name=\"model\"\r\n\r\nphi\r\n--b--") == true)
            let compressed = try await fleet.ask(TestFleet.post(headers: "Content-Encoding: gzip\r\n"))
            #expect(compressed.status == 503 && phi.requests.count == 1)
        }
    }

    @Test("never leaves the first workload's fence: the answer it has is passed on")
    func fence() async throws {
        let chat = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(503, "no"))] }
        try await Self.with(chat, chatPlanes: ["far"]) { fleet, phi in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == 503 && response.body == "no" && response.header("x-tradewind-fallback") == nil)
            #expect(phi.requests.isEmpty)
        }
    }

    @Test("a request's own mistake, and one that may not run twice, stay where they are")
    func staysPut() async throws {
        let chat = try await ScriptedUpstream { request in
            [.send(ScriptedUpstream.response(request.text.contains("/v1/files") ? 503 : 400, "no"))]
        }
        try await Self.with(chat) { fleet, phi in
            let answer3 = try await fleet.ask(TestFleet.post())
            #expect(answer3.status == 400)
            let answer4 = try await fleet.ask(TestFleet.post(path: "/v1/files"))
            #expect(answer4.status == 503)
            #expect(phi.requests.isEmpty)
        }
    }

    @Test("a chain is gone through in order, and its last answer is passed on")
    func chain() async throws {
        let chat = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(503, "chat"))] }
        let phi = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(429, "phi"))] }
        try await TestFleet.with(
            [.init(plane: "near", address: chat.address), .init(plane: "near", workload: "phi", address: phi.address)],
            adjust: .init { snapshot in
                snapshot.workloads[0].resilience = WorkloadResilience(
                    fallback: [Fallback(workload: "walled"), Fallback(workload: "phi")])
            }
        ) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == 429 && response.body == "phi" && response.header("x-tradewind-fallback") == "phi")
        }
    }
}
