package import FleetModel
import FleetTransport

extension FleetClient {
    /// `tradewind describe KIND NAME`.
    package func describe(_ key: ResourceKey) async throws {
        let resource = try await resource(key)
        let replicas = try await items(of: .replicas).filter { replica in
            switch key.kind {
            case .workload: replica["spec"]["workload"].text == key.name
            case .workloadPlane: replica["spec"]["plane"].text == key.name
            default: false
            }
        }
        let events = try await connection.value(of: .events(about: key))["items"].elements
        let description = ResourceDescription(resource: resource, replicas: replicas, events: events)
        try console.write(description.rendered(now: now()))
    }
}
