import FleetDocuments
import FleetModel

/// A small valid fleet that uses every kind and most fields. Tests break it in one place at a time.
let sampleFleet = """
    apiVersion: tradewind.dev/v1alpha1
    kind: Provider
    metadata: { name: onprem }
    spec:
      kind: on-premises
      attestations: [SOC2, HIPAA-BAA]
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: Provider
    metadata: { name: aws, labels: { team: platform } }
    spec: { kind: hyperscaler }
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: WorkloadPlane
    metadata: { name: toronto }
    spec:
      provider: onprem
      region: yyz
      location: { latitude: 43.65, longitude: -79.38, country: CA }
      driver: { local: {} }
      pools:
        - name: h100
          accelerator: H100-80GB
          acceleratorsPerNode: 4
          tier: reserved
          owned: true
          maxNodes: 1
      protection: { encryptionInTransit: true, audit: full }
      networks: [10.0.0.0/8]
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: WorkloadPlane
    metadata: { name: aws-frankfurt }
    spec:
      provider: aws
      region: eu-central-1
      driver:
        endpoint:
          url: https://api.example.com
          key: { environment: UPSTREAM_KEY }
          maxConcurrentRequests: 8
      pools:
        - { name: a100, offer: p4de.24xlarge, tier: spot, maxNodes: 2, price: 12.5 USD/h }
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: Gateway
    metadata: { name: frankfurt }
    spec:
      location: { latitude: 50.11, longitude: 8.68, country: DE }
      listen: "127.0.0.1:8081"
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: Workload
    metadata: { name: chat }
    spec:
      models: [chat, chat-large]
      class: realtime
      replica:
        accelerator: { memory: 80GiB }
        profile:
          H100-80GB: { accelerators: 1, rate: 11 req/s }
          A100-80GB: { rate: 6 req/s }
        engine: { simulated: { prefill: 9000 tok/s, maxBatch: 64, loadTime: 0s } }
        drainTimeout: 20s
      objective:
        latencyBudget: 120ms
        failoverLatencyBudget: 250ms
        survive: provider
        keptShare: 80%
      data: { classification: phi, residency: [CA, EU], transit: deny, maxSnapshotAge: 10m }
      purchase: { maxSpotShare: 0% }
      scaling: { minReplicas: 1, maxReplicas: 12, target: { queuedRequestsPerReplica: 4 } }
      demand:
        - { from: Toronto, country: CA, peak: 14 req/s, profile: office-hours }
        - { from: Reykjavik, country: IS, location: { latitude: 64.15, longitude: -21.94 }, peak: 1 req/s }
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: Workload
    metadata: { name: tool }
    spec:
      models: [tool]
      replica:
        profile: { CPU: { rate: 2 req/s } }
        engine:
          command: [./serve, --port, "{port}"]
          environment: { TOKEN: hush }
          startTimeout: 5m
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: CompliancePolicy
    metadata: { name: phi }
    spec:
      appliesTo: { classification: phi, jurisdiction: CA }
      requires: { jurisdictions: [CA, EU], attestations: [HIPAA-BAA], encryptionInTransit: true, audit: metadata }
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: Route
    metadata: { name: openai }
    spec:
      match: { hosts: [api.example.com], paths: [/v1/] }
      to: { workload: chat }
      balancing: { policy: leastRequest, affinity: prefix }
      timeouts: { firstByte: 45s }
      retries: { maxAttempts: 2 }

    """

/// The lines of every problem of a text.
func problems(in text: String, known: [ResourceKey] = []) -> [String] {
    switch FleetDecoder.decode([FleetFile(name: "fleet.yaml", text: text)], known: known) {
    case .success: []
    case .failure(let failure): failure.problems.map(\.description)
    }
}
