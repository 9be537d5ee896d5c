package import FleetModel
import FleetRouting
package import Logging
package import NIOCore
import Synchronization

/// Takes what event loops recorded and writes it where the fleet wants it, off the event loops. Follows what is declared as it
/// changes.
package final class TelemetryService: Sendable {
    /// What of it the metrics page shows.
    package struct Statistics: Equatable, Sendable {
        package var accessLog = AccessLogWriter.Statistics()
        package var traces = TraceExporter.Statistics()

        package init() {}
    }

    /// How often records are taken off the queue.
    private static let interval = Duration.milliseconds(100)
    /// How long the end of the process waits for what is still to be written.
    package static let stopDeadline = TimeAmount.seconds(3)

    package let queue: RecordQueue
    private let overrides: TelemetryOverrides
    private let accessLog: AccessLogWriter
    private let exporter: TraceExporter
    private let group: any EventLoopGroup
    private let tasks = Mutex<[Task<Void, Never>]>([])

    package init(
        gateway: GatewayName, version: String, overrides: TelemetryOverrides, queue: RecordQueue = RecordQueue(),
        group: any EventLoopGroup, logger: Logger
    ) {
        self.queue = queue
        self.overrides = overrides
        self.group = group
        accessLog = AccessLogWriter(gateway: gateway, logger: logger)
        exporter = TraceExporter(gateway: gateway, version: version, headers: overrides.headers, group: group)
    }

    package var statistics: Statistics {
        var statistics = Statistics()
        statistics.accessLog = accessLog.statistics
        statistics.traces = exporter.statistics
        return statistics
    }

    /// Begins in the background.
    /// - Parameter declared: what the fleet declares now.
    package func start(declared: @escaping @Sendable () -> GatewayTelemetry) {
        let writing = Task {
            while !Task.isCancelled {
                await drain(declared())
                try? await Task.sleep(for: Self.interval)
            }
            await drain(declared())
        }
        let exporting = Task {
            while !Task.isCancelled {
                await exporter.flush(clock: .read())
                try? await Task.sleep(for: TraceExporter.delay)
            }
        }
        tasks.withLock { $0 = [writing, exporting] }
    }

    /// Writes what waits, once, and lets go of everything. A disk or a collector that hangs is not waited for longer than
    /// ``stopDeadline``.
    package func stop() async {
        let running = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        let done = group.any().makePromise(of: Void.self)
        let deadline = done.futureResult.eventLoop.scheduleTask(in: Self.stopDeadline) { done.succeed(()) }
        let ending = Task {
            for task in running { task.cancel() }
            for task in running { await task.value }
            await exporter.flush(clock: .read())
            deadline.cancel()
            done.succeed(())
        }
        try? await done.futureResult.get()
        ending.cancel()
        await exporter.stop()
    }

    /// Takes everything off the queue and writes it.
    package func drain(_ declared: GatewayTelemetry) async {
        let telemetry = overrides.applied(to: declared)
        await exporter.follow(telemetry.tracing)
        let records = queue.takeAll().joined()
        guard !records.isEmpty else { return }
        let clock = WallClock.read()
        if telemetry.tracing != nil { exporter.offer(records.filter(\.trace.isSampled)) }
        guard let log = telemetry.accessLog else { return }
        let logged = records.filter(\.isLogged)
        if !logged.isEmpty { await accessLog.write(logged, to: log, clock: clock) }
    }
}
