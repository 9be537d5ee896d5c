import Foundation
import Testing

extension EndToEnd {
    @Suite("Planning")
    struct PlanningTests {
        private func object(_ text: String) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }

        @Test(
            "a plan of the running fleet says what it changes, is carried out once applied, and is refused once the fleet changed"
        )
        func planAndApply() async throws {
            try await withFleet { fleet in
                try fleet.start("serve", ["serve", "--port", "\(fleet.base)"])
                try await fleet.ready(port: fleet.base)
                _ = try await fleet.tradewind("apply", "-f", "examples/onprem-burst")
                let file = "\(fleet.state)/plan.yaml"
                let plan = try object(try await fleet.tradewind("plan", "-o", "json", "--out", file))
                let changes = try #require(plan["changes"] as? [String: Any])
                let replicas = try #require(changes["replicas"] as? [[String: Any]])
                #expect(!replicas.isEmpty && replicas.allSatisfy { $0["mark"] as? String == "add" }, "nothing runs yet")
                let block = try #require(changes["block"] as? String)

                #expect(try await fleet.tradewind("apply", "-f", file) == "placementplan/default created\n")
                #expect(try await fleet.tradewind("apply", "-f", file) == "placementplan/default unchanged\n")
                let explained = try object(try await fleet.tradewind("explain", "workload", "chat", "-o", "json"))
                let followed = try #require(explained["plan"] as? [String: Any])
                // The hour may have changed since the plan was made; what the plan wants in its block is placed.
                if followed["block"] as? String == block {
                    let wanted = replicas.filter { $0["workload"] as? String == "chat" }.reduce(0) {
                        $0 + ($1["after"] as? Int ?? 0)
                    }
                    #expect(followed["wanted"] as? Int == wanted)
                }
                #expect(followed["wanted"] as? Int == followed["placed"] as? Int)

                _ = try await fleet.tradewind("plan", "--out", file)
                _ = try await fleet.tradewind("delete", "placementplan", "default")
                let stale = try await RunningCommand.run(["apply", "-f", file, "--state", fleet.state])
                #expect(stale.status == 5)
                #expect(stale.errors.contains("make it anew"))
            }
        }

        @Test("a fleet file and the problem exported from it give the same plan, and a loss is shown on it")
        func problemFile() async throws {
            let folder = NSTemporaryDirectory() + "tradewind-plan-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let file = "\(folder)/problem.json"
            let arguments = [
                "plan", "-f", "examples/onprem-burst", "-o", "json", "--export-problem", file, "--lose", "aws/eu-central-1=30%",
            ]
            let planned = try await RunningCommand.run(arguments)
            #expect(planned.status == 0, "\(planned.errors)")
            let fromFleet = try object(planned.output)
            let fromProblem = try object(try await RunningCommand.run(["plan", "--problem", file, "-o", "json"]).output)
            for key in ["objectiveUSD", "boundUSD", "gap"] {
                #expect(fromFleet[key] as? Double == fromProblem[key] as? Double, "\(key)")
            }
            #expect((fromFleet["losses"] as? [Any])?.count == 1)
            #expect((fromFleet["gap"] as? Double ?? 1) <= 0.01)
        }

        @Test("input that cannot be planned is refused with every error on a line of its own")
        func refused() async throws {
            let file = NSTemporaryDirectory() + "tradewind-problem-\(UUID().uuidString.prefix(8)).json"
            defer { try? FileManager.default.removeItem(atPath: file) }
            try #"{"blocks":[{"name":"day","hours":-1}],"planes":[],"pools":[],"workloads":[],"demand":[],"rtt":[]}"#
                .write(toFile: file, atomically: true, encoding: .utf8)
            let result = try await RunningCommand.run(["plan", "--problem", file])
            #expect(result.status == 1)
            #expect(result.errors.contains("\(file): blocks[0].hours: -1"))
            let unknown = try await RunningCommand.run(["plan", "-f", "examples/onprem-burst", "--explain", "chta"])
            #expect(unknown.status == 4)
            #expect(unknown.errors.contains("chat"))
            let deadline = try await RunningCommand.run(["plan", "-f", "examples/onprem-burst", "--deadline", "60"])
            #expect(deadline.status == 64)
        }
    }
}
