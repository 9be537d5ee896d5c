import FleetControl
import FleetModel
import NIOCore
import Synchronization

/// The drivers of one plane. Which one runs a replica is written in its order: during a change of driver both are at work.
final class ReplicaDrivers: Sendable {
    private let local: any ReplicaDriver
    private let endpoint: any ReplicaDriver
    private let endpoints = Mutex<Set<ReplicaID>>([])

    init(local: any ReplicaDriver, endpoint: any ReplicaDriver) {
        (self.local, self.endpoint) = (local, endpoint)
    }

    func start(_ order: StartOrder) {
        if case .endpoint = order.specification.driver { _ = endpoints.withLock { $0.insert(order.id) } }
        driver(of: order.id).start(order)
    }

    func driver(of id: ReplicaID) -> any ReplicaDriver { endpoints.withLock { $0.contains(id) } ? endpoint : local }

    func forget(_ id: ReplicaID) {
        driver(of: id).forget(id)
        _ = endpoints.withLock { $0.remove(id) }
    }

    func shutdown() async {
        await local.shutdown()
        await endpoint.shutdown()
    }
}
