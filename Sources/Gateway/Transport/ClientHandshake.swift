import FleetModel
import NIOCore
import NIOSSL
import NIOTLS

/// A connection whose TLS handshake is under way. It makes way for what serves the protocol that was agreed on.
final class ClientHandshake: ChannelInboundHandler, RemovableChannelHandler, Deadlined, WorkerConnection {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    var deadline = DeadlineSlot()
    var registration = -1
    private unowned let worker: GatewayWorker
    private var peer: ClientPeer
    private let asksForCertificates: Bool
    private var context: ChannelHandlerContext?

    /// - Parameter asksForCertificates: the client was asked for a certificate, and one that it shows is verified.
    init(worker: GatewayWorker, peer: ClientPeer, asksForCertificates: Bool) {
        self.worker = worker
        self.peer = peer
        self.asksForCertificates = asksForCertificates
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard worker.connections.add(self, limit: worker.limits.handshakes) else {
            context.close(promise: nil)
            return
        }
        worker.arm(self, after: worker.limits.handshakeTimeout, now: worker.now())
    }

    func handlerRemoved(context: ChannelHandlerContext) { ended() }

    func channelInactive(context: ChannelHandlerContext) {
        ended()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted(let agreed)? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        worker.counters.handshakes += 1
        do {
            if asksForCertificates, let shown = try context.pipeline.syncOperations.nioSSL_peerCertificate() {
                peer.certificateNames = CertificateNames.read(try shown.toDERBytes())
            }
            try worker.serve(context.channel, peer, agreed: agreed)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            cut()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        worker.counters.failedHandshakes += 1
        cut()
    }

    func deadlinePassed(now: Moment) {
        worker.counters.failedHandshakes += 1
        cut()
    }

    func drain() { cut() }

    /// Nothing was said yet that an orderly end could spare.
    func cut() {
        let open = context
        ended()
        open?.closeWithoutNotice()
    }

    private func ended() {
        guard context != nil else { return }
        context = nil
        worker.remove(self)
    }
}

extension ChannelHandlerContext {
    /// Closes the connection at once: a peer that speaks TLS gets no notice that all was said (RFC 8446 section 6.1), and so
    /// takes nothing cut off for whole.
    func closeWithoutNotice() {
        guard let secure = try? pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) else {
            return close(promise: nil)
        }
        secure.close(promise: nil)
    }
}
