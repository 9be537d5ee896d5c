import FleetModel
import FleetRouting
import NIOCore

/// One event loop's record of its requests: the newest are kept to be explained, and those that are written somewhere are
/// handed on in batches. Lives on its loop.
package final class RequestRecorder {
    /// What it is made with.
    package struct Configuration: Sendable {
        /// Requests of one gateway that can be explained; 0 keeps none.
        package static let standardExplained = 4_096
        /// Beside them, of those that failed, were repeated or slow.
        package static let standardNotable = 1_024

        package var explained = standardExplained
        package var notable = standardNotable
        /// To whoever writes; nil hands nothing on.
        package var queue: RecordQueue?
        /// What flags and environment say of telemetry; goes before what the fleet declares.
        package var overrides = TelemetryOverrides()

        package init(
            explained: Int = standardExplained, notable: Int = standardNotable, queue: RecordQueue? = nil,
            overrides: TelemetryOverrides = TelemetryOverrides()
        ) {
            self.explained = explained
            self.notable = notable
            self.queue = queue
            self.overrides = overrides
        }

        /// Its part, where the gateway has so many event loops.
        func share(of loops: Int) -> Configuration {
            var part = self
            part.explained = (explained + loops - 1) / max(1, loops)
            part.notable = (notable + loops - 1) / max(1, loops)
            return part
        }
    }

    /// Records handed on together.
    static let batchSize = 64
    /// How long a record waits for others at most.
    static let batchDelay = TimeAmount.milliseconds(100)
    /// Records kept for a queue that was held every time; beyond, they are dropped.
    static let keptLimit = 1_024
    /// A request whose first byte took longer is kept among the notable ones.
    static let slowFirstByte = Duration.seconds(2)

    let configuration: Configuration
    private(set) var telemetry = GatewayTelemetry.none
    private var recent: RecordRing
    private var notable: RecordRing
    private var batch: [RequestRecord] = []
    private var isTimed = false
    private let eventLoop: any EventLoop
    /// Records that were never written.
    private(set) var dropped: UInt64 = 0

    init(_ configuration: Configuration, eventLoop: any EventLoop) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        recent = RecordRing(capacity: configuration.explained)
        notable = RecordRing(capacity: configuration.notable)
        follow(.none)
    }

    /// Takes what the fleet declares.
    func follow(_ declared: GatewayTelemetry) {
        telemetry = configuration.overrides.applied(to: declared)
        isTracing = configuration.queue != nil && telemetry.tracing != nil
        isExporting = isTracing || configuration.queue != nil && telemetry.accessLog != nil
    }

    /// Records go to a writer, and so what answers say of tokens is worth reading.
    private(set) var isExporting = false
    private(set) var isTracing = false
    /// Decisions are kept.
    var explains: Bool { configuration.explained > 0 }
    /// Anybody wants records at all.
    var isActive: Bool { isExporting || explains }

    /// Whether the access log takes a request with this status.
    func logs(status: Int, chance: @autoclosure () -> Double) -> Bool {
        guard configuration.queue != nil, let log = telemetry.accessLog else { return false }
        return log.sampling >= 1 || status >= 500 || chance() < log.sampling
    }

    /// Keeps a finished record. It is the caller's again, as it was.
    func finish(_ record: inout RequestRecord) {
        if explains {
            if Self.isNotable(record) { notable.keep(&record) }
            recent.keep(&record)
        }
        if record.isLogged || record.trace.isSampled { hand(on: record) }
    }

    /// The newest record of a request id.
    package func record(of id: [UInt8]) -> RequestRecord? { recent.newest(id: id) ?? notable.newest(id: id) }

    private static func isNotable(_ record: RequestRecord) -> Bool {
        record.status >= 500 || record.attemptCount > 1 || record.fallback != nil
            || (record.firstByteAt ?? record.endedAt).since(record.startedAt) > slowFirstByte
    }

    // MARK: Handing on

    private func hand(on record: RequestRecord) {
        guard batch.count < Self.keptLimit else {
            dropped += 1
            return
        }
        batch.append(record)
        if batch.count >= Self.batchSize { flush() }
        timeFlush()
    }

    private func timeFlush() {
        guard !batch.isEmpty, !isTimed else { return }
        isTimed = true
        let recorder = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: Self.batchDelay) {
            recorder.value.isTimed = false
            recorder.value.flush()
            recorder.value.timeFlush()
        }
    }

    /// Hands on what waits.
    package func flush() {
        guard !batch.isEmpty, let lost = configuration.queue?.offer(batch) else { return }
        dropped += UInt64(lost)
        batch.removeAll(keepingCapacity: true)
    }
}
