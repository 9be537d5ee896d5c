/// A small valid fleet that uses the fields and kinds of planning. Tests break it in one place at a time.
let planningSample = """
    apiVersion: tradewind.dev/v1alpha1
    kind: Provider
    metadata: { name: gcp }
    spec: { kind: hyperscaler, egress: 0.08 USD/GiB, storage: 0.02 USD/GiB-month, availability: 99.95% }
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: WorkloadPlane
    metadata: { name: tokyo }
    spec:
      provider: gcp
      region: asia-northeast1
      driver: { local: {} }
      pools:
        - { name: held, accelerator: nvidia-h100-80gb, acceleratorsPerNode: 8, tier: reserved, maxNodes: 2, commitment: 3y }
        - { name: cheap, accelerator: A100-SXM4-80GB, acceleratorsPerNode: 4, tier: spot, maxNodes: 3,
            interruptions: 5%/h, replacementTime: 30m }
      egress: 0.14 USD/GiB
      availability: 99.5%
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: Workload
    metadata: { name: draw }
    spec:
      models: [draw]
      class: training
      replica:
        accelerator: { memory: ">= 40GiB", count: 2, architecture: [Hopper, ampere], type: [H100, A100 80GB] }
        profile:
          NVIDIA H100 80GB HBM3: { rate: 3 req/s }
          A100-80GB: { accelerators: 4, rate: 2 req/s }
        artifact: { size: 13GiB }
        engine: { simulated: {} }
      objective: { targetUtilization: 70% }
      traffic: { egressPerRequest: 1.5MiB }
      demand:
        - from: Tokyo
          concurrentUsers: 5000
          requestDuration: 20s
          profile: [5%, 5%, 5%, 5%, 5%, 10%, 20%, 40%, 60%, 80%, 90%, 90%,
            80%, 90%, 90%, 90%, 80%, 90%, 100%, 100%, 90%, 60%, 30%, 10%]
          utcOffset: +9h
          latencyBudget: 200ms
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: CompliancePolicy
    metadata: { name: gdpr }
    spec:
      appliesTo: { classification: [pii, phi], jurisdiction: [EEA, UK] }
      requires: { jurisdictions: [EEA, UK], attestedJurisdictions: { US: EU-US-DPF }, attestations: [ISO/IEC 27001:2022] }
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: Budget
    metadata: { name: pictures }
    spec: { workloads: [draw], ceiling: 7300 USD/month }
    ---
    apiVersion: tradewind.dev/v1alpha1
    kind: PlacementPlan
    metadata: { name: default }
    spec:
      fleetGeneration: 12
      blocks: [night, day]
      hours: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]
      nodes:
        - { plane: tokyo, pool: held, block: day, count: 2 }
      replicas:
        - { workload: draw, plane: tokyo, pool: held, block: night, count: 1 }
        - { workload: draw, plane: tokyo, pool: held, block: day, count: 8 }

    """
