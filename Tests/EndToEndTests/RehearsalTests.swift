import Foundation
import Testing

extension EndToEnd {
    @Suite("Failover rehearsal")
    struct RehearsalTests {
        private struct Report: Decodable {
            struct Loss: Decodable {
                var lost: String
                var how: String
                var workloads: [Row]
                var events: [Event]
            }
            struct Row: Decodable {
                var workload: String
                var requests: Int
                var servedThere: Double
                var rtoSeconds: Double
                var acknowledgedAndLost: Int
                var kept: Bool
            }
            struct Event: Decodable {
                var reason: String
                var subject: String
            }

            var kept: Bool
            var losses: [Loss]
        }

        @Test("a frozen plane is failed by its observers, replaced, and given back; requests recover within five seconds")
        func frozenPlane() async throws {
            try await withFleet { fleet in
                try fleet.start(
                    "up", ["up", "-f", "examples/onprem-burst", "--port-base", "\(fleet.base)", "--no-wide-area"])
                for number in 1...3 { try await fleet.ready(port: fleet.base + number) }
                _ = try await eventually("everything of toronto", within: 120) {
                    let there = try await fleet.replicas().filter { $0.plane == "toronto" }
                    let models = Set(there.filter { $0.state == "ready" }.map(\.workload))
                    return models == ["chat", "chat-phi", "embeddings"] && there.allSatisfy { $0.state == "ready" } ? true : nil
                }
                let result = try await RunningCommand.run(
                    [
                        "failover", "--rehearse", "--plane", "toronto", "--rate", "10", "--limit", "40", "--no-return",
                        "-o", "json", "--state", fleet.state,
                    ], within: 280)
                try #require(result.status == 0, "\(result.output) \(result.errors)")
                let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
                #expect(result.status == 0 && report.kept, "\(result.output) \(result.errors)")
                let loss = try #require(report.losses.first)
                #expect(loss.lost == "plane toronto" && loss.how == "frozen")
                let chat = try #require(loss.workloads.first { $0.workload == "chat" })
                #expect(chat.servedThere > 0.5, "what is lost must have been serving: \(chat.servedThere)")
                #expect(chat.rtoSeconds < 5 && chat.acknowledgedAndLost == 0)
                let told = loss.events.map { "\($0.reason) \($0.subject)" }
                #expect(told.contains("PlaneFailed WorkloadPlane/toronto"), "\(told)")
                #expect(told.contains("FailoverCompleted Workload/chat"), "\(told)")
                // Given back: its replicas answer again without a restart.
                #expect(try await fleet.replicas().contains { $0.plane == "toronto" && $0.pid != nil })
            }
        }

        @Test("nothing is taken from a fleet that `up` does not run here")
        func refused() async throws {
            try await withFleet { fleet in
                try fleet.start("serve", ["serve", "--port", "\(fleet.base)"])
                try await fleet.ready(port: fleet.base)
                let result = try await RunningCommand.run(["failover", "--rehearse", "--state", fleet.state])
                #expect(result.status == 1 && result.errors.contains("--drain"), "\(result.errors)")
                #expect(try await RunningCommand.run(["failover", "--state", fleet.state]).status == 64)
            }
        }
    }
}
