import AsyncHTTPClient
package import Logging
package import NIOCore
import NIOHTTP1
import Synchronization

/// Reads the accelerators' page of this machine again and again, so that replicas' loads can be told with it.
package final class AcceleratorMonitor: Sendable {
    /// DCGM's exporter itself looks every 30 s unless told otherwise; an engine's own load is read about as often as this.
    package static let interval = Duration.seconds(1)
    /// What was read longer ago is not known any more.
    package static let memory = Duration.seconds(10)
    private static let timeout = TimeAmount.seconds(2)
    /// A node of eight GPUs with every counter takes about 100 KiB.
    private static let pageLimit = 4 << 20

    private struct Reading {
        var metrics: AcceleratorMetrics
        var at: ContinuousClock.Instant
    }

    private let url: String
    private let client: HTTPClient
    private let logger: Logger
    private let clock = ContinuousClock()
    private let newest = Mutex<Reading?>(nil)

    package init(url: String, eventLoopGroup: any EventLoopGroup, logger: Logger) {
        self.url = url
        self.logger = logger
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: Self.timeout, read: Self.timeout)
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    /// Reads until the task is cancelled.
    package func run() async {
        var wasRead = true
        repeat {
            let metrics = await read()
            if let metrics { newest.withLock { $0 = Reading(metrics: metrics, at: clock.now) } }
            if wasRead, metrics == nil { logger.warning("no accelerator metrics can be read", metadata: ["url": "\(url)"]) }
            wasRead = metrics != nil
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }

    /// Over the accelerators with these numbers; nil where that is not known, or not any more.
    package func use(of numbers: [Int]) -> AcceleratorMetrics.Use? {
        guard !numbers.isEmpty, let reading = newest.withLock({ $0 }), reading.at.duration(to: clock.now) < Self.memory else {
            return nil
        }
        return reading.metrics.use(of: numbers)
    }

    package func shutdown() async { try? await client.shutdown() }

    private func read() async -> AcceleratorMetrics? {
        guard let response = try? await client.execute(HTTPClientRequest(url: url), timeout: Self.timeout),
            response.status == .ok, let body = try? await response.body.collect(upTo: Self.pageLimit)
        else { return nil }
        return AcceleratorMetrics(Array(body.readableBytesView))
    }
}
