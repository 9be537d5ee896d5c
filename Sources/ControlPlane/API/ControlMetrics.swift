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

    /// Everything in Prometheus' text format: requests, then the families given.
    func text(_ families: [MetricFamily]) -> String {
        var answered = MetricFamily(
            .counter, "tradewind_control_requests_total", "Requests answered, by route and status.")
        for (series, count) in requests.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            answered.add(count, ["method": series.method, "route": series.route, "status": "\(series.status)"])
        }
        return ([answered] + families).flatMap(\.lines).joined(separator: "\n") + "\n"
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
