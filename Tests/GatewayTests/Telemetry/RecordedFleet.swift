import FleetModel
import FleetRouting
import Gateway
import NIOCore

/// A data path that logs and traces every request, and what it recorded.
enum RecordedFleet {
    static let telemetry = GatewayTelemetry(
        accessLog: .init(path: "-"), tracing: .init(endpoint: "http://127.0.0.1:9"))

    /// Runs a body with a fleet whose requests are recorded; the body is handed what takes the records off.
    static func with(
        _ replicas: [TestFleet.Replica], maxAttempts: Int = 4, firstByteMilliseconds: Double = 5_000,
        tenants: [TenantTerms] = [], telemetry: GatewayTelemetry = telemetry, queue: RecordQueue = RecordQueue(),
        adjust: TestFleet.Adjustment = .none,
        _ body: @escaping @Sendable (TestFleet, @escaping @Sendable () async throws -> [RequestRecord]) async throws -> Void
    ) async throws {
        try await TestFleet.with(
            replicas, maxAttempts: maxAttempts, firstByteMilliseconds: firstByteMilliseconds, tenants: tenants,
            recording: RequestRecorder.Configuration(queue: queue),
            adjust: .init { snapshot in
                snapshot.telemetry = telemetry
                adjust.apply(&snapshot)
            }
        ) { fleet in
            try await body(fleet) {
                for worker in fleet.plane.workers { try await worker.submit { $0.recorder?.flush() }.get() }
                return queue.takeAll().flatMap { $0 }
            }
        }
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
}
