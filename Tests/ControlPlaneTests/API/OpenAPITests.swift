import ControlPlane
import Hummingbird
import Testing

@Suite("The OpenAPI document")
struct OpenAPITests {
    /// `GET /path` of every operation: paths stand at two spaces under `paths:`, methods at four.
    private func operations(_ text: String) -> [String] {
        var path = ""
        var operations: [String] = []
        var isInPaths = false
        for line in text.split(separator: "\n") {
            if !line.hasPrefix(" ") { isInPaths = line == "paths:" }
            guard isInPaths, line.hasSuffix(":") else { continue }
            if line.hasPrefix("  /") { path = String(line.dropFirst(2).dropLast()) }
            let method = line.dropFirst(4).dropLast()
            if line.hasPrefix("    "), ["get", "put", "post", "delete"].contains(method) {
                operations.append("\(method.uppercased()) \(path)")
            }
        }
        return operations
    }

    @Test("every route is described and every description has its route")
    func complete() async throws {
        let fixture = try await ControlPlaneFixture()
        let text = try await fixture.send(.get, "/openapi.yaml", token: nil).body
        let described = operations(text)
        let served = Routes.all.map { "\($0.method.rawValue) \($0.path)" }
        #expect(described.sorted() == served.sorted())
        #expect(Set(served).count == served.count)
        #expect(text.hasPrefix("openapi: 3.1.0\n"))
    }
}
