import FleetModel

/// A workload as written: the failover budget follows from the latency budget where it is left out.
private struct WorkloadDraft: Sendable {
    var workload: Workload
    var failoverLatencyBudget: Duration?
}

extension Workload {
    static let blank = Workload(metadata: .blank, models: [], replica: ReplicaRequirement(profile: []))

    static var rule: ValueRule<Workload> {
        shape.rule.mapped(
            { draft in
                var workload = draft.workload
                workload.objective.failoverLatencyBudget = draft.failoverLatencyBudget ?? workload.objective.latencyBudget * 2
                return workload
            },
            back: { workload in
                let isImplied = workload.objective.failoverLatencyBudget == workload.objective.latencyBudget * 2
                return WorkloadDraft(
                    workload: workload, failoverLatencyBudget: isImplied ? nil : workload.objective.failoverLatencyBudget)
            })
    }

    private static let shape = Shape<WorkloadDraft>(
        blank: WorkloadDraft(workload: blank),
        [
            .required("models", \.workload.models, .list(.text("a model name"))),
            .optional("class", \.workload.workloadClass, default: blank.workloadClass, .choice),
            .group("replica", isRequired: true, replicaFields),
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
            .group("scaling", scalingFields),
            .optional("demand", \.workload.demand, default: [], .list(.demand)),
        ])

    private static let replicaFields: [Field<WorkloadDraft>] = [
        .group("accelerator", [.optional("memory", \.workload.replica.memory, .quantity)]),
        .required("profile", \.workload.replica.profile, .profile),
        .optional("engine", \.workload.replica.engine, .engine),
        .optional("drainTimeout", \.workload.replica.drainTimeout, default: blank.replica.drainTimeout, .quantity),
    ]

    private static let objectiveFields: [Field<WorkloadDraft>] = [
        .optional("latencyBudget", \.workload.objective.latencyBudget, default: blank.objective.latencyBudget, .quantity),
        .optional("failoverLatencyBudget", \.failoverLatencyBudget, .quantity),
        .optional("survive", \.workload.objective.survive, default: blank.objective.survive, .choice),
        .optional("keptShare", \.workload.objective.keptShare, default: blank.objective.keptShare, .quantity),
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

extension ValueRule where Value == [AcceleratorProfile] {
    /// Accelerator type to what one replica needs and does there.
    static var profile: ValueRule {
        let entry = Shape<AcceleratorProfile>(
            blank: AcceleratorProfile(accelerator: "", accelerators: 1, rate: RequestsPerSecond(1)),
            [
                .optional("accelerators", \.accelerators, default: 1, .whole("accelerators")),
                .required("rate", \.rate, .quantity),
            ])
        return ValueRule<[KeyedValue<AcceleratorProfile>]>.entries(keys: "accelerator types", entry.rule).mapped(
            { entries in
                entries.map {
                    AcceleratorProfile(
                        accelerator: AcceleratorType($0.key), accelerators: $0.value.accelerators, rate: $0.value.rate)
                }
            },
            back: { profiles in profiles.map { KeyedValue(key: $0.accelerator.name, value: $0) } })
    }
}

/// Demand as written: the catalogue knows the places of large cities.
private struct DemandDraft: Sendable {
    var demand: Demand
    var country: String?
    var coordinates: Coordinates?
}

extension ValueRule where Value == Demand {
    static var demand: ValueRule {
        let blank = Demand(from: "", location: .blank, peak: RequestsPerSecond(1))
        return Shape<DemandDraft>(
            blank: DemandDraft(demand: blank),
            [
                .required("from", \.demand.from, .text("the name of a city such as Toronto")),
                .optional("country", \.country, .text("an ISO 3166-1 alpha-2 code such as CA, DE or SG")),
                .optional("location", \.coordinates, .coordinates),
                .required("peak", \.demand.peak, .quantity),
                .optional("profile", \.demand.profile, default: .constant, .choice),
            ]
        ).rule.resolved(
            { draft, node, reading in
                var demand = draft.demand
                demand.location = locate(draft, node, &reading)
                return demand
            },
            back: { DemandDraft(demand: $0, country: $0.location.country, coordinates: $0.location.coordinates) })
    }

    private static func locate(_ draft: DemandDraft, _ node: DocumentNode, _ reading: inout Reading) -> Location {
        let metro = Catalogue.embedded.metro(draft.demand.from)
        if let coordinates = draft.coordinates {
            if let country = draft.country { return Location(coordinates: coordinates, country: country) }
            if let metro { return Location(coordinates: coordinates, country: metro.location.country) }
            if node["country"] == nil {
                reading.report(
                    line: node.line, at: reading.path.key("country"), "the field is missing",
                    accepted: "the country of the location, such as CA")
            }
            return .blank
        }
        // Whatever is missing has its message already, or gets it here.
        for field in ["location", "country"] { reading.markFailed(reading.path.key(field)) }
        guard node["location"] == nil, let from = node["from"], !draft.demand.from.isEmpty else { return .blank }
        guard let metro else {
            let nearest = NearestWord.nearest(to: draft.demand.from, among: Catalogue.embedded.metros.map(\.name)) ?? "none"
            reading.report(
                line: from.line, at: reading.path.key("from"),
                "\(quoted(draft.demand.from)) is not a city in the catalogue of \(Catalogue.asOf)",
                accepted: "the nearest is \(nearest); or add country and location: { latitude: …, longitude: … }")
            return .blank
        }
        if let country = draft.country, country != metro.location.country {
            reading.report(
                line: node["country"]?.line ?? node.line, at: reading.path.key("country"),
                "\(metro.name) in the catalogue of \(Catalogue.asOf) lies in \(metro.location.country), not \(quoted(country))",
                accepted: "\(metro.location.country), or add location: { latitude: …, longitude: … }")
        }
        return metro.location
    }
}
