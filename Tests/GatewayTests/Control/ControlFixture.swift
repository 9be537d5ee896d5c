import FleetModel
import FleetTransport
import Synchronization

/// The smallest fleet a gateway's control side can follow: one workload on one plane.
enum ControlFixture {
    static let token = "tw_test"
    static let gateway: GatewayName = "frankfurt"
    static let plane: PlaneName = "near"

    static func snapshot(generation: UInt64 = 1, feed: ListenAddress?, maxSnapshotAge: Double? = nil) -> RoutingSnapshot {
        let place = Coordinates(latitude: 50.11, longitude: 8.68)
        return RoutingSnapshot(
            version: SnapshotVersion(epoch: 1, generation: generation), gateway: gateway,
            gatewayLocation: Location(coordinates: place, country: "DE"),
            workloads: [
                .init(
                    name: "chat", models: ["chat"], latencyBudgetMilliseconds: 100, failoverLatencyBudgetMilliseconds: 200,
                    allowedPlanes: [plane], placedPlanes: [plane], maxSnapshotAgeMilliseconds: maxSnapshotAge)
            ],
            planes: [.init(name: plane, provider: "p", region: "r", coordinates: place, feedAddress: feed?.description)],
            routes: [.init(name: "openai", paths: ["/v1/"])])
    }

    static func report(sequence: UInt64, replica: ListenAddress, plane: PlaneName = plane) -> PlaneReport {
        PlaneReport(
            plane: plane, planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:1",
            replicas: [
                ReplicaReport(
                    id: ReplicaID(plane: plane, workload: "chat", incarnation: 1), pool: "p", accelerator: "H100",
                    address: replica.description, state: .ready)
            ])
    }

    static var key: String { FeedAuthentication.key(seed: FeedAuthentication.seed(gatewayToken: token), plane: plane) }

    static func line(_ report: PlaneReport, nonce: String, sequence: UInt64, key: String = key) throws -> String {
        let payload = try FleetJSON.encode(report)
        let signature = FeedAuthentication.lineSignature(key: key, nonce: nonce, sequence: sequence, payload: payload)
        return "\(signature) \(String(decoding: payload, as: UTF8.self))\n"
    }
}

/// Counts from several threads, and lets one waiter see the counts go by.
final class Tally: Sendable {
    private let count = Mutex(0)
    private let stream: AsyncStream<Int>
    private let continuation: AsyncStream<Int>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func add() {
        let value = count.withLock { count in
            count += 1
            return count
        }
        continuation.yield(value)
    }

    func reached(_ wanted: Int) async {
        for await value in stream where value >= wanted { return }
    }
}
