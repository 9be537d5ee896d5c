import CommandLineInterface
import FleetModel
import FleetTransport
import Testing

private let chat: JSONValue = [
    "apiVersion": "tradewind.dev/v1alpha1", "kind": "Provider", "metadata": ["name": "onprem", "resourceVersion": "7"],
    "spec": ["kind": "on-premises"],
]

@Suite("get")
struct GetTests {
    @Test("prints tables, and says on standard error where there is nothing")
    func tables() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /providers", ["items": [chat]])
        try await plane.client.get(.one(.resources(.provider)), name: nil, format: .table)
        #expect(plane.output == "NAME     KIND          ATTESTATIONS   AGE\nonprem   on-premises   -              -\n")
        try await plane.client.get(.one(.replicas), name: nil, format: .table)
        #expect(plane.remarks == ["No replicas found."])
    }

    @Test("prints the server's list as JSON, one resource as itself")
    func json() async throws {
        let plane = ScriptedControlPlane()
        let list: JSONValue = ["kind": "List", "metadata": ["resourceVersion": "9"], "items": [chat]]
        plane.answers("GET /providers", list)
        plane.answers("GET /providers/onprem", chat)
        try await plane.client.get(.one(.resources(.provider)), name: nil, format: .json)
        try await plane.client.get(.one(.resources(.provider)), name: "onprem", format: .json)
        #expect(plane.output == JSONText.pretty(list) + "\n" + JSONText.pretty(chat) + "\n")
    }

    @Test("prints YAML without the version, so that it applies again later")
    func yaml() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /providers", ["items": [chat, chat]])
        try await plane.client.get(.one(.resources(.provider)), name: nil, format: .yaml)
        let document = """
            apiVersion: tradewind.dev/v1alpha1
            kind: Provider
            metadata:
              name: onprem
            spec:
              kind: on-premises

            """
        #expect(plane.output == document + "---\n" + document)
    }

    @Test("selects replicas by plane, workload, both, or name")
    func replicas() async throws {
        let plane = ScriptedControlPlane()
        let items = ["toronto/chat/1", "toronto/phi/2", "tokyo/chat/1"].map { name -> JSONValue in
            let parts = name.split(separator: "/")
            return [
                "metadata": ["name": .string(name)],
                "spec": ["plane": .string("\(parts[0])"), "workload": .string("\(parts[1])")],
            ]
        }
        plane.answers("GET /replicas", ["items": .array(items)])
        for (name, lines) in [("toronto", 2), ("chat", 2), ("toronto/chat", 1), ("tokyo/chat/1", 1)] {
            let before = plane.output.split(separator: "\n").count
            try await plane.client.get(.one(.replicas), name: name, format: .table)
            #expect(plane.output.split(separator: "\n").count - before == lines + 1, "\(name)")
        }
        let failure = await #expect(throws: CommandFailure.self) {
            try await plane.client.get(.one(.replicas), name: "tor", format: .table)
        }
        #expect(failure?.exit == .notFound)
    }

    @Test("of everything shows each kind that has something, and leaves replicas out of YAML")
    func everything() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /providers", ["items": [chat]])
        plane.answers("GET /replicas", ["items": [["metadata": ["name": "toronto/chat/1"]]]])
        try await plane.client.get(.everything, name: nil, format: .table)
        #expect(plane.output.hasPrefix("providers:\nNAME"))
        #expect(plane.output.contains("\n\nreplicas:\nNAME"))
        #expect(!plane.output.contains("gateways"))
        try await plane.client.get(.everything, name: nil, format: .yaml)
        #expect(plane.output.split(separator: "apiVersion").last?.contains("toronto") == false)
    }

    @Test("of what does not exist names the nearest that does")
    func nearest() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /providers", ["items": [chat]])
        let failure = await #expect(throws: CommandFailure.self) {
            try await plane.client.get(.one(.resources(.provider)), name: "onperm", format: .table)
        }
        #expect(failure == CommandFailure(.notFound, "there is no onperm among the providers; did you mean onprem?"))
    }
}

