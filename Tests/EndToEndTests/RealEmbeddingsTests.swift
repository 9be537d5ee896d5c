import Foundation
import Testing

extension EndToEnd {
    @Suite("Real embeddings")
    struct RealEmbeddingsTests {
        @Test("a genuine model tells related sentences from unrelated ones, before and after its plane is killed")
        func embeddings() async throws {
            try await withFleet { fleet in
                let up = try fleet.start("up", ["up", "-f", "examples/real-embeddings", "--port-base", "\(fleet.base)"])
                let port = fleet.base + 1
                try await fleet.ready(port: port, within: 90)
                let before = try await similarities(port: port)
                // The model card's own example: 0.695 and 0.257 with sentence-transformers.
                #expect(abs(before.related - 0.695) < 0.01 && abs(before.unrelated - 0.257) < 0.01, "\(before)")
                // The gateway is ready with the first of them.
                _ = try await eventually("a replica on each plane", within: 60) {
                    let ready = try await fleet.replicas().filter { $0.state == "ready" }
                    return Set(ready.map(\.plane)) == ["montreal", "toronto"] ? true : nil
                }
                #expect(try await fleet.killReplicas(of: before.plane) > 0)
                let after = try await similarities(port: port)
                #expect(after.plane != before.plane)
                #expect(abs(after.related - before.related) < 1e-4 && abs(after.unrelated - before.unrelated) < 1e-4, "\(after)")
                #expect(try await up.end(by: SIGTERM, within: 100) == 0, "\(up.errors)")
                #expect(try fleet.survivors() == [])
            }
        }

        private func similarities(port: Int) async throws -> (related: Double, unrelated: Double, plane: String) {
            let texts = ["That is a happy person", "That is a happy dog", "Today is a sunny day"]
            let (vectors, plane) = try await Client.embedding("all-MiniLM-L6-v2", of: texts, port: port)
            try #require(vectors.count == 3 && vectors.allSatisfy { $0.count == 384 })
            let cosine = { (left: [Double], right: [Double]) in zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
            return (cosine(vectors[0], vectors[1]), cosine(vectors[0], vectors[2]), plane)
        }
    }
}
