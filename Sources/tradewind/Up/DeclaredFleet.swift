import CommandLineInterface
import FleetDocuments
import FleetModel
import FleetTransport

/// Reads the declared fleet from the control plane.
enum DeclaredFleet {
    /// One plane as it is declared. Throws where there is none.
    static func plane(_ name: PlaneName, _ connection: any ControlConnection) async throws -> WorkloadPlane {
        let item = try await connection.value(of: .get(ResourceKey(kind: .workloadPlane, name: name.rawValue)))
        guard case .success(.workloadPlane(let plane)) = FleetDecoder.decodeResource(json: JSONText.pretty(item)) else {
            throw CommandFailure(.serverFailed, "the control plane holds a plane \(name) that cannot be read")
        }
        return plane
    }

    /// Gateways come in the order they were stored, everything else does not depend on the order.
    static func read(_ connection: ClientConnection) async throws -> (fleet: Fleet, gateways: [GatewayName]) {
        var resources: [Resource] = []
        for kind in [ResourceKind.workloadPlane, .workload, .gateway] {
            for item in try await connection.value(of: .list(.resources(kind)))["items"].elements {
                switch FleetDecoder.decodeResource(json: JSONText.pretty(item)) {
                case .success(let resource): resources.append(resource)
                case .failure(let problems):
                    throw CommandFailure(
                        .serverFailed, "the control plane holds a \(kind.rawValue) that cannot be read: \(problems)")
                }
            }
        }
        let fleet = Fleet(resources)
        let gateways = fleet.gateways.sorted {
            ($0.metadata.resourceVersion ?? 0, $0.name) < ($1.metadata.resourceVersion ?? 0, $1.name)
        }
        return (fleet, gateways.map(\.name))
    }
}
