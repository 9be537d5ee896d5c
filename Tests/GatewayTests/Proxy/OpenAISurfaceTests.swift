import FleetModel
import Gateway
import NIOCore
import Testing

/// OpenAI's paths through the whole data path: routed by model, and every byte of the body as it was sent.
@Suite("OpenAI's API", .timeLimit(.minutes(2)))
struct OpenAISurfaceTests {
    static func post(_ path: String, type: String, body: [UInt8], headers: String = "") -> [UInt8] {
        Array(
            "POST \(path) HTTP/1.1\r\nHost: gateway\r\nContent-Type: \(type)\r\n\(headers)Content-Length: \(body.count)\r\n\r\n"
                .utf8)
            + body
    }

    static func part(_ name: String, _ value: [UInt8], file: String? = nil) -> [UInt8] {
        let disposition = "form-data; name=\"\(name)\"" + (file.map { "; filename=\"\($0)\"" } ?? "")
        return Array("--xYzZY\r\nContent-Disposition: \(disposition)\r\n\r\n".utf8) + value + Array("\r\n".utf8)
    }

    static let end = Array("--xYzZY--\r\n".utf8)
    static let formType = "multipart/form-data; boundary=xYzZY"
    static func sound(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 197 &+ $0 >> 8) } }

    private func ask(_ fleet: TestFleet, _ bytes: [UInt8]) async throws -> RawResponse {
        let client = try await fleet.client()
        try await client.send(bytes)
        let response = try await client.response()
        try await client.close()
        return response
    }

    @Test(
        "JSON paths go by their model, and the body arrives as it was sent",
        arguments: [
            "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings", "/v1/audio/speech",
            "/v1/images/generations", "/v1/moderations",
        ])
    func json(path: String) async throws {
        let upstream = try await ScriptedUpstream.answering("answer")
        let body = "{\"input\" : \"\\u0041 \u{e9}\",\n \"model\":\"ch\\u0061t\", \"n\": 1.0e0 }"
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let response = try await ask(fleet, Self.post(path, type: "application/json", body: Array(body.utf8)))
            #expect(response.status == 200 && response.body == "answer")
        }
        let request = try #require(upstream.requests.first)
        #expect(request.text.hasPrefix("POST \(path) HTTP/1.1\r\n") && request.body.elementsEqual(body.utf8))
    }

    @Test(
        "forms go by their part `model`, also behind a file, and every byte arrives",
        arguments: ["/v1/audio/transcriptions", "/v1/audio/translations", "/v1/images/edits"], [false, true])
    func forms(path: String, isModelLast: Bool) async throws {
        let upstream = try await ScriptedUpstream.answering("text")
        let (model, file) = (Self.part("model", Array("chat".utf8)), Self.part("file", Self.sound(70_000), file: "a.wav"))
        let body = (isModelLast ? file + model : model + file) + Self.end
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: ForwardingTests.small) { fleet in
            let response = try await ask(fleet, Self.post(path, type: Self.formType, body: body))
            #expect(response.status == 200 && response.body == "text")
            #expect(try await fleet.plane.workers[0].submit { $0.heldFormBytes }.get() == 0)
        }
        let request = try #require(upstream.requests.first)
        #expect(request.body.elementsEqual(body) && request.text.contains("Content-Type: \(Self.formType)\r\n"))
    }

    @Test("a form is held for its model up to a limit of its own and of its event loop")
    func heldForms() async throws {
        let upstream = try await ScriptedUpstream.answering("text")
        var limits = ForwardingTests.small
        (limits.heldFormBytes, limits.heldFormBytesPerLoop) = (100_000, 120_000)
        let late = Self.part("file", Self.sound(400_000), file: "a.wav") + Self.part("model", Array("chat".utf8)) + Self.end
        let fitting = Self.part("file", Self.sound(90_000), file: "a.wav") + Self.part("model", Array("chat".utf8)) + Self.end
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: limits) { fleet in
            let response = try await ask(fleet, Self.post("/v1/audio/translations", type: Self.formType, body: late))
            #expect(response.status == 413 && response.body.contains("first 100000 bytes"))
            // One waits for the rest of its form; a second one would take more than the loop has.
            let client = try await fleet.client()
            let request = Self.post("/v1/audio/translations", type: Self.formType, body: fitting)
            try await client.send(Array(request[..<85_000]))
            while try await fleet.plane.workers[0].submit({ $0.heldFormBytes }).get() < 79_000 { await Task.yield() }
            #expect(try await ask(fleet, request).status == 413)
            try await client.send(Array(request[85_000...]))
            #expect(try await client.response().status == 200)
            #expect(try await ask(fleet, request).status == 200)
            try await client.close()
        }
    }

    @Test("a form that could be read differently goes nowhere")
    func ambiguousForms() async throws {
        let upstream = try await ScriptedUpstream.answering("text")
        let (first, second) = (Self.part("model", Array("chat".utf8)), Self.part("model", Array("phi".utf8)))
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: ForwardingTests.small) { fleet in
            let path = "/v1/images/edits"
            let twice = try await ask(fleet, Self.post(path, type: Self.formType, body: first + second + Self.end))
            #expect(twice.status == 400 && twice.body.contains("\"code\":\"repeated_model\""))
            let types = Self.post(
                path, type: Self.formType, body: first + Self.end, headers: "Content-Type: multipart/form-data; boundary=o\r\n")
            #expect(try await ask(fleet, types).status == 400)
            let mixed = try await ask(fleet, Self.post(path, type: "multipart/mixed; boundary=xYzZY", body: first + Self.end))
            #expect(mixed.status == 415 && mixed.body.contains("\"code\":\"unsupported_media_type\""))
            // The second model shows up once the form is on its way: the replica sees a broken request.
            let long = Self.part("file", Self.sound(60_000), file: "a")
            let client = try await fleet.client()
            try await client.send(Self.post(path, type: Self.formType, body: first + long + second + Self.end))
            #expect(try await client.response().status == 400)
            try await client.close()
        }
        #expect(upstream.requests.isEmpty)
    }

    @Test("a fenced model is refused whatever the form")
    func fence() async throws {
        let upstream = try await ScriptedUpstream.answering("text")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let form = Self.part("model", Array("walled".utf8)) + Self.end
            let response = try await ask(fleet, Self.post("/v1/audio/transcriptions", type: Self.formType, body: form))
            #expect(response.status == 403 && response.body.contains("\"code\":\"fenced\""))
            let unknown = Self.part("model", Array("nobody".utf8)) + Self.end
            #expect(try await ask(fleet, Self.post("/v1/images/edits", type: Self.formType, body: unknown)).status == 404)
        }
        #expect(upstream.requests.isEmpty)
    }

    @Test("a binary answer arrives as it was sent")
    func speech() async throws {
        let sound = Self.sound(50_000)
        let head = "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: \(sound.count)\r\n\r\n"
        let upstream = try await ScriptedUpstream { _ in [.sendBytes(Array(head.utf8) + sound)] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post(path: "/v1/audio/speech"))
            let content = try await client.transcript.wait("the sound") { $0.bytes.count > sound.count + 100 }
            let end = try #require(RawResponse.headEnd(content.bytes))
            _ = try await client.transcript.wait("all of it") { $0.bytes.count >= end + sound.count }
            #expect(client.transcript.content.bytes[end...].elementsEqual(sound))
            try await client.close()
        }
    }

    @Test("sound and images that failed are asked for again, as text is")
    func retries() async throws {
        let upstream = try await ScriptedUpstream { $0.number == 0 ? [.reset] : [.send(ScriptedUpstream.ok("text"))] }
        let form = Self.part("model", Array("chat".utf8)) + Self.end
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let response = try await ask(fleet, Self.post("/v1/audio/transcriptions", type: Self.formType, body: form))
            #expect(response.status == 200)
        }
        #expect(upstream.requests.count == 2)
    }

    @Test("GET /v1/models/{id} tells of a model that is served, whatever its name is made of")
    func models() async throws {
        let upstream = try await ScriptedUpstream.answering("x")
        let adjust = TestFleet.Adjustment { $0.workloads[0].models.append("org/model:7b") }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: adjust) { fleet in
            for path in ["org/model:7b", "org%2Fmodel%3A7b"] {
                let response = try await fleet.ask("GET /v1/models/\(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(response.status == 200)
                #expect(
                    response.body.hasPrefix(
                        "{\"id\":\"org/model:7b\",\"object\":\"model\",\"created\":0,\"owned_by\":\"tradewind\""))
            }
            for path in ["nobody", "walled", "org%252Fmodel:7b", ""] {
                let response = try await fleet.ask("GET /v1/models/\(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(response.status == 404 && response.body.contains("model_not_found"), "\(path)")
            }
            let delete = try await fleet.ask("DELETE /v1/models/chat HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(delete.status == 405 && delete.header("allow") == "GET, HEAD")
            let list = try await fleet.ask("GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(list.body.contains("\"first_id\":\"chat\",\"last_id\":\"phi\",\"has_more\":false"))
        }
        #expect(upstream.requests.isEmpty)
    }
}
