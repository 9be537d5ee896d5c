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

    private struct State {
        var reached: Reached?
        /// Under way: all who need an address meanwhile wait for this one.
        var lookup: Task<HTTPClient, any Error>?
        var isClosed = false
    }

    private enum Way {
        case known(HTTPClient)
        case lookup(Task<HTTPClient, any Error>)
    }

    private static let ended = Refusal(description: "the endpoint has ended")

    /// A name is looked up again after this time; requests under way keep the address they have.
    static let lookupLifetime = Duration.seconds(30)
    static let connectTimeout = TimeAmount.seconds(3)
    /// An upstream that sends nothing for so long has hung.
    static let readTimeout = TimeAmount.seconds(300)
    /// Requests at once that any endpoint is given room for, whatever it declares: a plane trusts no sender with its numbers.
    static let mostRequests = 100_000

    let url: UpstreamURL
    private let key: String?
    private let allowPrivate: Bool
    private let connections: Int
    private let eventLoopGroup: any EventLoopGroup
    private let names: NameLookup
    private let state = Mutex(State())

    init(_ driver: EndpointDriver, keys: EndpointKey, names: NameLookup, eventLoopGroup: any EventLoopGroup) throws {
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
        connections = min(max(1, driver.maxConcurrentRequests), Self.mostRequests)
        self.names = names
        self.eventLoopGroup = eventLoopGroup
    }

    func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url.base + path)
        request.headers = ForwardedHeaders.request([:], key: key)
        return request
    }

    var bearerKey: String? { key }

    /// A client whose every connection goes to an address that was judged within ``lookupLifetime``, or the last that was where
    /// names cannot be looked up.
    func client() async throws -> HTTPClient {
        let now = ContinuousClock.now
        let way = try state.withLock { state throws(Refusal) -> Way in
            if state.isClosed { throw Self.ended }
            if let known = state.reached, known.at.duration(to: now) < names.lifetime { return .known(known.client) }
            let lookup = state.lookup ?? Task.detached { try await self.renew() }
            state.lookup = lookup
            return .lookup(lookup)
        }
        switch way {
        case .known(let client): return client
        case .lookup(let lookup): return try await lookup.value
        }
    }

    func shutdown() async {
        let last = state.withLock { state in
            state.isClosed = true
            defer { state.reached = nil }
            return state.reached?.client
        }
        try? await last?.shutdown()
    }

    /// Looks the name up and takes the address it has now: the known one as long as it is among them and takes connections.
    private func renew() async throws -> HTTPClient {
        do {
            let address = try await choose(known: state.withLock { $0.reached?.address })
            let (client, outdated) = try state.withLock { state throws(Refusal) -> (HTTPClient, HTTPClient?) in
                state.lookup = nil
                if state.isClosed { throw Self.ended }
                let outdated = state.reached.flatMap { $0.address == address ? nil : $0.client }
                let client = state.reached.flatMap { $0.address == address ? $0.client : nil } ?? makeClient(address: address)
                state.reached = Reached(client: client, address: address, at: .now)
                return (client, outdated)
            }
            if let outdated { retire(outdated) }
            return client
        } catch {
            state.withLock { $0.lookup = nil }
            throw error
        }
    }

    /// - Parameter known: the address in use, already judged.
    private func choose(known: String?) async throws -> String {
        let found: [SocketAddress]
        do {
            found = Array(try await names.addresses(url.host, url.port).prefix(NameLookup.limit))
        } catch {
            if let known { return known }
            throw Refusal(description: "the endpoint's host \(url.host) has no address")
        }
        var allowed: [SocketAddress] = []
        var objection: String?
        for address in found {
            if let problem = AddressRule.objection(to: address, allowPrivate: allowPrivate) {
                objection = objection ?? problem
            } else if address.ipAddress != nil {
                allowed.append(address)
            }
        }
        if allowed.isEmpty, let objection { throw Refusal(description: "the endpoint's address is refused: \(objection)") }
        let first = allowed.firstIndex { $0.ipAddress == known } ?? 0
        let order = allowed[first...] + allowed[..<first]
        // Where none takes a connection the first is named in the answer.
        let open = order.count > 1 ? await firstOpen(order) : nil
        guard let literal = (open ?? order.first)?.ipAddress else {
            throw Refusal(description: "the endpoint's host \(url.host) has no address")
        }
        return literal
    }

    private func firstOpen(_ addresses: ArraySlice<SocketAddress>) async -> SocketAddress? {
        for address in addresses {
            let channel = try? await ClientBootstrap(group: eventLoopGroup).connectTimeout(Self.connectTimeout)
                .connect(to: address).get()
            if let channel {
                try? await channel.close()
                return address
            }
        }
        return nil
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
