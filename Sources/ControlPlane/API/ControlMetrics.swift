package import Hummingbird
import Synchronization

/// Counts requests by route and status.
package final class ControlMetrics: Sendable {
    private struct Series: Hashable, Comparable {
        var method: String
        var route: String
        var status: Int

        static func < (left: Series, right: Series) -> Bool {
            (left.route, left.method, left.status) < (right.route, right.method, right.status)
        }
    }

    private let requests = Mutex<[Series: UInt64]>([:])

    package init() {}

    /// - Parameter route: the declared path with its `{…}`, never the path of the request, so that clients cannot make series.
    package func count(method: String, route: String, status: Int) {
        requests.withLock { $0[Series(method: method, route: route, status: status), default: 0] += 1 }
    }

    /// Everything in Prometheus' text format.
    package func text(gauges: [Gauge]) -> String {
        var lines = [
            "# HELP tradewind_control_requests_total Requests answered, by route and status.",
            "# TYPE tradewind_control_requests_total counter",
        ]
        for (series, count) in requests.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            lines.append(
                "tradewind_control_requests_total{method=\"\(series.method)\",route=\"\(series.route)\",status=\"\(series.status)\"} \(count)"
            )
        }
        for gauge in gauges { lines += gauge.lines }
        return lines.joined(separator: "\n") + "\n"
    }

    /// One more metric family, read when asked for.
    package struct Gauge: Sendable {
        package var name: String
        package var help: String
        package var isCounter = false
        /// Label text such as `recipient="plane/toronto"`, and the value.
        package var samples: [(labels: String, value: UInt64)]

        fileprivate var lines: [String] {
            ["# HELP \(name) \(help)", "# TYPE \(name) \(isCounter ? "counter" : "gauge")"]
                + samples.map { "\(name)\($0.labels.isEmpty ? "" : "{\($0.labels)}") \($0.value)" }
        }
    }
}

/// Counts every request, whatever became of it.
package struct RequestCounting: RouterMiddleware {
    package typealias Context = APIContext

    private let metrics: ControlMetrics

    package init(metrics: ControlMetrics) { self.metrics = metrics }

    package func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        metrics.count(
            method: Self.knownMethods.contains(request.method.rawValue) ? request.method.rawValue : "OTHER",
            route: context.endpointPath ?? "none", status: Int(response.status.code))
        return response
    }

    private static let knownMethods = ["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"]
}
