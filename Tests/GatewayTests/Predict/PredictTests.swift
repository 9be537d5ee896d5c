import FleetModel
import FleetRouting
import Foundation
import Gateway
import Testing

/// `POST /predict` through the whole data path.
@Suite("Predictions", .timeLimit(.minutes(2)))
struct PredictTests {
    static let completion =
        #"{"model":"m-7","choices":[{"index":0,"text":"blows"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#

    static func post(_ body: String, path: String = "/predict") -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\nX-Own: 1\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// `chat` becomes completions, `phi` speaks `/predict` itself.
    static func with(
        _ replicas: [TestFleet.Replica], fallback: [Fallback] = [], limits: ProxyLimits = ProxyLimits(),
        _ body: @Sendable (TestFleet) async throws -> Void
    ) async throws {
        let adjust = TestFleet.Adjustment { snapshot in
            snapshot.routes.append(RoutingSnapshot.Route(name: "predict", paths: ["/predict"], api: .predict))
            for index in snapshot.workloads.indices {
                if snapshot.workloads[index].name == "phi" {
                    snapshot.workloads[index].resilience = WorkloadResilience(fallback: fallback)
                } else {
                    snapshot.workloads[index].predict = .completions
                }
            }
        }
        try await TestFleet.with(replicas, limits: limits, maxAttempts: 1, adjust: adjust, body)
    }

    @Test("become the engine's own request, and its answer becomes predictions")
    func translates() async throws {
        let upstream = try await ScriptedUpstream.answering(Self.completion)
        try await Self.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            for number in 1...2 {
                try await client.send(
                    Self.post(#"{"model_id":"chat","inputs":"The wind","parameters":{"max_tokens":1}}"#))
                let response = try await client.responses(number)[number - 1]
                #expect(response.status == 200 && response.header("x-tradewind-plane") == "near")
                #expect(response.body.hasPrefix(#"{"predictions":["blows"],"model_version":"m-7","latency_ms":"#))
                try PredictDocumentTests.check(response.body, is: "PredictResponse")
            }
            try await client.close()
        }
        let request = try #require(upstream.requests.first)
        #expect(request.text.hasPrefix("POST /v1/completions HTTP/1.1\r\n"))
        #expect(request.body.elementsEqual(#"{"model":"chat","prompt":"The wind","max_tokens":1}"#.utf8))
        #expect(!request.text.lowercased().contains("accept-encoding") && !request.text.contains("X-Own"))
    }

    @Test("an answer in chunks is put together first, and one that is too large or unreadable is refused")
    func answers() async throws {
        let body = Self.completion
        let half = body.utf8.count / 2
        let (first, second) = (String(body.prefix(half)), String(body.dropFirst(half)))
        let chunked =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\(String(first.utf8.count, radix: 16))\r\n"
            + "\(first)\r\n\(String(second.utf8.count, radix: 16))\r\n\(second)\r\n0\r\n\r\n"
        let bad =
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
        let upstream = try await ScriptedUpstream { request in
            switch request.number {
            case 0: [.send(chunked)]
            case 1: [.send(ScriptedUpstream.ok("{\"model\":\"m\"}"))]
            case 2: [.send(bad)]
            default: [.send("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"), .send(String(repeating: "x", count: 2_000))]
            }
        }
        var limits = ProxyLimits()
        limits.translatedResponseBytes = 1_000
        try await Self.with([.init(plane: "near", address: upstream.address)], limits: limits) { fleet in
            let request = Self.post(#"{"model_id":"chat","inputs":"x"}"#)
            #expect(try await fleet.ask(request).body.hasPrefix(#"{"predictions":["blows"]"#))
            let unreadable = try await fleet.ask(request)
            #expect(unreadable.status == 502 && unreadable.body.contains("unreadable_predictions"))
            try PredictDocumentTests.check(unreadable.body, is: "Error")
            let passed = try await fleet.ask(request)
            #expect(passed.status == 400 && passed.body == "{}" && passed.header("transfer-encoding") == nil)
            #expect(try await fleet.ask(request).status == 502)
            #expect(try await fleet.statistics().inFlight == 0)
        }
    }

    @Test("pass unchanged to replicas that speak them, by model_id")
    func passes() async throws {
        let upstream = try await ScriptedUpstream.answering("their own")
        let body = #"{ "inputs": {"image": [1.0]}, "model_id":"phi", "other":1, "model":"chat" }"#
        try await Self.with([.init(plane: "near", workload: "phi", address: upstream.address)]) { fleet in
            let response = try await fleet.ask(Self.post(body))
            #expect(response.status == 200 && response.body == "their own")
        }
        let request = try #require(upstream.requests.first)
        #expect(request.text.hasPrefix("POST /predict HTTP/1.1\r\n") && request.body.elementsEqual(body.utf8))
    }

    @Test("what falls back is translated for whom it falls back to")
    func fallsBack() async throws {
        let broken = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(500, "no"))] }
        let upstream = try await ScriptedUpstream.answering(Self.completion)
        try await Self.with(
            [
                .init(plane: "near", workload: "phi", address: broken.address),
                .init(plane: "near", workload: "chat", incarnation: 2, address: upstream.address),
            ], fallback: [Fallback(workload: "chat")]
        ) { fleet in
            let response = try await fleet.ask(Self.post(#"{"model_id":"phi","inputs":"x"}"#))
            #expect(response.status == 200 && response.header("x-tradewind-fallback") == "chat")
            #expect(response.body.hasPrefix(#"{"predictions":["blows"]"#))
        }
        #expect(try #require(upstream.requests.first).body.elementsEqual(#"{"model":"chat","prompt":"x"}"#.utf8))
    }

    @Test("are refused where they name no model, or ask for what cannot be translated; the fence holds")
    func refusals() async throws {
        let upstream = try await ScriptedUpstream.answering("x")
        try await Self.with([.init(plane: "near", address: upstream.address)]) { fleet in
            for (body, status, code) in [
                (#"{"model":"chat","inputs":"x"}"#, 400, "missing_model"),
                (#"{"model_id":"chat","Model_ID":"phi","inputs":"x"}"#, 400, "repeated_model"),
                (#"{"model_id":"chat","inputs":"x","extra":1}"#, 400, "invalid_prediction_request"),
                (#"{"model_id":"walled","inputs":"x"}"#, 403, "fenced"),
                (#"{"model_id":"nobody","inputs":"x"}"#, 404, "model_not_found"),
            ] {
                let response = try await fleet.ask(Self.post(body))
                #expect(response.status == status && response.body.contains("\"code\":\"\(code)\""), "\(body): \(response.body)")
                try PredictDocumentTests.check(response.body, is: "Error")
            }
            #expect(try await fleet.ask("GET /predict HTTP/1.1\r\nHost: a\r\n\r\n").status == 405)
            #expect(try await fleet.statistics().inFlight == 0)
        }
        #expect(upstream.requests.isEmpty)
    }
}
