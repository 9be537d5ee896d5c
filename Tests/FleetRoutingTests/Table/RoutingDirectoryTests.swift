import FleetModel
import FleetRouting
import Testing

@Suite("Routing directory")
struct RoutingDirectoryTests {
    private func directory(_ routes: [RoutingSnapshot.Route]) -> RoutingDirectory {
        var fixture = FleetFixture()
        fixture.routes = routes
        return RoutingDirectory(fixture.snapshot, previous: nil)
    }

    private func route(_ directory: RoutingDirectory, _ host: String, _ path: String) -> String? {
        host.bytes { host in path.bytes { path in directory.route(host: host, path: path) } }.map { directory[$0].name.rawValue }
    }

    @Test("the longest path prefix wins, over hosts too; a named host wins among equals")
    func longestPrefix() {
        let directory = directory([
            .init(name: "chat", paths: ["/v1/chat/"]), .init(name: "host", hosts: ["Models.Example"], paths: ["/v1/"]),
            .init(name: "openai", paths: ["/v1/"]),
        ])
        #expect(route(directory, "other", "/v1/models") == "openai")
        #expect(route(directory, "other", "/v1/chat/completions") == "chat")
        #expect(route(directory, "models.EXAMPLE:8443", "/v1/models") == "host")
        #expect(route(directory, "models.example", "/v1/chat/x") == "chat")
        #expect(route(directory, "other", "/metrics") == nil)
        #expect(route(directory, "", "") == nil)
    }

    @Test("a prefix matches whole path segments")
    func wholeSegments() {
        let directory = directory([.init(name: "a", paths: ["/v1"])])
        #expect(route(directory, "h", "/v1") == "a")
        #expect(route(directory, "h", "/v1/x") == "a")
        #expect(route(directory, "h", "/v1?x=y") == "a")
        #expect(route(directory, "h", "/v1beta") == nil)
    }

    @Test("brackets and port of an IPv6 host are not part of its name")
    func bracketedHost() {
        let directory = directory([.init(name: "six", hosts: ["::1"], paths: ["/"])])
        #expect(route(directory, "[::1]:8081", "/x") == "six")
        #expect(route(directory, "[::2]:8081", "/x") == nil)
    }

    @Test("model names are matched byte by byte")
    func models() {
        let directory = RoutingDirectory(FleetFixture().snapshot, previous: nil)
        #expect("chat".bytes(directory.workload(model:)).map { directory[$0].name } == "chat")
        #expect("Chat".bytes(directory.workload(model:)) == nil)
        #expect("".bytes(directory.workload(model:)) == nil)
        #expect(directory.offeredModels() == ["any", "chat", "phi"])
    }

    @Test("thousands of names are all found, and no other")
    func manyModels() {
        var fixture = FleetFixture()
        fixture.workloads = (0..<3_000).map { FleetFixture.workload(WorkloadName("w\($0)"), allowed: []) }
        let directory = RoutingDirectory(fixture.snapshot, previous: nil)
        for number in 0..<3_000 { #expect("w\(number)".bytes(directory.workload(model:))?.value == number) }
        for number in 3_000..<6_000 { #expect("w\(number)".bytes(directory.workload(model:)) == nil) }
    }

    @Test("names keep their index over snapshots; one that left is an empty entry")
    func stableIndices() {
        var fixture = FleetFixture()
        let first = RoutingDirectory(fixture.snapshot, previous: nil)
        fixture.workloads = [FleetFixture.workload("aaa", allowed: ["near"]), fixture.workloads[2]]
        let second = RoutingDirectory(fixture.snapshot, previous: first)
        #expect(first.workloads.map(\.name) == ["any", "chat", "phi"])
        #expect(second.workloads.map(\.name) == ["any", "chat", "phi", "aaa"])
        #expect(second.workloads.map(\.isPresent) == [false, false, true, true])
        #expect(second.workloads[1].allowedPlanes.isEmpty)
        #expect("chat".bytes(second.workload(model:)) == nil)
    }

    @Test("a route to a workload that is not there dangles; attempts stay within what the history holds")
    func routeEntries() {
        let directory = directory([
            .init(name: "a", paths: ["/a"], target: .workload("phi"), maxAttempts: 99),
            .init(name: "b", paths: ["/b"], target: .workload("nobody"), idleTimeoutMilliseconds: .infinity, maxAttempts: 0),
        ])
        #expect(directory.routes[0].workload.map { directory[$0].name } == "phi")
        #expect(directory.routes[0].maxAttempts == AttemptHistory.capacity)
        #expect(directory.routes[1].isDangling)
        #expect(directory.routes[1].maxAttempts == 1)
    }
}
