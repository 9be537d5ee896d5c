/// Any declared resource.
package enum Resource: Equatable, Sendable {
    case provider(Provider)
    case workloadPlane(WorkloadPlane)
    case workload(Workload)
    case compliancePolicy(CompliancePolicy)
    case gateway(Gateway)
    case route(Route)
    case budget(Budget)
    case placementPlan(PlacementPlan)
    case tenant(Tenant)

    package var kind: ResourceKind {
        switch self {
        case .provider: .provider
        case .workloadPlane: .workloadPlane
        case .workload: .workload
        case .compliancePolicy: .compliancePolicy
        case .gateway: .gateway
        case .route: .route
        case .budget: .budget
        case .placementPlan: .placementPlan
        case .tenant: .tenant
        }
    }

    package var metadata: Metadata {
        get {
            switch self {
            case .provider(let resource): resource.metadata
            case .workloadPlane(let resource): resource.metadata
            case .workload(let resource): resource.metadata
            case .compliancePolicy(let resource): resource.metadata
            case .gateway(let resource): resource.metadata
            case .route(let resource): resource.metadata
            case .budget(let resource): resource.metadata
            case .placementPlan(let resource): resource.metadata
            case .tenant(let resource): resource.metadata
            }
        }
        set {
            switch self {
            case .provider(var resource):
                resource.metadata = newValue
                self = .provider(resource)
            case .workloadPlane(var resource):
                resource.metadata = newValue
                self = .workloadPlane(resource)
            case .workload(var resource):
                resource.metadata = newValue
                self = .workload(resource)
            case .compliancePolicy(var resource):
                resource.metadata = newValue
                self = .compliancePolicy(resource)
            case .gateway(var resource):
                resource.metadata = newValue
                self = .gateway(resource)
            case .route(var resource):
                resource.metadata = newValue
                self = .route(resource)
            case .budget(var resource):
                resource.metadata = newValue
                self = .budget(resource)
            case .placementPlan(var resource):
                resource.metadata = newValue
                self = .placementPlan(resource)
            case .tenant(var resource):
                resource.metadata = newValue
                self = .tenant(resource)
            }
        }
    }

    package var key: ResourceKey { ResourceKey(kind: kind, name: metadata.name) }
}
