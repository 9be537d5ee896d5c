import AsyncHTTPClient
import FleetModel
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// One server somebody else runs, reached only at an address that was judged.
///
/// The name is resolved here, the address judged, and the connection made to that very address, with the name kept for TLS and
/// `Host`: a name that changes between check and connection changes nothing.
final class Upstream: Sendable {
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private struct Reached {
        let client: HTTPClient
        let address: String
        var at: ContinuousClock.Instant
    }

    /// A name is looked up again after this time; requests under way keep the address they have.
    static let lookupLifetime = Duration.seconds(30)
    static let connectTimeout = TimeAmount.seconds(3)
    /// An upstream that sends nothing for so long has hung.
    static let readTimeout = TimeAmount.seconds(300)

    let url: UpstreamURL
    private let key: String?
    private let allowPrivate: Bool
    private let connections: Int
    private let eventLoopGroup: any EventLoopGroup
    private let reached = Mutex<Reached?>(nil)

    init(_ driver: EndpointDriver, keys: EndpointKey, eventLoopGroup: any EventLoopGroup) throws {
        guard let url = UpstreamURL(driver.url) else {
            throw Refusal(description: "the endpoint's URL is not http[s]://HOST[:PORT][/PREFIX]")
        }
        self.url = url
        do throws(EndpointKey.Refusal) {
            key = try driver.key.map { reference throws(EndpointKey.Refusal) in try keys.read(reference, for: url) }
        } catch {
            throw Refusal(description: error.description)
        }
        if key != nil, !url.isTLS, !driver.allowPrivateAddresses {
            throw Refusal(description: "a key is sent only over https, or to an address that allowPrivateAddresses opens")
        }
        allowPrivate = driver.allowPrivateAddresses
        connections = max(1, driver.maxConcurrentRequests)
        self.eventLoopGroup = eventLoopGroup
    }

    func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url.base + path)
        request.headers = ForwardedHeaders.request([:], key: key)
        return request
    }

    var bearerKey: String? { key }

    /// A client whose every connection goes to an address that was judged within ``lookupLifetime``.
    func client() async throws -> HTTPClient {
        let now = ContinuousClock.now
        if let known = reached.withLock({ $0 }), known.at.duration(to: now) < Self.lookupLifetime { return known.client }
        let address = try await resolve()
        let (client, outdated) = reached.withLock { reached -> (HTTPClient, HTTPClient?) in
            if var known = reached, known.address == address {
                known.at = now
                reached = known
                return (known.client, nil)
            }
            let outdated = reached?.client
            let client = makeClient(address: address)
            reached = Reached(client: client, address: address, at: now)
            return (client, outdated)
        }
        if let outdated { retire(outdated) }
        return client
    }

    func shutdown() async {
        let last = reached.withLock { reached in
            defer { reached = nil }
            return reached?.client
        }
        try? await last?.shutdown()
    }

    private func resolve() async throws -> String {
        let (host, port) = (url.host, url.port)
        let address: SocketAddress
        do {
            address = try await NIOThreadPool.singleton.runIfActive {
                try SocketAddress.makeAddressResolvingHost(host, port: port)
            }
        } catch {
            throw Refusal(description: "the endpoint's host \(host) has no address")
        }
        if let objection = AddressRule.objection(to: address, allowPrivate: allowPrivate) {
            throw Refusal(description: "the endpoint's address is refused: \(objection)")
        }
        guard let literal = address.ipAddress else { throw Refusal(description: "the endpoint's host \(host) has no address") }
        return literal
    }

    private func makeClient(address: String) -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: Self.connectTimeout, read: Self.readTimeout)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.connectionPool.idleTimeout = .seconds(20)
        configuration.httpVersion = .http1Only
        if url.host != address { configuration.dnsOverride = [url.host: address] }
        return HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    /// Requests under way may finish on the old address.
    private func retire(_ client: HTTPClient) {
        Task.detached {
            try? await Task.sleep(for: .seconds(300))
            try? await client.shutdown()
        }
    }
}
