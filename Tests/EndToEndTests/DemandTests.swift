import Foundation
import Testing

extension EndToEnd {
    @Suite("Demand")
    struct DemandTests {
        /// One plane, one gateway, and a model that nobody pays for while nobody asks.
        private static let fleet = """
            apiVersion: tradewind.dev/v1alpha1
            kind: Provider
            metadata: { name: onprem }
            spec: { kind: on-premises }
            ---
            apiVersion: tradewind.dev/v1alpha1
            kind: WorkloadPlane
            metadata: { name: toronto }
            spec:
              provider: onprem
              region: toronto
              location: { latitude: 43.65, longitude: -79.38, country: CA }
              driver: { local: {} }
              pools:
                - { name: h100, accelerator: H100-80GB, acceleratorsPerNode: 4, tier: reserved, owned: true, maxNodes: 1 }
            ---
            apiVersion: tradewind.dev/v1alpha1
            kind: Gateway
            metadata: { name: toronto }
            spec: { location: { latitude: 43.65, longitude: -79.38, country: CA } }
            ---
            apiVersion: tradewind.dev/v1alpha1
            kind: Workload
            metadata: { name: quiet }
            spec:
              models: [quiet]
              replica:
                profile: { H100-80GB: { accelerators: 1, rate: 10 req/s } }
                engine: { simulated: { loadTime: 15s } }
              scaling: { minReplicas: 0, maxReplicas: 2, target: { queuedRequestsPerReplica: 4 }, scaleToZero: { after: 30s } }
            """

        @Test(
            "a model at zero does not keep its gateway from being ready; the first request waits, wakes it and is answered by it")
        func fromZero() async throws {
            try await withFleet { fleet in
                let port = fleet.base + 1
                try fleet.start("serve", ["serve", "--port", "\(fleet.base)"])
                try await fleet.ready(port: fleet.base)
                _ = try await fleet.tradewind("apply", "-f", "-", input: Self.fleet)
                try fleet.start("plane", ["plane", "toronto"])
                try fleet.start("gateway", ["gateway", "toronto", "--listen", "127.0.0.1:\(port)"])
                try await fleet.ready(port: port)
                _ = try await eventually("the gateway's first words") { try await queued(fleet) }
                _ = try await eventually("the decision that nobody asks") {
                    let conditions = try await status(fleet, "workloads")["conditions"] as? [[String: Any]]
                    return conditions?.contains { $0["reason"] as? String == "ScaledToZero" } == true ? true : nil
                }
                #expect(try await fleet.replicas().isEmpty)

                let first = Task { try await Client.chat("quiet", port: port) }
                _ = try await eventually("word of a request that waits") { try await queued(fleet) == 1 ? true : nil }
                let answer = try await first.value
                #expect(answer.status == 200 && answer.plane == "toronto", "\(answer.status) \(answer.text)")
                _ = try await eventually("the control plane's word of the replica") {
                    try await fleet.replicas().filter { $0.state == "ready" }.count == 1 ? true : nil
                }

                let events = try await fleet.tradewind("get", "events")
                #expect(events.contains("ScaledUp"), "\(events)")
                let streamed = try await Client.chat("quiet", port: port, streamed: true)
                #expect(streamed.status == 200 && streamed.isComplete)
                // The simulated engine tells of the accelerator it pretends to be.
                _ = try await eventually("word of the replica's accelerator and generation") {
                    let replica = try await status(fleet, "replicas")
                    return replica["acceleratorUse"] is Double && replica["generation"] as? Int == 1 ? true : nil
                }
            }
        }

        /// Requests that wait in gateways; nil while no gateway reports.
        private func queued(_ fleet: TestFleet) async throws -> Int? {
            (try await status(fleet, "workloads")["demand"] as? [String: Any])?["queued"] as? Int
        }

        /// Of the first there is of a kind.
        private func status(_ fleet: TestFleet, _ kind: String) async throws -> [String: Any] {
            let text = try await fleet.tradewind("get", kind, "-o", "json")
            let list = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            return (list?["items"] as? [[String: Any]])?.first?["status"] as? [String: Any] ?? [:]
        }
    }
}
