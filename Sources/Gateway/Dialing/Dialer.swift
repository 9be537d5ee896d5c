package import FleetModel
package import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Opens connections to planes: directly, or through a CONNECT proxy where the gateway was told one (`--via PLANE=host:port`).
/// Feeds, probes and requests all go through it, so that each sees the same distance.
package struct Dialer: Sendable {
    private let proxies: [PlaneName: ListenAddress]
    let trust = UpstreamTrust()

    /// - Parameter via: the CONNECT proxy of each plane that has one.
    package init(via proxies: [PlaneName: ListenAddress] = [:]) { self.proxies = proxies }

    package func proxy(of plane: PlaneName) -> ListenAddress? { proxies[plane] }

    /// Connects on the given loop. The future succeeds on that loop once the connection (and tunnel) stands and `initializer`
    /// has run; it fails with a ``DialFailure``, or with the initializer's error, after the channel was closed.
    ///
    /// `initializer` runs when the channel is active already: its handlers see `handlerAdded`, not `channelActive`. Nothing is
    /// read before it ends. TCP_NODELAY is set. One `timeout` bounds connection and tunnel together, and once more the handshake
    /// where `tls` is given: then nothing is sent to a peer that does not prove itself.
    package func connect(
        to address: ListenAddress, plane: PlaneName, on eventLoop: any EventLoop, timeout: Duration, tls: ReplicaTLS? = nil,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel> {
        let nanoseconds = max(timeout, .milliseconds(1)) / .nanoseconds(1)
        let limit = TimeAmount.nanoseconds(Int64(min(nanoseconds, 1e18)))
        let initializer = secured(initializer, address, tls, timeout: limit)
        guard let proxy = proxies[plane] else {
            return open(address, on: eventLoop, timeout: limit).flatMap { Self.hand($0, to: initializer) }
        }
        return open(proxy, on: eventLoop, timeout: limit).flatMap { channel in
            Self.tunnel(channel, to: address, via: proxy, timeout: limit).flatMap { Self.hand(channel, to: initializer) }
        }
    }

    /// The initializer, behind a handshake where there is one.
    private func secured(
        _ initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>, _ address: ListenAddress, _ tls: ReplicaTLS?,
        timeout: TimeAmount
    ) -> @Sendable (any Channel) -> EventLoopFuture<Void> {
        guard let tls else { return initializer }
        let trust = trust
        return { channel in
            let established = channel.eventLoop.makePromise(of: Void.self)
            do {
                let context = try trust.context(for: tls)
                try channel.pipeline.syncOperations.addHandlers([
                    NIOSSLClientHandler(context: context, serverHostname: tls.serverName),
                    UpstreamHandshake(address: address, timeout: timeout, established: established),
                ])
            } catch {
                established.fail(DialFailure.untrusted(address, cause: "\(error)"))
            }
            return channel.setOption(.autoRead, value: true)
                .flatMap { established.futureResult }
                .flatMap { initializer(channel) }
        }
    }

    private func open(
        _ address: ListenAddress, on eventLoop: any EventLoop, timeout: TimeAmount
    ) -> EventLoopFuture<any Channel> {
        let target: SocketAddress
        do {
            target = try SocketAddress(ipAddress: address.host, port: address.port)
        } catch {
            return eventLoop.makeFailedFuture(DialFailure.notAnAddress(address.description))
        }
        return ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            .connect(to: target)
            .flatMapErrorThrowing { throw Self.failure($0, address) }
    }

    private static func tunnel(
        _ channel: any Channel, to address: ListenAddress, via proxy: ListenAddress, timeout: TimeAmount
    ) -> EventLoopFuture<Void> {
        let established = channel.eventLoop.makePromise(of: Void.self)
        return channel.eventLoop.flatSubmit {
            do {
                let handler = TunnelHandler(target: address, proxy: proxy, timeout: timeout, established: established)
                try channel.pipeline.syncOperations.addHandler(handler)
                channel.read()
            } catch {
                established.fail(error)
            }
            return established.futureResult
        }
    }

    private static func hand(
        _ channel: any Channel, to initializer: @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel> {
        initializer(channel)
            .flatMap { channel.setOption(.autoRead, value: true) }
            .map { channel }
            .flatMapErrorThrowing { error in
                channel.close(promise: nil)
                throw error
            }
    }

    private static func failure(_ error: any Error, _ address: ListenAddress) -> DialFailure {
        switch error {
        case let error as DialFailure: error
        case ChannelError.connectTimeout: .timedOut(address)
        case let error as IOError where error.errnoCode == ECONNREFUSED: .refused(address)
        case let error as IOError: .unreachable(address, cause: error.localizedReason)
        default: .unreachable(address, cause: "\(error)")
        }
    }
}

extension IOError {
    /// The system's words for the error.
    fileprivate var localizedReason: String { String(cString: strerror(errnoCode)) }
}
