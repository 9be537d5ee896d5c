import Foundation
import Synchronization
import Testing

/// Whether clients shall go on.
private final class Switch: Sendable {
    private let state = Mutex(true)

    var isOn: Bool { state.withLock { $0 } }
    func turnOff() { state.withLock { $0 = false } }
}

extension EndToEnd {
    /// Spot nodes of a fleet that `up` runs are taken back by their clouds' doubled metadata services.
    @Suite("Reclaims")
    struct ReclaimTests {
        private static func plane(_ name: String, _ provider: String, _ region: String, _ country: String, _ latitude: Double)
            -> String
        {
            """
            apiVersion: tradewind.dev/v1alpha1
            kind: Provider
            metadata: { name: \(provider) }
            spec: { kind: hyperscaler }
            ---
            apiVersion: tradewind.dev/v1alpha1
            kind: WorkloadPlane
            metadata: { name: \(name) }
            spec:
              provider: \(provider)
              region: \(region)
              location: { latitude: \(latitude), longitude: 8.7, country: \(country) }
              driver: { local: {} }
              pools:
                - { name: spot, accelerator: H100-80GB, acceleratorsPerNode: 1, tier: spot, maxNodes: 2, price: 2 USD/h }
            ---

            """
        }

        private static let fleet =
            plane("aws-frankfurt", "aws", "eu-central-1", "DE", 50.1) + plane("azure-paris", "azure", "francecentral", "FR", 48.9)
                + """
                apiVersion: tradewind.dev/v1alpha1
                kind: Workload
                metadata: { name: chat }
                spec:
                  models: [chat]
                  replica:
                    accelerator: { memory: 80GiB }
                    profile: { H100-80GB: { accelerators: 1, rate: 10 req/s } }
                    engine:
                      simulated: { prefill: 9000 tok/s, decode: 400 tok/s, maxBatch: 64, kvCapacity: 400000, loadTime: 1ms }
                    drainTimeout: 5s
                  objective: { survive: region }
                  scaling: { minReplicas: 3, maxReplicas: 3 }
                ---
                apiVersion: tradewind.dev/v1alpha1
                kind: Gateway
                metadata: { name: frankfurt }
                spec:
                  location: { latitude: 50.11, longitude: 8.68, country: DE }
                ---
                apiVersion: tradewind.dev/v1alpha1
                kind: Route
                metadata: { name: openai }
                spec:
                  match: { paths: [/v1/] }
                  to: { workloadByModel: true }

                """

        @Test("a spot node's announced end costs no request: its replica drains, its successor serves, and Azure is told")
        func reclaim() async throws {
            try await withFleet { fleet in
                let file = "\(fleet.state)/fleet.yaml"
                try Self.fleet.write(toFile: file, atomically: true, encoding: .utf8)
                let up = try fleet.start("up", ["up", "-f", file, "--port-base", "\(fleet.base)", "--no-wide-area"])
                try await fleet.ready(port: fleet.base + 1)
                _ = try await eventually("three ready replicas", within: 60) {
                    try await fleet.replicas().filter { $0.state == "ready" }.count == 3 ? true : nil
                }
                let port = fleet.base + 1
                for plane in ["azure-paris"] {
                    let load = Switch()
                    let clients = Task {
                        var answers: [Answer] = []
                        while load.isOn { answers.append(try await Client.chat("chat", port: port)) }
                        return answers
                    }
                    let told = try await fleet.tradewind("reclaim", "\(plane)/spot/0", "--in", "15s", "--away", "1s")
                    load.turnOff()
                    let answers = try await clients.value
                    #expect(!answers.isEmpty)
                    #expect(answers.allSatisfy { $0.status == 200 && $0.isComplete }, "\(told)")
                    #expect(told.contains("plane \(plane) has read it"), "\(told)")
                    #expect(told.contains("draining (its node is being reclaimed)"), "\(told)")
                    #expect(told.contains("\(plane)/spot/0 is gone"), "\(told)")
                    #expect(told.contains("approves"), "\(told)")
                    _ = try await eventually("a successor of what ran there", within: 60) {
                        try await fleet.replicas().filter { $0.state == "ready" }.count == 3 ? true : nil
                    }
                }
                #expect(try await up.end(by: SIGINT, within: 100) == 0, "\(up.errors)")
                #expect(try fleet.survivors() == [])
            }
        }
    }
}
