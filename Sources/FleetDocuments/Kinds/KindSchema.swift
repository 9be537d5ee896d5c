import FleetModel

/// How the documents of one kind are read and written.
struct KindSchema: Sendable {
    /// The fields of `spec`.
    let fields: [FieldDescription]
    /// Reads a `spec`. What could not be understood keeps a blank value and was reported.
    let read: @Sendable (DocumentNode?, Metadata, inout Reading) -> Resource
    /// Writes a `spec`; nil for a resource of another kind.
    let write: @Sendable (Resource) -> OutputValue?

    private init<Specification: Sendable>(
        _ rule: ValueRule<Specification>, blank: Specification,
        resource: @escaping @Sendable (Specification) -> Resource, specification: @escaping @Sendable (Resource) -> Specification?
    ) {
        fields = rule.fields
        read = { node, metadata, reading in
            var result = resource(node.flatMap { rule.read($0, &reading) } ?? blank)
            result.metadata = metadata
            return result
        }
        write = { specification($0).map(rule.write) }
    }

    static func of(_ kind: ResourceKind) -> KindSchema {
        switch kind {
        case .provider: provider
        case .workloadPlane: workloadPlane
        case .workload: workload
        case .compliancePolicy: compliancePolicy
        case .gateway: gateway
        case .route: route
        case .budget: budget
        case .placementPlan: placementPlan
        case .tenant: tenant
        }
    }

    private static let provider = KindSchema(
        Provider.shape.rule, blank: Provider.shape.blank, resource: Resource.provider,
        specification: { if case .provider(let value) = $0 { value } else { nil } })
    private static let workloadPlane = KindSchema(
        WorkloadPlane.rule, blank: WorkloadPlane.blank, resource: Resource.workloadPlane,
        specification: { if case .workloadPlane(let value) = $0 { value } else { nil } })
    private static let workload = KindSchema(
        Workload.rule, blank: Workload.blank, resource: Resource.workload,
        specification: { if case .workload(let value) = $0 { value } else { nil } })
    private static let compliancePolicy = KindSchema(
        CompliancePolicy.shape.rule, blank: CompliancePolicy.shape.blank, resource: Resource.compliancePolicy,
        specification: { if case .compliancePolicy(let value) = $0 { value } else { nil } })
    private static let gateway = KindSchema(
        Gateway.shape.rule, blank: Gateway.shape.blank, resource: Resource.gateway,
        specification: { if case .gateway(let value) = $0 { value } else { nil } })
    private static let route = KindSchema(
        Route.shape.rule, blank: Route.shape.blank, resource: Resource.route,
        specification: { if case .route(let value) = $0 { value } else { nil } })
    private static let budget = KindSchema(
        Budget.shape.rule, blank: Budget.shape.blank, resource: Resource.budget,
        specification: { if case .budget(let value) = $0 { value } else { nil } })
    private static let placementPlan = KindSchema(
        PlacementPlan.shape.rule, blank: PlacementPlan.shape.blank, resource: Resource.placementPlan,
        specification: { if case .placementPlan(let value) = $0 { value } else { nil } })
    private static let tenant = KindSchema(
        Tenant.shape.rule, blank: Tenant.shape.blank, resource: Resource.tenant,
        specification: { if case .tenant(let value) = $0 { value } else { nil } })
}

extension Metadata {
    static let blank = Metadata(name: "")

    static let shape = Shape<Metadata>(
        blank: blank,
        [
            .required("name", \.name, .text("a name: \(ResourceNameRule.accepted)")),
            .optional("labels", \.labels, default: [:], .texts),
            .optional("resourceVersion", \.resourceVersion, .textCounter),
            .optional("generation", \.generation, .counter),
            .optional("creationTimestamp", \.creationTimestamp, .text("a time in UTC such as 2026-11-21T10:45:47Z")),
        ])
}
