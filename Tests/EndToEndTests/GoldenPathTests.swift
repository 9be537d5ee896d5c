import Foundation
import Testing

/// The example fleet as `make up` starts it, asked as users ask and hurt as machines are hurt.
@Suite("End to end", .serialized)
struct EndToEnd {}

extension EndToEnd {
    @Suite("Golden path")
    struct GoldenPathTests {
        private let phiPlanes: Set<String> = ["toronto", "aws-frankfurt"]

        @Test("up serves each gateway's users from the nearest plane, survives a plane, keeps the fence and leaves nobody behind")
        func goldenPath() async throws {
            try await withFleet { fleet in
                let up = try fleet.start("up", ["up", "-f", "examples/onprem-burst", "--port-base", "\(fleet.base)"])
                let (toronto, frankfurt, singapore) = (fleet.base + 1, fleet.base + 2, fleet.base + 3)
                for port in [toronto, frankfurt, singapore] { try await fleet.ready(port: port) }

                for (port, plane) in [(toronto, "toronto"), (frankfurt, "aws-frankfurt"), (singapore, "gcp-singapore")] {
                    // A gateway is ready with the first replica anywhere; the nearest may come, and have its slow start, later.
                    for path in ["chat/completions", "embeddings"] {
                        let model = path == "embeddings" ? path : "chat"
                        let body = #"{"model":"\#(model)","input":"x","messages":[{"role":"user","content":"x"}]}"#
                        _ = try await eventually("\(path) by \(plane)", within: 30) {
                            let answer = try await Client.send("POST", port: port, "/v1/\(path)", body: body)
                            #expect(answer.status == 200, "\(answer.text)")
                            return answer.plane == plane ? true : nil
                        }
                    }
                    let metrics = try await Client.send("GET", port: port, "/metrics")
                    #expect(metrics.text.contains("tradewind_gateway_requests_total"))
                }
                let phi = try await Client.chat("chat-phi", port: singapore)
                #expect(phi.status == 200 && phiPlanes.contains(phi.plane), "\(phi.plane) \(phi.text)")

                try await ask(as: "openai", port: singapore)
                try await ask(as: "anthropic", port: singapore)
                try await killServingPlane(fleet, port: toronto)
                try await killFencedPlanes(fleet, port: singapore)

                #expect(try await up.end(by: SIGINT, within: 100) == 0, "\(up.errors)")
                #expect(try fleet.survivors() == [])
            }
        }

        /// One vendor's own client, unmodified.
        private func ask(as client: String, port: Int) async throws {
            let python = "\(RunningCommand.root)/.venv/bin/python3"
            let result = try await RunningCommand.run(
                ["Tests/EndToEndTests/\(client)_client.py", "\(port)", "chat"], program: python)
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.output.split(separator: "\n").count >= 8)
        }

        /// Requests run one after the other from four clients while every replica of the plane is killed at once.
        private func killServingPlane(_ fleet: TestFleet, port: Int) async throws {
            let answers = try await withThrowingTaskGroup(of: [Answer].self) { group in
                for _ in 0..<4 {
                    group.addTask { try await (0..<60).asyncMap { _ in try await Client.chat("chat", port: port) } }
                }
                #expect(try await fleet.killReplicas(of: "toronto") >= 3)
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let failed = answers.filter { $0.status != 200 || !$0.isComplete }
            #expect(failed.isEmpty, "\(failed.count) of \(answers.count) failed: \(failed.first?.text ?? "")")
            #expect(Set(answers.map(\.plane)).count > 1, "nobody else answered")
            _ = try await eventually("service by toronto again", within: 30) {
                try await Client.chat("chat", port: port).plane == "toronto" ? true : nil
            }
        }

        /// With both permitted planes down, the answer comes from one of them again or is a refusal: never from elsewhere.
        private func killFencedPlanes(_ fleet: TestFleet, port: Int) async throws {
            for _ in 0..<4 {
                for plane in phiPlanes.sorted() { _ = try await fleet.killReplicas(of: plane) }
                let answer = try await Client.chat("chat-phi", port: port)
                if answer.status == 200 {
                    #expect(phiPlanes.contains(answer.plane))
                } else {
                    #expect([502, 503, 504].contains(answer.status), "\(answer.status) \(answer.text)")
                    #expect(answer.text.contains("\"message\""))
                }
            }
        }
    }
}

extension Sequence where Self: Sendable {
    func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
