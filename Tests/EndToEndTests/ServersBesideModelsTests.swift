import Foundation
import Testing

extension EndToEnd {
    @Suite("Servers beside models")
    struct ServersBesideModelsTests {
        /// SHA-256 of `sk-tw-limited`.
        private static let tenant = """
            { "apiVersion": "tradewind.dev/v1alpha1", "kind": "Tenant", "metadata": { "name": "limited" },
              "spec": { "apiKeys": [{ "name": "k", "sha256": "3833f5b78d2611e01d5e25cb99e95eb525e7af1c4b291e317627db3102b0aa86" }], "limits": { "requestsPerMinute": 40 } } }
            """

        @Test("an API server, predictions and unbuffered streams are served by one fleet")
        func paths() async throws {
            try await withFleet { fleet in
                let up = try fleet.start("up", ["up", "-f", "examples/api-and-inference", "--port-base", "\(fleet.base)"])
                let port = fleet.base + 1
                try await fleet.ready(port: port, within: 90)

                let order = try await Client.send("GET", port: port, "/api/orders/7?all=1")
                #expect(order.status == 200 && order.text == #"{"path": "/api/orders/7?all=1"}"#, "\(order.text)")
                let posted = try await Client.send("POST", port: port, "/api/orders", body: "any bytes")
                #expect(posted.status == 201 && posted.text == #"{"path": "/api/orders", "received": 9}"#, "\(posted.text)")
                #expect(posted.headers["x-tradewind-replica"]?.hasPrefix("toronto/orders/") == true)

                let predicted = try await Client.send(
                    "POST", port: port, "/predict",
                    body: #"{"model_id":"texts","inputs":"The wind","parameters":{"max_tokens":3}}"#)
                let answer = try predicted.json()
                #expect(predicted.status == 200 && answer["model_version"] as? String == "2026-11-21", "\(predicted.text)")
                let text = try #require((answer["predictions"] as? [String])?.first)
                #expect(text.split(separator: " ").count == 3)
                #expect(try #require(answer["latency_ms"] as? Double) > 0)
                #expect(predicted.headers["x-tradewind-replica"]?.hasPrefix("toronto/texts/") == true)
                let document = try await Client.send("GET", port: port, "/predict/openapi.json").json()
                #expect(document["openapi"] as? String == "3.1.0")

                let ticks = try await Client.send("GET", port: port, "/stream/3")
                #expect(ticks.text == "0\n1\n2\n" && ticks.isComplete)
                #expect(ticks.headers["x-tradewind-replica"]?.hasPrefix("toronto/orders/") == true)

                try await askWithLimit(fleet, port: port)
                #expect(try await up.end(by: SIGTERM, within: 100) == 0, "\(up.errors)")
                #expect(try fleet.survivors() == [])
            }
        }

        /// Anthropic's own client meets a key that is wrong and a limit that is spent.
        private func askWithLimit(_ fleet: TestFleet, port: Int) async throws {
            _ = try await fleet.tradewind("apply", "-f", "-", input: Self.tenant)
            _ = try await eventually("the tenant's terms at the gateway", within: 20) {
                try await Client.send("GET", port: port, "/v1/models").status == 401 ? true : nil
            }
            let python = "\(RunningCommand.root)/.venv/bin/python3"
            let result = try await RunningCommand.run(
                ["Tests/EndToEndTests/anthropic_client.py", "\(port)", "texts", "sk-tw-limited"], program: python)
            #expect(result.status == 0, "\(result.output)\(result.errors)")
        }
    }
}
