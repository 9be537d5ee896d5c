import Foundation
import Testing

extension EndToEnd {
    @Suite("Durability")
    struct DurabilityTests {
        @Test(
            "kill -9 of serve in the middle of writes loses no acknowledged one, and the audit chain holds", arguments: [7, 40])
        func acknowledgedWrites(writes: Int) async throws {
            try await withFleet { fleet in
                let serve = try fleet.start("serve", ["serve", "--port", "\(fleet.base)"])
                try await fleet.ready(port: fleet.base)
                let token = try String(contentsOfFile: "\(fleet.state)/admin.token", encoding: .utf8).trimmingCharacters(
                    in: .whitespacesAndNewlines)
                let port = fleet.base
                let acknowledged = await withTaskGroup(of: [String].self) { group in
                    for writer in 0..<4 {
                        group.addTask { await Self.write(port: port, token: token, writer: writer, stopAfter: writes) }
                    }
                    var names: [String] = []
                    for await part in group {
                        names += part
                        // The first writer to finish ends the server under the others' hands.
                        serve.signal(SIGKILL)
                    }
                    return names
                }
                try await serve.end()
                #expect(acknowledged.count >= writes)

                try fleet.start("serve again", ["serve", "--port", "\(fleet.base)"])
                _ = try await eventually("serve's return") { await Client.isReady(port: fleet.base) ? true : nil }
                let list = try await Client.send(
                    "GET", port: fleet.base, "/api/v1alpha1/providers", headers: ["authorization": "Bearer \(token)"])
                let items = try list.json()["items"] as? [[String: Any]] ?? []
                let stored = Set(items.compactMap { ($0["metadata"] as? [String: Any])?["name"] as? String })
                #expect(Set(acknowledged).subtracting(stored).isEmpty)
                let verdict = try await fleet.tradewind("audit", "verify")
                #expect(!verdict.isEmpty)
            }
        }

        /// Applies one provider after the other until the server is gone; returns the acknowledged names.
        private static func write(port: Int, token: String, writer: Int, stopAfter: Int) async -> [String] {
            var names: [String] = []
            for number in 0..<(writer == 0 ? stopAfter : 10_000) {
                let name = "p-\(writer)-\(number)"
                let document =
                    "apiVersion: tradewind.dev/v1alpha1\nkind: Provider\nmetadata: { name: \(name) }\nspec: { kind: neocloud }\n"
                var answer: Answer?
                repeat {
                    answer = try? await Client.send(
                        "POST", port: port, "/api/v1alpha1/apply", body: document, headers: ["authorization": "Bearer \(token)"],
                        seconds: 5)
                    // Another writer was faster: the API asks to repeat.
                } while answer?.status == 409
                guard let answer, answer.status == 200 else { break }
                names.append(name)
            }
            return names
        }
    }
}
