import AsyncHTTPClient
import FleetControl
import FleetModel
import NIOCore
import NIOHTTP1
import Synchronization

/// One "replica" of an endpoint plane: takes requests on the plane's replica host and passes them on with the upstream's key.
final class EndpointForwarder: Sendable {
    /// Longest request body held for the upstream.
    static let bodyLimit = 32 << 20
    static let pathLimit = 4_096
    /// Round trips remembered for the minimum.
    private static let roundTripsKept = 32

    private struct State {
        var inFlight = 0
        var isHealthy = false
        var roundTrips: [Duration] = []
    }

    let upstream: Upstream
    private let limit: Int
    private let healthPath: String
    private let state = Mutex(State())

    init(_ driver: EndpointDriver, upstream: Upstream) {
        self.upstream = upstream
        limit = max(1, driver.maxConcurrentRequests)
        healthPath = driver.healthPath.hasPrefix("/") ? driver.healthPath : "/" + driver.healthPath
    }

    var load: ReplicaLoad { ReplicaLoad(running: state.withLock(\.inFlight), waiting: 0) }

    /// Asks the upstream's health path; the least round trip of the last checks is the way on to it.
    func probe() async -> ReplicaProbe.Health {
        let health: ReplicaProbe.Health
        do {
            health = await ReplicaProbe.health(upstream.request(healthPath), client: try await upstream.client())
        } catch {
            health = .failed("\(error)")
        }
        return state.withLock { state in
            guard case .passed(let elapsed) = health else {
                state.isHealthy = false
                return health
            }
            state.isHealthy = true
            state.roundTrips.append(elapsed)
            if state.roundTrips.count > Self.roundTripsKept { state.roundTrips.removeFirst() }
            return .passed(after: state.roundTrips.min() ?? elapsed)
        }
    }

    func serve(_ request: ServedRequest, _ response: ResponseStream) async throws {
        if request.head.uri == ReplicaSpecification.endpointHealthPath {
            let isHealthy = state.withLock(\.isHealthy)
            return try await response.answer(isHealthy ? .ok : .serviceUnavailable)
        }
        guard Self.isForwarded(request.head.uri) else {
            return try await response.refuse(.notFound, code: "not_found", message: "only paths under /v1/ are passed on")
        }
        let isAdmitted = state.withLock { state in
            guard state.inFlight < limit else { return false }
            state.inFlight += 1
            return true
        }
        guard isAdmitted else {
            return try await response.refuse(
                .serviceUnavailable, code: "endpoint_busy", message: "\(limit) requests are under way to this endpoint",
                retryAfter: 1)
        }
        defer { state.withLock { $0.inFlight -= 1 } }
        try await forward(request, response)
    }

    /// Only the API itself: the key must not open whatever else the upstream's host has.
    static func isForwarded(_ uri: String) -> Bool {
        guard uri.hasPrefix("/v1/"), uri.utf8.count <= pathLimit, uri.utf8.allSatisfy({ (33...126).contains($0) }),
            !uri.contains("#"), !uri.contains("\\")
        else { return false }
        let path = uri.prefix { $0 != "?" }.lowercased()
        return !path.contains("%2e") && !path.contains("%2f") && !path.contains("%5c")
            && !path.split(separator: "/").contains("..")
    }

    private func forward(_ request: ServedRequest, _ response: ResponseStream) async throws {
        var onward = HTTPClientRequest(url: upstream.url.base + request.head.uri)
        onward.method = request.head.method
        onward.headers = ForwardedHeaders.request(request.head.headers, key: upstream.bearerKey)
        if request.body.readableBytes > 0 { onward.body = .bytes(request.body) }
        let answer: HTTPClientResponse
        do {
            answer = try await upstream.client().execute(onward, deadline: .distantFuture)
        } catch let refusal as Upstream.Refusal {
            return try await response.refuse(.badGateway, code: "endpoint_refused", message: refusal.description)
        } catch {
            try Task.checkCancellation()
            return try await response.refuse(.badGateway, code: "endpoint_unreachable", message: "the endpoint gave no answer")
        }
        guard !(300..<400).contains(answer.status.code) else {
            return try await response.refuse(
                .badGateway, code: "endpoint_redirects",
                message: "the endpoint answered \(answer.status.code); redirects are not followed")
        }
        try await response.begin(answer.status, headers: ForwardedHeaders.response(answer.headers))
        for try await piece in answer.body { try await response.write(piece) }
    }
}
