/// A whole fleet as declared: every resource, sorted by name within its kind.
package struct Fleet: Equatable, Sendable {
    package private(set) var providers: [Provider] = []
    package private(set) var planes: [WorkloadPlane] = []
    package private(set) var workloads: [Workload] = []
    package private(set) var policies: [CompliancePolicy] = []
    package private(set) var gateways: [Gateway] = []
    package private(set) var routes: [Route] = []

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
            }
        }
    }

    /// Every resource, by kind in dependency order, then by name.
    package var resources: [Resource] {
        providers.map(Resource.provider) + planes.map(Resource.workloadPlane) + workloads.map(Resource.workload)
            + policies.map(Resource.compliancePolicy) + gateways.map(Resource.gateway) + routes.map(Resource.route)
    }

    package var fence: Fence { Fence(providers: providers, policies: policies) }
}
