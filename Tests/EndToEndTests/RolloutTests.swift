import Foundation
import Synchronization
import Testing

/// What clients were answered, and whether they shall go on.
private final class AnswerLog: Sendable {
    private struct State {
        var answers: [(status: Int, text: String)] = []
        var isOn = true
    }

    private let state = Mutex(State())

    var isOn: Bool { state.withLock { $0.isOn } }
    func turnOff() { state.withLock { $0.isOn = false } }
    func add(_ answer: Answer) { state.withLock { $0.answers.append((answer.status, answer.text)) } }
    /// Those since the last time.
    func take() -> [(status: Int, text: String)] {
        state.withLock { state in
            defer { state.answers = [] }
            return state.answers
        }
    }
}

extension EndToEnd {
    /// New versions of a program that answers with its version's name take over from old ones, while clients ask.
    @Suite("Rollouts of running programs")
    struct RolloutTests {
        private static let program = """
            import http.server, sys
            version = sys.argv[3]
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_GET(self):
                    broken = version == "broken" and self.path != "/health"
                    body = version.encode()
                    self.send_response(500 if broken else 200)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def log_message(self, *arguments): pass
            http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
            """

        private static let places = """
            apiVersion: tradewind.dev/v1alpha1
            kind: Provider
            metadata: { name: onprem }
            spec: { kind: on-premises }
            ---
            apiVersion: tradewind.dev/v1alpha1
            kind: WorkloadPlane
            metadata: { name: toronto }
            spec:
              provider: onprem
              region: yyz
              location: { latitude: 43.65, longitude: -79.38, country: CA }
              driver: { local: {} }
              pools:
                - { name: processors, accelerator: CPU, acceleratorsPerNode: 8, tier: reserved, owned: true, maxNodes: 1 }
            ---
            apiVersion: tradewind.dev/v1alpha1
            kind: Gateway
            metadata: { name: toronto }
            spec:
              location: { latitude: 43.65, longitude: -79.38, country: CA }
            ---
            apiVersion: tradewind.dev/v1alpha1
            kind: Route
            metadata: { name: site }
            spec:
              match: { paths: [/] }
              to: { workload: site }

            """

        private static func site(_ version: String, file: String, rollout: String) -> String {
            """
            apiVersion: tradewind.dev/v1alpha1
            kind: Workload
            metadata: { name: site }
            spec:
              replica:
                profile:
                  CPU: { accelerators: 1, rate: 100 req/s }
                engine: { command: [python3, "\(file)", "{host}", "{port}", \(version)], readinessPath: /health }
              scaling: { minReplicas: 4, maxReplicas: 4 }
              rollout: \(rollout)

            """
        }

        private static let canary = """
            { strategy: canary, steps: [{ weight: 25%, pause: 10m }], analysis: { maxErrorRate: 5%, minRequests: 20, interval: 1s } }
            """

        @Test(
            "a canary that fails goes back by itself and costs no request that may be repeated; blue-green moves every client")
        func rollouts() async throws {
            try await withFleet { fleet in
                let (program, file) = ("\(fleet.state)/serve.py", "\(fleet.state)/fleet.yaml")
                try Self.program.write(toFile: program, atomically: true, encoding: .utf8)
                let first = Self.places + "---\n" + Self.site("one", file: program, rollout: "{}")
                try first.write(toFile: file, atomically: true, encoding: .utf8)
                let up = try fleet.start("up", ["up", "-f", file, "--port-base", "\(fleet.base)", "--no-wide-area"])
                let port = fleet.base + 1
                try await fleet.ready(port: port)
                let log = AnswerLog()
                let clients = Task {
                    while log.isOn {
                        log.add(try await Client.send("GET", port: port, "/"))
                        await pause(milliseconds: 20)
                    }
                }
                _ = try await fleet.tradewind(
                    "apply", "-f", "-", input: Self.site("broken", file: program, rollout: Self.canary))
                try await told("RollbackCompleted", fleet)
                let during = log.take()
                // What the canary fails is asked of the version beside it: a GET may be sent twice.
                let failed = during.filter { $0.status != 200 || $0.text != "one" }
                #expect(!during.isEmpty && failed.isEmpty, "\(failed.count) of \(during.count): \(failed.first as Any)")
                let events = try await fleet.tradewind("get", "events")
                #expect(events.contains("requests failed, at most 5% may"), "\(events)")
                _ = try await fleet.tradewind(
                    "apply", "-f", "-",
                    input: Self.site("two", file: program, rollout: "{ strategy: blueGreen, scaleDownDelay: 1s }"))
                try await told("RolloutPromoted", fleet)
                _ = try await eventually("the new version for everybody") {
                    let last = log.take()
                    #expect(last.allSatisfy { $0.status == 200 && ["one", "two"].contains($0.text) }, "\(last)")
                    return !last.isEmpty && last.allSatisfy { $0.text == "two" } ? true : nil
                }
                log.turnOff()
                try await clients.value
                #expect(try await up.end(by: SIGINT, within: 100) == 0, "\(up.errors)")
            }
        }

        private func told(_ reason: String, _ fleet: TestFleet) async throws {
            _ = try await eventually("event \(reason)", within: 90) {
                try await fleet.tradewind("get", "events").contains(reason) ? true : nil
            }
        }
    }
}
