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
            .group("purchase", [.optional("maxSpotShare", \.workload.maxSpotShare, default: blank.maxSpotShare, .quantity)]),
            .group("traffic", [.optional("egressPerRequest", \.workload.egressPerRequest, .answerSize)]),
            .group("scaling", scalingFields),
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
            ]),
        .optional(
            "concurrencyLimit", \.workload.admission.concurrencyLimit, default: blank.admission.concurrencyLimit, .choice),
    ]

    private static let scalingFields: [Field<WorkloadDraft>] = [
        .optional("minReplicas", \.workload.scaling.minReplicas, default: blank.scaling.minReplicas, .whole("replicas")),
        .optional("maxReplicas", \.workload.scaling.maxReplicas, default: blank.scaling.maxReplicas, .whole("replicas")),
        .group(
            "target",
            [
                .optional(
                    "queuedRequestsPerReplica", \.workload.scaling.queuedRequestsPerReplica, .number("a number above 0 such as 4")
                )
            ]),
    ]
}