@Suite("apply")
struct ApplyTests {
    private let valid = FleetSource(
        name: "a.yaml",
        text: "apiVersion: tradewind.dev/v1alpha1\nkind: Provider\nmetadata: { name: onprem }\nspec: { kind: on-premises }\n",
        folder: "/f")

    @Test("sends what is valid in one request and prints what was done")
    func applies() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("POST /apply", ["results": [["kind": "Provider", "name": "onprem", "action": "created"]]])
        plane.answers("POST /apply?dryRun=true", ["results": [["kind": "Provider", "name": "onprem", "action": "unchanged"]]])
        try await plane.client.apply([valid], isDryRun: false)
        try await plane.client.apply([valid], isDryRun: true)
        #expect(plane.output == "provider/onprem created\nprovider/onprem unchanged (dry run)\n")
        #expect(plane.requests.last?.contentType == "application/yaml")
    }

    @Test("tells every problem of every file with its line, and sends nothing")
    func problems() async throws {
        let plane = ScriptedControlPlane()
        var broken = valid
        broken.name = "b.yaml"
        broken.text = valid.text.split(separator: "\n").joined(separator: "\n").replacing("on-premises", with: "basement")
        var worse = valid
        worse.name = "c.yaml"
        worse.text = "kind: Provider\nbogus: 1\n"
        let failure = await #expect(throws: CommandFailure.self) {
            try await plane.client.apply([broken, worse], isDryRun: false)
        }
        #expect(failure?.exit == .invalid)
        #expect(failure?.message == "")
        #expect(failure?.details.contains { $0.hasPrefix("b.yaml:4: spec.kind: ") } == true)
        #expect(failure?.details.contains { $0.hasPrefix("c.yaml:2: bogus: ") } == true)
        #expect(plane.writes == [])
    }

    @Test("resolves ./ in commands against the folder of their own file")
    func relativeCommands() async throws {
        func workload(_ name: String, folder: String) -> FleetSource {
            let text = """
                apiVersion: tradewind.dev/v1alpha1
                kind: Workload
                metadata: { name: \(name) }
                spec:
                  models: [\(name)]
                  replica:
                    profile: { CPU: { accelerators: 1, rate: 1 req/s } }
                    engine: { command: [./serve, --port, "{port}"] }
                """
            return FleetSource(name: "\(name).yaml", text: text, folder: folder)
        }
        let resources = try FleetDeclaration.resources(
            in: [workload("a", folder: "/one"), workload("b", folder: "/two")], known: [])
        let programs = resources.compactMap { resource -> String? in
            guard case .workload(let workload) = resource, case .command(let engine)? = workload.replica.engine else {
                return nil
            }
            return engine.command.first
        }
        #expect(programs == ["/one/serve", "/two/serve"])
    }

    @Test("of files that declare nothing is not valid")
    func empty() async throws {
        let plane = ScriptedControlPlane()
        let failure = await #expect(throws: CommandFailure.self) {
            try await plane.client.apply([FleetSource(name: "e.yaml", text: "# nothing\n", folder: "/")], isDryRun: false)
        }
        #expect(failure == CommandFailure(.invalid, "e.yaml declares nothing"))
    }

    @Test("passes on what the control plane refuses")
    func refused() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("POST /apply", status: 409, ["error": ["code": "conflict", "message": "it changed"]])
        let failure = await #expect(throws: CommandFailure.self) { try await plane.client.apply([valid], isDryRun: false) }
        #expect(failure == CommandFailure(.conflict, "it changed"))
    }
}

