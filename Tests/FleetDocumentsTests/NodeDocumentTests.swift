import FleetDocuments
import FleetModel
import Testing

@Suite("Documents of nodes")
struct NodeDocumentTests {
    private static let document = """
        apiVersion: tradewind.dev/v1alpha1
        kind: Provider
        metadata: { name: gcp }
        spec: { kind: hyperscaler }
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: WorkloadPlane
        metadata: { name: tokyo }
        spec:
          provider: gcp
          region: asia-northeast1
          driver: { local: {} }
          pools:
            - name: spot
              accelerator: A100-80GB
              acceleratorsPerNode: 2
              tier: spot
              maxNodes: 4
              price: 8 USD/h
              provisioning: { launchTime: 90s, resumeTime: 25s, scaleDownDelay: 2m }
              warm: { nodes: 2, price: 0.4 USD/h }
              sharing: any
            - { name: held, accelerator: A100-80GB, acceleratorsPerNode: 2, tier: reserved, maxNodes: 1 }
        ---
        apiVersion: tradewind.dev/v1alpha1
        kind: Workload
        metadata: { name: draw }
        spec:
          models: [draw]
          class: training
          replica:
            profile: { A100-80GB: { rate: 2 req/s } }
            engine: { command: [./train, "{host}", "{port}"] }
            checkpoint: { path: /checkpoint, timeout: 15s }
        """

    @Test("how nodes come and go, what is kept warm, and how work is saved")
    func values() throws {
        let fleet = Fleet(try FleetDecoder.decode([FleetFile(name: "f.yaml", text: Self.document)]).get())
        let pools = try #require(fleet.planes.first?.pools)
        #expect(
            pools[0].provisioning
                == NodeProvisioning(
                    launchTime: .seconds(90), resumeTime: .seconds(25), scaleDownDelay: .seconds(120), cooldown: .seconds(180)))
        #expect(pools[0].warm == WarmPool(nodes: 2, state: .stopped, usdPerNodeHour: 0.4))
        #expect(pools[0].sharing == .any && !pools[0].isStanding)
        #expect(pools[1].provisioning == nil && pools[1].warm == nil && pools[1].sharing == nil && pools[1].isStanding)
        #expect(
            fleet.workloads.first?.replica.checkpoint == CheckpointCall(path: "/checkpoint", timeoutMilliseconds: 15_000))
    }

    @Test(
        "mistakes are told with what would be right",
        arguments: [
            (
                "resumeTime: 25s", "resumeTime: 2m",
                "spec.pools[0].provisioning.resumeTime: 2m is no shorter than launching a node anew; "
                    + "a time above 0 and at most launchTime, 90s"
            ),
            (
                "launchTime: 90s", "launchTime: 25h",
                "spec.pools[0].provisioning.launchTime: 25h is out of range; a time above 0 and at most 24h"
            ),
            ("launchTime: 90s, ", "", "spec.pools[0].provisioning.launchTime: the field is missing; a time above 0"),
            ("nodes: 2, price", "nodes: 5, price", "spec.pools[0].warm.nodes: 5 is out of range; 1 to 4 nodes"),
            (
                "      provisioning: { launchTime: 90s, resumeTime: 25s, scaleDownDelay: 2m }\n", "",
                "spec.pools[0].warm: the pool's nodes are always there; warm only beside provisioning"
            ),
            ("nodes: 2,", "nodes: 2, state: cold,", "spec.pools[0].warm.state: "),
            ("sharing: any", "sharing: all", "spec.pools[0].sharing: "),
            (
                "command: [./train, \"{host}\", \"{port}\"]", "simulated: {}",
                "spec.replica.checkpoint: only a command engine can be asked to save its work"
            ),
            ("path: /checkpoint", "path: checkpoint", "spec.replica.checkpoint.path: \"checkpoint\" is not a path"),
        ])
    func mistakes(_ old: String, _ new: String, _ told: String) throws {
        let text = Self.document.replacing(old, with: new)
        guard case .failure(let problems) = FleetDecoder.decode([FleetFile(name: "f.yaml", text: text)]) else {
            Issue.record("the mistake is taken")
            return
        }
        let lines = problems.problems.map { "\($0.path): \($0.message); \($0.accepted)" }
        #expect(lines.count == 1 && lines[0].hasPrefix(told), "\(lines)")
    }
}
