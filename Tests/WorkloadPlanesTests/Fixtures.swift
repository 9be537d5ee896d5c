import FleetControl
import FleetModel
import FleetTransport
import Foundation
import ProcessSupervision
import WorkloadPlanes

/// A state folder that goes away with the test.
final class TemporaryState: Sendable {
    let folder: StateFolder

    init() {
        let path = "\(NSTemporaryDirectory())/tradewind-plane-\(UUID().uuidString)"
        folder = StateFolder(root: path.replacingOccurrences(of: "//", with: "/"))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder.root) }

    func write(_ text: String, to path: String) throws { try PrivateFile.write(Array(text.utf8), to: path) }

    func configuration(_ plane: PlaneName = "toronto") -> PlaneConfiguration {
        PlaneConfiguration(plane: plane, state: folder, executable: Self.executable, environment: ["PATH": "/usr/bin:/bin"])
    }

    /// The `tradewind` binary of the build these tests belong to.
    static var executable: String {
        let own = URL(fileURLWithPath: OwnExecutable.path).deletingLastPathComponent()
        return own.appendingPathComponent("tradewind").path
    }
}

enum Fixture {
    static func order(
        _ engine: EngineSpec? = .simulated(SimulatedEngineSpec()), driver: PlaneDriver = .local, incarnation: UInt64 = 1,
        port: Int = 20_000, accelerator: AcceleratorType = "H100-80GB", devices: [Int] = [0]
    ) -> StartOrder {
        StartOrder(
            id: ReplicaID(plane: "toronto", workload: "chat", incarnation: incarnation),
            specification: ReplicaSpecification(
                workload: "chat", generation: 1, models: ["chat", "chat-mini"], engine: engine, driver: driver, pool: "h100",
                accelerator: accelerator, acceleratorsPerReplica: devices.count),
            port: port, devices: devices)
    }

    static func assignment(
        _ generation: UInt64 = 1, engine: EngineSpec?, driver: PlaneDriver = .local, count: Int = 1, key: String? = nil
    ) -> PlaneAssignment {
        PlaneAssignment(
            version: SnapshotVersion(epoch: 1, generation: generation), plane: "toronto", driver: driver,
            pools: [
                CapacityPool(name: "h100", accelerator: "H100-80GB", acceleratorsPerNode: 4, tier: .reserved, maxNodes: 1)
            ],
            workloads: [
                .init(
                    name: "chat", generation: 1, models: ["chat"],
                    placements: [.init(pool: "h100", accelerator: "H100-80GB", acceleratorsPerReplica: 1, count: count)],
                    engine: engine, drainMilliseconds: 2_000)
            ],
            feedPeers: key.map { [.init(gateway: "frankfurt", key: $0)] } ?? [])
    }
}

struct TookTooLong: Error {}

/// Runs an operation that waits for real events, and gives up after a time no healthy machine needs.
func within<Value: Sendable>(_ limit: Duration = .seconds(60), _ operation: @escaping @Sendable () async throws -> Value)
    async throws -> Value
{
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            let deadline = ContinuousClock().now + limit
            try await ContinuousClock().sleep(until: deadline)
            throw TookTooLong()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw TookTooLong() }
        return value
    }
}
