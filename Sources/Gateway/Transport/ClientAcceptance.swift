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
    /// Serves a client's connection, or closes it where nobody may be taken in.
    func accept(_ channel: any Channel) throws {
        switch transport {
        case .plain where !isExposed: try serve(channel, scheme: .http)
        case .tls(let certificates) where mayServe(certificates): try handshake(certificates, channel)
        case .plain, .unavailable, .tls: channel.close(promise: nil)
        }
    }

    /// Beyond loopback a client must be somebody: a tenant, or the holder of a certificate.
    private func mayServe(_ certificates: ServerCertificates) -> Bool {
        guard isExposed, !certificates.requiresClientCertificates else { return true }
        return table.map { !$0.directory.tenants.isEmpty } ?? false
    }

    func serve(_ channel: any Channel, scheme: ClientConnection.Scheme) throws {
        let remote = channel.remoteAddress
        try channel.pipeline.syncOperations.addHandler(ClientConnection(worker: self, remoteAddress: remote, scheme: scheme))
    }

    private func handshake(_ certificates: ServerCertificates, _ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let handshake = ClientHandshake(worker: self)
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
