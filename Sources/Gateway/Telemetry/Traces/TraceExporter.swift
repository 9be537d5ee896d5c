package import FleetModel
import FleetTransport
package import NIOCore
import Synchronization

/// Sends sampled requests to a collector in the background, bounded in every way: what waits, what one export holds, how often
/// one is sent again. What cannot be sent is dropped and counted.
package final class TraceExporter: Sendable {
    /// Requests that wait; OpenTelemetry's batch processor holds 2,048 spans by default.
    package static let queueLimit = 2_048
    /// Requests of one export.
    package static let batchSize = 256
    /// Times one export is sent.
    package static let attempts = 5
    /// How long a request waits for others.
    package static let delay = Duration.seconds(1)

    package struct Statistics: Equatable, Sendable {
        package var exportedSpans: UInt64 = 0
        package var droppedQueueFull: UInt64 = 0
        package var droppedRejected: UInt64 = 0
        package var droppedUndelivered: UInt64 = 0

        package init() {}
    }

    private struct State {
        var tracing: GatewayTelemetry.Tracing?
        var client: CollectorClient?
        var waiting: [RequestRecord] = []
        var statistics = Statistics()
    }

    private let gateway: GatewayName
    private let version: String
    private let headers: [TelemetryOverrides.Header]
    private let group: any EventLoopGroup
    private let state = Mutex(State())

    package init(gateway: GatewayName, version: String, headers: [TelemetryOverrides.Header], group: any EventLoopGroup) {
        self.gateway = gateway
        self.version = version
        self.headers = headers
        self.group = group
    }

    package var statistics: Statistics { state.withLock { $0.statistics } }

    /// Takes sampled records; what there is no room for is dropped.
    package func offer(_ records: [RequestRecord]) {
        state.withLock { state in
            let room = Self.queueLimit - state.waiting.count
            state.waiting += records.prefix(room)
            for record in records.dropFirst(room) {
                state.statistics.droppedQueueFull += UInt64(TraceDocument.spanCount(record))
            }
        }
    }

    /// Exports to this collector from now on; nil drops what waits.
    package func follow(_ tracing: GatewayTelemetry.Tracing?) async {
        let old: CollectorClient? = state.withLock { state in
            guard state.tracing != tracing else { return nil }
            let old = state.client
            state.tracing = tracing
            state.client = tracing.map {
                CollectorClient(
                    url: Self.url($0.endpoint), headers: headers.map { ($0.name, $0.value) }, eventLoopGroup: group)
            }
            if tracing == nil { state.waiting = [] }
            return old
        }
        await old?.shutdown()
    }

    package static func url(_ endpoint: String) -> String {
        var base = endpoint
        while base.hasSuffix("/") { base.removeLast() }
        return base + "/v1/traces"
    }

    /// Sends what waits, batch by batch, until nothing does.
    package func flush(clock: WallClock) async {
        while let (batch, tracing, client) = next() {
            let document = TraceDocument(
                gateway: gateway, serviceName: tracing.serviceName, version: version, clock: clock)
            await send(document.bytes(batch), spans: batch.reduce(0) { $0 + UInt64(TraceDocument.spanCount($1)) }, client)
            if Task.isCancelled { return }
        }
    }

    private func next() -> ([RequestRecord], GatewayTelemetry.Tracing, CollectorClient)? {
        state.withLock { state in
            guard let tracing = state.tracing, let client = state.client, !state.waiting.isEmpty else { return nil }
            let batch = Array(state.waiting.prefix(Self.batchSize))
            state.waiting.removeFirst(batch.count)
            return (batch, tracing, client)
        }
    }

    private func send(_ body: [UInt8], spans: UInt64, _ client: CollectorClient) async {
        var backoff = Backoff(initial: .seconds(1), maximum: .seconds(5))
        for attempt in 1...Self.attempts {
            let answer = await client.post(body, contentType: TraceDocument.contentType)
            switch ExportVerdict(answer) {
            case .delivered(let rejected):
                let lost = UInt64(clamping: min(Int64(clamping: spans), max(0, rejected)))
                return count {
                    $0.exportedSpans += spans - lost
                    $0.droppedRejected += lost
                }
            case .refused: return count { $0.droppedRejected += spans }
            case .again(let rest):
                guard attempt < Self.attempts, !Task.isCancelled else {
                    return count { $0.droppedUndelivered += spans }
                }
                try? await Task.sleep(for: rest ?? backoff.next(jitter: .random(in: 0..<1)))
            }
        }
    }

    private func count(_ body: (inout Statistics) -> Void) { state.withLock { body(&$0.statistics) } }

    package func stop() async { await follow(nil) }
}