@Suite("delete, drain, explain, token and audit")
struct OperationTests {
    @Test("deletes dependants first and passes over what is gone")
    func deletes() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("DELETE /providers/onprem", [:])
        plane.answers("DELETE /workloads/chat", [:])
        let keys = [
            ResourceKey(kind: .provider, name: "onprem"), ResourceKey(kind: .workload, name: "chat"),
            ResourceKey(kind: .route, name: "gone"), ResourceKey(kind: .workload, name: "chat"),
        ]
        let failure = await #expect(throws: CommandFailure.self) { try await plane.client.delete(all: keys) }
        #expect(plane.writes == ["DELETE /routes/gone", "DELETE /workloads/chat", "DELETE /providers/onprem"])
        #expect(plane.output == "workload/chat deleted\nprovider/onprem deleted\n")
        #expect(plane.remarks == ["route/gone was not there"])
        #expect(failure?.exit == .notFound)
    }

    @Test("deletes by file though what the file refers to is gone")
    func deletesDangling() throws {
        let source = FleetSource(
            name: "p.yaml",
            text: """
                apiVersion: tradewind.dev/v1alpha1
                kind: WorkloadPlane
                metadata: { name: toronto }
                spec:
                  provider: gone
                  region: yyz
                  location: { latitude: 43.65, longitude: -79.38, country: CA }
                  driver: { local: {} }
                """, folder: "/")
        #expect(try FleetDeclaration.keys(in: [source]) == [ResourceKey(kind: .workloadPlane, name: "toronto")])
    }

    @Test("stops deleting where the control plane refuses")
    func refused() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("DELETE /workloads/chat", status: 403, ["error": ["code": "forbidden", "message": "admin only"]])
        let keys = [ResourceKey(kind: .provider, name: "onprem"), ResourceKey(kind: .workload, name: "chat")]
        let failure = await #expect(throws: CommandFailure.self) { try await plane.client.delete(all: keys) }
        #expect(failure == CommandFailure(.notPermitted, "admin only"))
        #expect(plane.writes == ["DELETE /workloads/chat"])
    }

    @Test("drains and takes back")
    func drains() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("POST /workloadplanes/toronto/drain", [:])
        try await plane.client.drain(plane: "toronto", isDrained: true)
        try await plane.client.drain(plane: "toronto", isDrained: false)
        #expect(plane.output.split(separator: "\n").count == 2)
        #expect(plane.output.hasPrefix("workloadplane/toronto drains"))
        #expect(plane.output.hasSuffix("workloadplane/toronto takes replicas again\n"))
    }

    @Test("prints a token alone on standard output")
    func token() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("POST /tokens", ["token": "tw_1", "scope": "plane/toronto"])
        try await plane.client.createToken(.plane("toronto"))
        #expect(plane.output == "tw_1\n")
        #expect(plane.remarks.allSatisfy { !$0.contains("tw_1") })
    }

    @Test("fails where the audit log does not hold")
    func audit() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /audit/verify", ["intact": true, "rows": 1])
        plane.answers("GET /audit/verify", ["intact": false, "sequence": 1, "reason": "hash"])
        try await plane.client.verifyAudit(format: .table)
        #expect(plane.output == "intact: 1 entry\n")
        let failure = await #expect(throws: CommandFailure.self) { try await plane.client.verifyAudit(format: .table) }
        #expect(failure?.exit == .invalid)
    }

    @Test("explains unknown workloads by the nearest known")
    func explain() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /workloads", ["items": [["metadata": ["name": "chat"]]]])
        let failure = await #expect(throws: CommandFailure.self) {
            try await plane.client.explain(workload: "chta", format: .table)
        }
        #expect(failure?.message == "there is no chta among the workloads; did you mean chat?")
    }

    @Test("describes with the replicas and events of that resource only")
    func describe() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /workloads/chat", ["kind": "Workload", "metadata": ["name": "chat"]])
        plane.answers(
            "GET /replicas",
            [
                "items": [
                    ["metadata": ["name": "toronto/chat/1"], "spec": ["workload": "chat"]],
                    ["metadata": ["name": "toronto/phi/2"], "spec": ["workload": "phi"]],
                ]
            ])
        plane.answers("GET /events?for=workloads%2Fchat", ["items": [["reason": "Placed"]]])
        try await plane.client.describe(ResourceKey(kind: .workload, name: "chat"))
        #expect(plane.output.contains("toronto/chat/1"))
        #expect(!plane.output.contains("phi"))
        #expect(plane.output.contains("Events:\n") && plane.output.contains("Placed"))
    }

    @Test("is told where something else than a control plane answers")
    func foreign() async throws {
        let plane = ScriptedControlPlane()
        plane.answers("GET /providers", "x")
        #expect(try await plane.value(of: .list(.resources(.provider))) == "x")
        let empty = try await plane.value(of: .list(.replicas))
        #expect(empty["items"].elements.isEmpty)
    }
}
