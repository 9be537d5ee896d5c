import FleetModel

/// A workload as written: the failover budget follows from the latency budget where it is left out.
private struct WorkloadDraft: Sendable {
    var workload: Workload
    var replica: ReplicaDraft
    var failoverLatencyBudget: Duration?
}

extension Workload {
    static let blank = Workload(metadata: .blank, models: [], replica: ReplicaRequirement(profile: []))

    static var rule: ValueRule<Workload> {
        shape.rule.mapped(
            { draft in
                var workload = draft.workload
                workload.replica = draft.replica.requirement
                workload.objective.failoverLatencyBudget = draft.failoverLatencyBudget ?? workload.objective.latencyBudget * 2
                return workload
            },
            back: { workload in
                let isImplied = workload.objective.failoverLatencyBudget == workload.objective.latencyBudget * 2
                return WorkloadDraft(
                    workload: workload, replica: ReplicaDraft(workload.replica),
                    failoverLatencyBudget: isImplied ? nil : workload.objective.failoverLatencyBudget)
            })
    }

    private static let shape = Shape<WorkloadDraft>(
        blank: WorkloadDraft(workload: blank, replica: ReplicaDraft(blank.replica)),
        [
            .optional("models", \.workload.models, default: [], .list(.text("a model name"))),
            .optional("class", \.workload.workloadClass, default: blank.workloadClass, .choice),
            .required("replica", \.replica, .replica),
            .group("objective", objectiveFields),
            .group(
                "data",
                [
                    .optional("classification", \.workload.data.classification, default: blank.data.classification, .choice),
                    .optional("residency", \.workload.data.residency, .list(.jurisdiction)),
                    .optional("transit", \.workload.data.transit, default: blank.data.transit, .choice),
                    .optional("maxSnapshotAge", \.workload.data.maxSnapshotAge, .quantity),
                ]),
            .group("purchase", purchaseFields),
            .group("traffic", [.optional("egressPerRequest", \.workload.egressPerRequest, .answerSize)]),
            .optional("scaling", \.workload.scaling, default: blank.scaling, ScalingPolicy.rule),
            .optional("balancing", \.workload.balancing, default: blank.balancing, .balancing),
            .optional("demand", \.workload.demand, default: [], .list(.demand)),
            .group("admission", admissionFields),
            .optional("resilience", \.workload.resilience, default: .standard, WorkloadResilience.rule),
            .optional("rollout", \.workload.rollout, default: .standard, RolloutPolicy.rule),
            .group("predict", [.optional("as", \.workload.predict, .choice)]),
        ])

    private static let objectiveFields: [Field<WorkloadDraft>] = [
        .optional("latencyBudget", \.workload.objective.latencyBudget, default: blank.objective.latencyBudget, .quantity),
        .optional("failoverLatencyBudget", \.failoverLatencyBudget, .quantity),
        .optional("survive", \.workload.objective.survive, default: blank.objective.survive, .choice),
        .optional("keptShare", \.workload.objective.keptShare, default: blank.objective.keptShare, .quantity),
        .optional(
            "targetUtilization", \.workload.objective.targetUtilization, default: blank.objective.targetUtilization, .quantity),
        .optional("mode", \.workload.objective.mode, default: blank.objective.mode, .choice),
        .optional("standby", \.workload.objective.standby, Standby.rule),
        .group(
            "recovery",
            [
                .optional("rto", \.workload.objective.recovery.rto, .quantity),
                .optional("rpo", \.workload.objective.recovery.rpo, .timeOrNone),
            ]),
    ]

    private static let purchaseFields: [Field<WorkloadDraft>] = [
        .optional("maxSpotShare", \.workload.maxSpotShare, default: blank.maxSpotShare, .quantity),
        .optional(
            "onDemandBaseCapacity", \.workload.purchase.onDemandBaseCapacity, default: blank.purchase.onDemandBaseCapacity,
            .whole("replicas")),
        .optional(
            "onDemandPercentageAboveBaseCapacity", \.workload.purchase.onDemandPercentageAboveBaseCapacity,
            default: blank.purchase.onDemandPercentageAboveBaseCapacity, .quantity),
        .optional(
            "fallbacks", \.workload.purchase.fallbacks, default: [],
            .list(ValueRule<AcceleratorType>.accelerator.mapped({ $0.name }, back: { AcceleratorType($0) }))),
        .optional("spotPolicy", \.workload.purchase.spotPolicy, .choice),
        .optional("overProvision", \.workload.purchase.overProvision, default: blank.purchase.overProvision, .quantity),
    ]

    private static let admissionFields: [Field<WorkloadDraft>] = [
        .group(
            "queue",
            [
                .optional(
                    "timeout", \.workload.admission.queueTimeoutMilliseconds, default: blank.admission.queueTimeoutMilliseconds,
                    .milliseconds(allowsZero: true)),
                .optional(
                    "maxRequests", \.workload.admission.queuedRequests, default: blank.admission.queuedRequests,
                    .whole("requests")),
                .optional("maxBytes", \.workload.admission.queuedBytes, default: blank.admission.queuedBytes, .bytes),
                .optional(
                    "coldStartTimeout", \.workload.admission.coldStartTimeoutMilliseconds, .milliseconds(allowsZero: true)),
            ]),
        .optional(
            "concurrencyLimit", \.workload.admission.concurrencyLimit, default: blank.admission.concurrencyLimit, .choice),
    ]
}
