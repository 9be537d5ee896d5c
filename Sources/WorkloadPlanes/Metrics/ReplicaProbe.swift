import AsyncHTTPClient
import FleetControl
import FleetModel
import FleetTransport
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Asks replicas for their health and load, in bounded time and memory.
struct ReplicaProbe: Sendable {
    enum Health: Equatable, Sendable {
        case passed(after: Duration)
        case failed(String)
    }

    static let timeout = TimeAmount.seconds(2)
    static let healthLimit = 64 << 10
    /// vLLM's page with all its histograms is about 100 KiB.
    static let metricsLimit = 1 << 20

    private let client: HTTPClient

    /// - Parameters:
    ///   - tls: how replicas are recognised; nil where they serve plain HTTP.
    ///   - host: where they listen, whatever their certificates call them.
    ///   - readTimeout: longest silence of a replica; nil is ``timeout``.
    init(
        eventLoopGroup: any EventLoopGroup, tls: ReplicaTLS? = nil, host: String = "127.0.0.1", readTimeout: Duration? = nil
    ) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        let read = readTimeout.map { TimeAmount.nanoseconds($0.nanoseconds) } ?? Self.timeout
        configuration.timeout = .init(connect: Self.timeout, read: read)
        configuration.connectionPool.idleTimeout = .seconds(5)
        configuration.httpVersion = .http1Only
        if let tls {
            var trust = TLSConfiguration.makeClientConfiguration()
            if let caFile = tls.caFile { trust.trustRoots = .file(caFile) }
            configuration.tlsConfiguration = trust
            configuration.dnsOverride = [tls.serverName: host]
        }
        client = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    func shutdown() async { try? await client.shutdown() }

    func health(_ url: String) async -> Health { await Self.health(HTTPClientRequest(url: url), client: client) }

    static func health(_ request: HTTPClientRequest, client: HTTPClient) async -> Health {
        let clock = ContinuousClock()
        let begin = clock.now
        do {
            let response = try await client.execute(request, timeout: timeout)
            let elapsed = begin.duration(to: clock.now)
            _ = try? await response.body.collect(upTo: healthLimit)
            guard (200..<300).contains(response.status.code) else { return .failed("it answered \(response.status.code)") }
            return .passed(after: elapsed)
        } catch {
            return .failed(plainWords(error))
        }
    }

    func load(_ url: String) async -> ReplicaLoad? {
        guard let response = try? await client.execute(HTTPClientRequest(url: url), timeout: Self.timeout),
            response.status == .ok, let body = try? await response.body.collect(upTo: Self.metricsLimit)
        else { return nil }
        return EngineMetrics.load(Array(body.readableBytesView))
    }

    /// What a replica is told when it is to save its work.
    private struct CheckpointBody: Encodable {
        var reason: String
        var withinMilliseconds: Int
    }

    /// Asks a replica to save its work: nil where it says that it did, else why not.
    func checkpoint(_ url: String, within: Duration, reason: String) async -> String? {
        let body = CheckpointBody(reason: reason, withinMilliseconds: Int(within.milliseconds))
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        guard let bytes = try? FleetJSON.encode(body) else { return "its request cannot be written" }
        request.body = .bytes(bytes)
        do {
            let response = try await client.execute(request, timeout: .nanoseconds(within.nanoseconds))
            _ = try? await response.body.collect(upTo: Self.healthLimit)
            return (200..<300).contains(response.status.code) ? nil : "it answered \(response.status.code)"
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            return "no answer within \(within.text)"
        } catch {
            return Self.plainWords(error)
        }
    }

    /// What a person can act on. Never the request: it may hold a key.
    static func plainWords(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded || error == .readTimeout:
            "no answer within 2 s"
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { plainWords($0.error) } ?? "no connection"
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case let error as HTTPClientError: "no answer: \(error)"
        default: "no answer: \(type(of: error))"
        }
    }
}
