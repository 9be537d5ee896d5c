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
    /// Of a whole answer, its body included.
    private static let limit = Duration.nanoseconds(timeout.nanoseconds)
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
        do {
            return try await within(limit) {
                let clock = ContinuousClock()
                let begin = clock.now
                let response = try await client.execute(request, timeout: timeout)
                let elapsed = begin.duration(to: clock.now)
                _ = try? await response.body.collect(upTo: healthLimit)
                guard (200..<300).contains(response.status.code) else { return .failed("it answered \(response.status.code)") }
                return .passed(after: elapsed)
            }
        } catch {
            return .failed(plainWords(error))
        }
    }

    func load(_ url: String) async -> ReplicaLoad? {
        let page = try? await within(Self.limit) { [client] () -> [UInt8]? in
            let response = try await client.execute(HTTPClientRequest(url: url), timeout: Self.timeout)
            guard response.status == .ok else { return nil }
            return Array(try await response.body.collect(upTo: Self.metricsLimit).readableBytesView)
        }
        return page.flatMap { $0 }.flatMap { EngineMetrics.load($0) }
    }

    /// What a replica is told when it is to save its work.
    private struct CheckpointBody: Encodable {
        var reason: String
        var withinMilliseconds: Int
    }

    /// Asks a replica to save its work: nil where it says that it did, else why not.
    func checkpoint(_ url: String, within limit: Duration, reason: String) async -> String? {
        let body = CheckpointBody(reason: reason, withinMilliseconds: Int(limit.milliseconds))
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        guard let bytes = try? FleetJSON.encode(body) else { return "its request cannot be written" }
        request.body = .bytes(bytes)
        do {
            let status = try await within(limit) { [client, request] in
                let response = try await client.execute(request, timeout: .nanoseconds(limit.nanoseconds))
                _ = try? await response.body.collect(upTo: Self.healthLimit)
                return response.status.code
            }
            return (200..<300).contains(status) ? nil : "it answered \(status)"
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            return "no answer within \(limit.text)"
        } catch is TimeLimitExceeded {
            return "no answer within \(limit.text)"
        } catch {
            return Self.plainWords(error)
        }
    }

    /// What a person can act on. Never the request: it may hold a key.
    static func plainWords(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded || error == .readTimeout:
            "no answer within 2 s"
        case is TimeLimitExceeded: "no answer within 2 s"
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { plainWords($0.error) } ?? "no connection"
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case let error as HTTPClientError: "no answer: \(error)"
        default: "no answer: \(type(of: error))"
        }
    }
}
