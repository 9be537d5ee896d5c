package import FleetModel
import FleetRouting
package import Logging
import NIOPosix
import Synchronization

/// Writes the access log on a thread of its own kind, for a disk or a pipe may block.
package final class AccessLogWriter: Sendable {
    package struct Statistics: Equatable, Sendable {
        package var lines: UInt64 = 0
        /// Lines that could not be written.
        package var lost: UInt64 = 0

        package init() {}
    }

    private struct Output: ~Copyable {
        var file: LogFile?
        var lastProblem = ""
    }

    private let gateway: GatewayName
    private let logger: Logger
    private let output = Mutex(Output())
    private let counts = Mutex(Statistics())

    package init(gateway: GatewayName, logger: Logger) {
        self.gateway = gateway
        self.logger = logger
    }

    package var statistics: Statistics { counts.withLock { $0 } }

    /// Writes lines for the records it takes. Returns when they are written; meanwhile it holds no thread of the caller.
    package func write(_ records: [RequestRecord], to settings: GatewayTelemetry.AccessLog, clock: WallClock) async {
        var lines: [UInt8] = []
        for record in records { lines += AccessLogLine(record, gateway: gateway, clock: clock).bytes }
        let text = lines
        try? await NIOThreadPool.singleton.runIfActive { self.write(text, count: UInt64(records.count), to: settings) }
    }

    private func write(_ lines: [UInt8], count: UInt64, to settings: GatewayTelemetry.AccessLog) {
        let problem: String? = output.withLock { output in
            if output.file?.settings != settings { output.file = LogFile(settings) }
            do throws(LogFile.Failure) {
                try output.file?.write(lines)
                output.lastProblem = ""
                return nil
            } catch {
                defer { output.lastProblem = error.description }
                return error.description
            }
        }
        counts.withLock { counts in
            if problem == nil { counts.lines += count } else { counts.lost += count }
        }
        if let problem { logger.error("\(problem)") }
    }
}
