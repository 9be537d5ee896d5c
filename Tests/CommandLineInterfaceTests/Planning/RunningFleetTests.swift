import CommandLineInterface
import FleetModel
import FleetTransport
import Testing

@Suite("The fleet that runs")
struct RunningFleetTests {
    private func list(_ items: [JSONValue], generation: Int = 7) -> JSONValue {
        [
            "apiVersion": "tradewind.dev/v1alpha1", "kind": "List",
            "metadata": ["resourceVersion": "9", "fleetGeneration": .string("\(generation)")], "items": .array(items),
        ]
    }

    private func plane(_ name: String, driver: JSONValue = ["local": [:]], conditions: [JSONValue] = []) -> JSONValue {
        [
            "apiVersion": "tradewind.dev/v1alpha1", "kind": "WorkloadPlane", "metadata": ["name": .string(name)],
            "spec": [
                "provider": "onprem", "region": .string(name),
                "location": ["latitude": 43.65, "longitude": -79.38, "country": "CA"],
                "driver": driver,
                "pools": [
                    ["name": "h100", "accelerator": "H100-80GB", "acceleratorsPerNode": 4, "tier": "on-demand", "maxNodes": 1]
                ],
            ], "status": ["conditions": .array(conditions)],
        ]
    }

    private let workload: JSONValue = [
        "apiVersion": "tradewind.dev/v1alpha1", "kind": "Workload", "metadata": ["name": "chat"],
        "spec": [
            "models": ["chat"],
            "replica": ["profile": ["H100-80GB": ["accelerators": 1, "rate": "10 req/s"]], "engine": ["simulated": [:]]],
        ],
    ]

    private func replica(_ plane: String, _ number: Int, state: String) -> JSONValue {
        [
            "kind": "Replica", "metadata": ["name": .string("\(plane)/chat/\(number)")],
            "spec": ["workload": "chat", "plane": .string(plane), "pool": "h100", "accelerator": "H100-80GB"],
            "status": ["state": .string(state)],
        ]
    }

    private func script(
        planes: [JSONValue], replicas: [JSONValue] = [], firstGeneration: Int = 7
    ) -> ScriptedControlPlane {
        let server = ScriptedControlPlane()
        server.answers("GET /routes", list([], generation: firstGeneration))
        for kind in ResourceKind.allCases {
            switch kind {
            case .workloadPlane: server.answers("GET /workloadplanes", list(planes))
            case .workload: server.answers("GET /workloads", list([workload]))
            default: server.answers("GET /\(kind.plural)", list([]))
            }
        }
        server.answers("GET /replicas", ["items": .array(replicas)])
        return server
    }

    @Test("is read with its generation, its drained planes and the replicas that are there or coming")
    func read() async throws {
        let drained: JSONValue = ["type": "Drained", "status": "False", "reason": "HandingOver"]
        let server = script(
            planes: [plane("toronto"), plane("oslo", conditions: [drained])],
            replicas: [
                replica("toronto", 1, state: "ready"), replica("toronto", 2, state: "starting"),
                replica("toronto", 3, state: "gone"),
                replica("oslo", 1, state: "draining"), replica("oslo", 2, state: "backing-off"),
            ])
        let running = try await server.client.runningFleet()
        #expect(running.generation == 7)
        #expect(running.fleet.planes.map(\.name) == ["oslo", "toronto"])
        #expect(running.drained == ["oslo"])
        #expect(
            running.replicas == [
                RunningReplicas(workload: "chat", plane: "oslo", pool: "h100", count: 1),
                RunningReplicas(workload: "chat", plane: "toronto", pool: "h100", count: 2),
            ])
    }

    @Test("on an endpoint plane runs as many replicas as are counted on there, for one forwarder serves them all")
    func endpoints() async throws {
        let server = script(
            planes: [plane("elsewhere", driver: ["endpoint": ["url": "https://api.example.com"]])],
            replicas: [replica("elsewhere", 1, state: "ready")])
        server.answers("GET /explain/chat", ["chosen": [["plane": "elsewhere", "placement": ["pool": "h100", "count": 3]]]])
        #expect(
            try await server.client.runningFleet().replicas
                == [RunningReplicas(workload: "chat", plane: "elsewhere", pool: "h100", count: 3)])
    }

    @Test("that changes while it is read is read again, and given up after a few times")
    func inconsistent() async throws {
        let server = script(planes: [plane("toronto")], firstGeneration: 8)
        #expect(try await server.client.runningFleet().generation == 7)
        #expect(server.requests.count { $0.path.hasSuffix("/routes") } == 2)
        let restless = ScriptedControlPlane()
        for (position, kind) in ResourceKind.allCases.enumerated() {
            restless.answers("GET /\(kind.plural)", list([], generation: position))
        }
        let failure = await #expect(throws: CommandFailure.self) { try await restless.client.runningFleet() }
        #expect(failure?.exit == .conflict)
    }

    @Test("of a control plane that tells no generation is an error that says so")
    func older() async {
        let failure = await #expect(throws: CommandFailure.self) { try await ScriptedControlPlane().client.runningFleet() }
        #expect(failure?.exit == .serverFailed)
    }
}
