import AsyncHTTPClient
import FleetModel
package import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends requests to metadata services: plain HTTP, never through a proxy, never after a redirect, with every answer bounded in
/// time and size.
package final class MetadataClient: Sendable {
    /// Where the three clouds' services listen, from inside each machine (RFC 3927 addresses are not routed).
    package static let linkLocalAddress = "169.254.169.254"
    package static let gcpName = "metadata.google.internal"

    private static let connectTimeout = TimeAmount.seconds(2)
    private let client: HTTPClient

    package init(eventLoopGroup: any EventLoopGroup) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: Self.connectTimeout)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(30)
        // The name is not looked up: whoever answers names could otherwise take the machine's place.
        configuration.dnsOverride = [Self.gcpName: Self.linkLocalAddress]
        client = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    package func shutdown() async { try? await client.shutdown() }

    package func send(_ request: MetadataRequest, to base: UpstreamURL) async -> MetadataAnswer {
        var outgoing = HTTPClientRequest(url: base.base + request.path)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        outgoing.headers.replaceOrAdd(name: "user-agent", value: "tradewind")
        if let body = request.body { outgoing.body = .bytes(ByteBuffer(string: body)) }
        do {
            return try await within(request.timeout) { [client, outgoing] in
                try await Self.answer(to: outgoing, client: client, timeout: request.timeout)
            }
        } catch let error as HTTPClientError where error == .remoteConnectionClosed {
            return .hungUp
        } catch {
            return .failed("\(base.authority) cannot be asked: \(Self.cause(of: error))")
        }
    }

    private static func answer(
        to request: HTTPClientRequest, client: HTTPClient, timeout: Duration
    ) async throws -> MetadataAnswer {
        let response = try await client.execute(request, timeout: .nanoseconds(timeout.nanoseconds))
        var body: [UInt8] = []
        for try await piece in response.body {
            guard body.count + piece.readableBytes <= MetadataResponse.bodyLimit else {
                return .failed("the answer is larger than \(MetadataResponse.bodyLimit) bytes")
            }
            body.append(contentsOf: piece.readableBytesView)
        }
        return .response(
            MetadataResponse(
                status: Int(response.status.code), body: body, etag: response.headers.first(name: "etag"),
                flavor: response.headers.first(name: "metadata-flavor")))
    }

    /// In words that do not change from one try to the next.
    private static func cause(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout:
            "no connection in \(connectTimeout.nanoseconds / 1_000_000_000) s"
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout: "no answer in time"
        case is TimeLimitExceeded: "no answer in time"
        case is NIOConnectionError: "nothing listens there"
        default: "\(error)"
        }
    }
}
