import Foundation
import Testing

extension EndToEnd {
    @Suite("Control plane outage")
    struct OutageTests {
        @Test("separate processes serve on without serve, restart without it, and are reconciled after it")
        func outage() async throws {
            try await withFleet { fleet in
                let port = fleet.base + 1
                let serve = try fleet.start("serve", ["serve", "--port", "\(fleet.base)"])
                try await fleet.ready(port: fleet.base)
                _ = try await fleet.tradewind("apply", "-f", "examples/onprem-burst")
                try fleet.start("toronto", ["plane", "toronto"])
                try fleet.start("frankfurt", ["plane", "aws-frankfurt"])
                try fleet.start("singapore", ["plane", "gcp-singapore"])
                let gateway = try fleet.start("gateway", ["gateway", "toronto", "--listen", "127.0.0.1:\(port)"])
                try await fleet.ready(port: port)
                let victim = try await eventually("a replica of chat in toronto") {
                    let chat = try await fleet.replicas().first { $0.plane == "toronto" && $0.workload == "chat" }
                    return chat?.state == "ready" ? chat?.pid : nil
                }

                #expect(try await serve.end(by: SIGKILL) == -SIGKILL)
                for _ in 0..<20 { #expect(try await Client.chat("chat", port: port).status == 200) }

                // A replica that ends now comes back as a new incarnation, and the gateway finds it from its plane alone.
                kill(victim, SIGKILL)
                for _ in 0..<20 { #expect(try await Client.chat("chat", port: port).status == 200) }

                #expect(try await gateway.end(by: SIGKILL) == -SIGKILL)
                try fleet.start("gateway again", ["gateway", "toronto", "--listen", "127.0.0.1:\(port)"])
                _ = try await eventually("a gateway from its snapshot") { await Client.isReady(port: port) ? true : nil }
                // Which plane it hears first, and when the killed replica's successor is loaded, is the machine's to say.
                _ = try await eventually("an answer from the nearest plane") {
                    let answer = try await Client.chat("chat", port: port)
                    #expect(answer.status == 200, "\(answer.plane) \(answer.text)")
                    return answer.plane == "toronto" ? true : nil
                }

                try fleet.start("serve again", ["serve", "--port", "\(fleet.base)"])
                let states = try await eventually("reports after serve's return") {
                    let replicas = (try? await fleet.replicas()) ?? []
                    let ready = replicas.filter { $0.state == "ready" }
                    return Set(ready.map(\.plane)) == ["aws-frankfurt", "gcp-singapore", "toronto"] ? replicas : nil
                }
                #expect(!states.contains { $0.pid == victim })
            }
        }

        @Test("replicas do not outlive a plane that is killed")
        func shim() async throws {
            try await withFleet { fleet in
                try fleet.start("serve", ["serve", "--port", "\(fleet.base)"])
                try await fleet.ready(port: fleet.base)
                _ = try await fleet.tradewind("apply", "-f", "examples/onprem-burst")
                let plane = try fleet.start("toronto", ["plane", "toronto"])
                let pids = try await eventually("replicas of toronto") {
                    let pids = try await fleet.replicas().filter { $0.state == "ready" }.compactMap(\.pid)
                    return pids.count >= 3 ? pids : nil
                }
                #expect(try await plane.end(by: SIGKILL) == -SIGKILL)
                _ = try await eventually("the end of the replicas", within: 15) {
                    pids.allSatisfy { kill($0, 0) != 0 } ? true : nil
                }
            }
        }
    }
}
