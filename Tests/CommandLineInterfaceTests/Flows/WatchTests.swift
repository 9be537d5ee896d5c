import CommandLineInterface
import FleetModel
import FleetTransport
import Synchronization
import Testing

@Suite("get --watch")
struct WatchTests {
    private func provider(_ name: String, version: String, kind: String) -> JSONValue {
        ["metadata": ["name": .string(name), "resourceVersion": .string(version)], "spec": ["kind": .string(kind)]]
    }

    private func replica(_ name: String, state: String, age: Int64) -> JSONValue {
        ["metadata": ["name": .string(name)], "status": ["state": .string(state), "ageMilliseconds": .integer(age)]]
    }

    private func event(_ kind: String, _ item: JSONValue) -> ServerSentEvent {
        ServerSentEvent(name: kind, data: JSONText.pretty(item))
    }

    @Test("prints what is there, then every change, and goes on where a broken stream ended")
    func resumes() async throws {
        let plane = ScriptedControlPlane()
        plane.answers(
            "GET /providers", ["metadata": ["resourceVersion": "5"], "items": [provider("p1", version: "4", kind: "reseller")]])
        plane.streams(
            "/providers?watch=true&resourceVersion=5",
            .success([event("MODIFIED", provider("p1", version: "6", kind: "neocloud"))]))
        plane.streams("/providers?watch=true&resourceVersion=6", .failure(CommandFailure(.unreachable, "gone. Hint")))
        plane.streams(
            "/providers?watch=true&resourceVersion=6",
            .success([event("DELETED", provider("p1", version: "8", kind: "hyperscaler"))]))
        plane.streams("/providers?watch=true&resourceVersion=8", .failure(CommandFailure(.notPermitted, "revoked")))
        let waits = Mutex<[Duration]>([])
        let failure = await #expect(throws: CommandFailure.self) {
            try await plane.client.watch(.resources(.provider), name: nil, format: .table) { wait in
                waits.withLock { $0.append(wait) }
            }
        }
        #expect(failure?.exit == .notPermitted)
        #expect(
            plane.output == """
                NAME   KIND       ATTESTATIONS   AGE
                p1     reseller   -              -
                p1     neocloud   -              -
                p1     hyperscaler   -              -   (deleted)

                """)
        #expect(plane.remarks == ["gone; trying again"])
        #expect(waits.withLock { $0 } == [.milliseconds(375), .milliseconds(750), .milliseconds(375)])
    }

    @Test("lists again where the server no longer keeps the changes")
    func expired() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /providers", ["metadata": ["resourceVersion": "5"], "items": []])
        plane.answers(
            "GET /providers", ["metadata": ["resourceVersion": "50"], "items": [provider("p9", version: "44", kind: "neocloud")]])
        plane.streams("/providers?watch=true&resourceVersion=5", .failure(CommandFailure(.conflict, "expired")))
        plane.streams("/providers?watch=true&resourceVersion=50", .failure(CommandFailure(.notPermitted, "end")))
        await #expect(throws: CommandFailure.self) {
            try await plane.client.watch(.resources(.provider), name: nil, format: .table) { _ in }
        }
        #expect(plane.output.contains("p9"))
    }

    @Test("gives up after openings that all fail")
    func givesUp() async throws {
        let plane = ScriptedControlPlane()
        for _ in 0..<FleetClient.watchAttempts {
            plane.streams("/providers?watch=true", .failure(CommandFailure(.unreachable, "gone")))
        }
        let failure = await #expect(throws: CommandFailure.self) {
            try await plane.client.watch(.resources(.provider), name: nil, format: .table) { _ in }
        }
        #expect(failure == CommandFailure(.unreachable, "gone"))
        #expect(plane.remarks.count == FleetClient.watchAttempts - 1)
    }

    @Test("shows only what was named, and remembers the version of the rest")
    func named() throws {
        var cursor = WatchCursor(listing: .resources(.provider), name: "p")
        #expect(
            cursor.listed(["metadata": ["resourceVersion": "1"], "items": [provider("q", version: "1", kind: "neocloud")]])
                .isEmpty)
        #expect(try cursor.received(event: "ADDED", data: JSONText.pretty(provider("q", version: "2", kind: "neocloud"))) == nil)
        #expect(cursor.resourceVersion == "2")
        let shown = try cursor.received(event: "ADDED", data: JSONText.pretty(provider("p", version: "3", kind: "neocloud")))
        #expect(shown?.kind == .added)
        #expect(try cursor.received(event: "HELLO", data: "not json") == nil)
        #expect(throws: CommandFailure.self) { try cursor.received(event: "ADDED", data: "not json") }
    }

    @Test("lists again where the server says that the watch fell behind")
    func fellBehind() async throws {
        var cursor = WatchCursor(listing: .resources(.provider), name: nil)
        let failure = #expect(throws: CommandFailure.self) { try cursor.received(event: "ERROR", data: "{}") }
        #expect(failure?.exit == .conflict)
    }

    @Test("reads replicas again and again, and tells what changed but their ages")
    func polls() async throws {
        let plane = ScriptedControlPlane()
        plane.answers(
            "GET /replicas", ["items": [replica("p/w/1", state: "starting", age: 1), replica("p/w/2", state: "ready", age: 1)]])
        plane.answers(
            "GET /replicas",
            ["items": [replica("p/w/1", state: "starting", age: 2_001), replica("p/w/2", state: "ready", age: 2)]])
        plane.answers(
            "GET /replicas",
            ["items": [replica("p/w/1", state: "ready", age: 1_000), replica("p/w/3", state: "ready", age: 1_000)]])
        plane.answers("GET /replicas", status: 403, ["error": ["code": "forbidden", "message": "revoked"]])
        let failure = await #expect(throws: CommandFailure.self) {
            try await plane.client.watch(.replicas, name: nil, format: .table) { #expect($0 == FleetClient.pollInterval) }
        }
        #expect(failure?.exit == .notPermitted)
        #expect(
            plane.output.split(separator: "\n").dropFirst(3) == [
                "p/w/1   -          -       ready      -         1s", "p/w/3   -          -       ready      -         1s",
                "p/w/2   -          -       ready      -         0s   (deleted)",
            ])
    }

    @Test("prints changes as JSON with what kind they are")
    func json() {
        var printer = ChangePrinter(listing: .resources(.provider), format: .json)
        #expect(printer.start([], now: testNow) == "")
        let text = printer.change(WatchCursor.Change(kind: .added, item: ["a": 1]), now: testNow)
        #expect(text == "{\n  \"object\": {\n    \"a\": 1\n  },\n  \"type\": \"ADDED\"\n}\n")
    }
}
