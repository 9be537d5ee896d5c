/// A whole fleet as declared: every resource, sorted by name within its kind.
package struct Fleet: Equatable, Sendable {
    package private(set) var providers: [Provider] = []
    package private(set) var planes: [WorkloadPlane] = []
    package private(set) var workloads: [Workload] = []
    package private(set) var policies: [CompliancePolicy] = []
    package private(set) var gateways: [Gateway] = []
    package private(set) var routes: [Route] = []
    package private(set) var budgets: [Budget] = []
    package private(set) var placementPlans: [PlacementPlan] = []
    package private(set) var tenants: [Tenant] = []

    /// Later resources replace earlier ones of the same kind and name.
    package init(_ resources: [Resource] = []) {
        var latest: [ResourceKey: Resource] = [:]
        for resource in resources { latest[resource.key] = resource }
        for key in latest.keys.sorted() {
            switch latest[key]! {
            case .provider(let resource): providers.append(resource)
            case .workloadPlane(let resource): planes.append(resource)
            case .workload(let resource): workloads.append(resource)
            case .compliancePolicy(let resource): policies.append(resource)
            case .gateway(let resource): gateways.append(resource)
            case .route(let resource): routes.append(resource)
            case .budget(let resource): budgets.append(resource)
            case .placementPlan(let resource): placementPlans.append(resource)
            case .tenant(let resource): tenants.append(resource)
            }
        }
    }

    /// Every resource, by kind in dependency order, then by name.
    package var resources: [Resource] {
        providers.map(Resource.provider) + planes.map(Resource.workloadPlane) + workloads.map(Resource.workload)
            + policies.map(Resource.compliancePolicy) + gateways.map(Resource.gateway) + routes.map(Resource.route)
            + budgets.map(Resource.budget) + placementPlans.map(Resource.placementPlan) + tenants.map(Resource.tenant)
    }

    /// The plan that is carried out: the one named ``PlacementPlan/nameInForce``. Without it placement decides by itself.
    package var planInForce: PlacementPlan? { placementPlans.first { $0.name == PlacementPlan.nameInForce } }

    /// The rules in force: declared policies, and built-in ones that no declared one replaces.
    package var fence: Fence {
        Fence(providers: providers, policies: policies, builtIn: BuiltInPolicies.inForce(beside: policies))
    }
}
