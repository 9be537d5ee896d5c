import FleetModel
import FleetRouting
import NIOCore
import NIOSSL
import NIOTLS

extension WorkerHandle {
    /// New connections are taken in this way.
    func use(_ transport: ClientTransport) {
        _ = submit { $0.transport = transport }
    }
}

extension GatewayWorker {
    /// Takes a connection in: one of a trusted proxy says first whose it is, where that is declared.
    func accept(_ channel: any Channel) throws {
        let address = channel.remoteAddress?.ipAddress
        if let place = table?.directory.clientPlace, place.takesProxyProtocol, let peer = address.flatMap({ IPAddress($0) }),
            place.trusts(peer)
        {
            return try channel.pipeline.syncOperations.addHandler(ProxyHeaderReader(worker: self))
        }
        try enter(channel, ClientPeer(address: address))
    }

    /// Serves a client's connection, or closes it where nobody may be taken in.
    func enter(_ channel: any Channel, _ peer: ClientPeer) throws {
        switch transport {
        case .plain where !isExposed: try serve(channel, peer, scheme: .http)
        case .tls(let certificates) where mayServe(certificates): try handshake(certificates, channel, peer)
        case .plain, .unavailable, .tls: channel.close(promise: nil)
        }
    }

    /// Beyond loopback a client must be somebody: a tenant, or the holder of a certificate.
    private func mayServe(_ certificates: ServerCertificates) -> Bool {
        guard isExposed, !certificates.requiresClientCertificates else { return true }
        return table.map { !$0.directory.tenants.isEmpty } ?? false
    }

    func serve(_ channel: any Channel, _ peer: ClientPeer, scheme: ClientConnection.Scheme) throws {
        try channel.pipeline.syncOperations.addHandler(ClientConnection(worker: self, peer: peer, scheme: scheme))
    }

    private func handshake(_ certificates: ServerCertificates, _ channel: any Channel, _ peer: ClientPeer) throws {
        let pipeline = channel.pipeline.syncOperations
        let handshake = ClientHandshake(worker: self, peer: peer, asksForCertificates: certificates.asksForClientCertificates)
        guard certificates.hasNames else {
            try pipeline.addHandler(NIOSSLServerHandler(context: certificates.standard))
            return try pipeline.addHandler(handshake)
        }
        let names = ByteToMessageHandler(
            SNIHandler { result in
                channel.eventLoop.makeCompletedFuture {
                    let context: NIOSSLContext
                    switch result {
                    case .fallback: context = certificates.standard
                    case .hostname(let name): context = certificates.context(serverName: name)
                    }
                    let place = try pipeline.handler(type: ClientHandshake.self)
                    try pipeline.addHandler(NIOSSLServerHandler(context: context), position: .before(place))
                }
            })
        try pipeline.addHandlers([names, handshake])
    }
}
