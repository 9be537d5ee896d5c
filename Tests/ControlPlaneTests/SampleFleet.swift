/// The fleet the tests of the control plane declare: two planes, two gateways, an open workload and one fenced to Canada and the EU.
enum SampleFleet {
    static let provider = """
        apiVersion: tradewind.dev/v1alpha1
        kind: Provider
        metadata: { name: onprem }
        spec: { kind: on-premises, attestations: [SOC2, HIPAA-BAA] }
        """

    static func plane(_ name: String, country: String, latitude: Double, longitude: Double) -> String {
        """
        apiVersion: tradewind.dev/v1alpha1
        kind: WorkloadPlane
        metadata: { name: \(name) }
        spec:
          provider: onprem
          region: \(name)
          location: { latitude: \(latitude), longitude: \(longitude), country: \(country) }
          driver: { local: {} }
          pools:
            - { name: h100, accelerator: H100-80GB, acceleratorsPerNode: 4, tier: reserved, owned: true, maxNodes: 1 }
          protection: { encryptionInTransit: true, encryptionAtRest: true, audit: full }
        """
    }

    static func gateway(_ name: String, country: String, latitude: Double, longitude: Double) -> String {
        """
        apiVersion: tradewind.dev/v1alpha1
        kind: Gateway
        metadata: { name: \(name) }
        spec:
          location: { latitude: \(latitude), longitude: \(longitude), country: \(country) }
        """
    }

    static func workload(_ name: String, model: String? = nil, minReplicas: Int = 1, rate: Int = 10, data: String = "") -> String
    {
        """
        apiVersion: tradewind.dev/v1alpha1
        kind: Workload
        metadata: { name: \(name) }
        spec:
          models: [\(model ?? name)]
          replica:
            profile:
              H100-80GB: { accelerators: 1, rate: \(rate) req/s }
            engine: { simulated: {} }
          scaling: { minReplicas: \(minReplicas), maxReplicas: 4 }
        \(data)
        """
    }

    static let toronto = plane("toronto", country: "CA", latitude: 43.65, longitude: -79.38)
    static let singapore = plane("singapore", country: "SG", latitude: 1.35, longitude: 103.82)
    static let gatewayToronto = gateway("door-toronto", country: "CA", latitude: 43.65, longitude: -79.38)
    static let gatewaySingapore = gateway("door-singapore", country: "SG", latitude: 1.35, longitude: 103.82)
    static let chat = workload("chat")
    static let chatPHI = workload("chat-phi", data: "  data: { classification: phi, residency: [CA, EU] }")

    static func documents(_ parts: String...) -> String { parts.joined(separator: "\n---\n") }

    static let whole = documents(
        provider, toronto, singapore, gatewayToronto, gatewaySingapore, chat, chatPHI)
}
