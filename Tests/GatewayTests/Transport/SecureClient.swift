import FleetModel
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import TestCertificates

/// A TLS client that says exactly the bytes it is told to.
struct SecureClient: Sendable {
    let transcript = Transcript()
    let channel: any Channel

    struct Identity: Sendable {
        var certificate: String
        var key: String
    }

    /// What a client of a test trusts and offers.
    static func configuration(
        trusting authority: TestAuthority, identity: Identity? = nil, protocols: [String] = []
    ) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authority.certificateFile)
        configuration.applicationProtocols = protocols
        if let identity {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(identity.certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: identity.key, format: .pem))
        }
        return configuration
    }

    /// - Parameter preamble: said in the clear before the handshake.
    init(_ address: ListenAddress, _ configuration: TLSConfiguration, serverName: String?, preamble: String = "") async throws {
        let transcript = transcript
        let context = try NIOSSLContext(configuration: configuration)
        let shaken = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if !preamble.isEmpty { try channel.pipeline.syncOperations.addHandler(Preamble(preamble)) }
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOSSLClientHandler(context: context, serverHostname: serverName), HandshakeWatch(shaken),
                        TranscriptHandler(transcript),
                    ])
                }
            }
            .connect(host: address.host, port: address.port).get()
        try await shaken.futureResult.get()
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }
    func close() async throws { try? await channel.close() }

    func response() async throws -> RawResponse {
        let content = try await transcript.wait("a response") { !RawResponse.all(in: $0.text).isEmpty || $0.isClosed }
        guard let first = RawResponse.all(in: content.text).first else { throw ChannelError.eof }
        return first
    }

    /// The name of the certificate the gateway showed.
    func shownName() async throws -> String? {
        try await channel.nioSSL_peerCertificate().get()?.description
    }
}

/// Tells when a handshake is over, or that it failed.
final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<Void>

    init(_ promise: EventLoopPromise<Void>) { self.promise = promise }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { promise.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}

/// Says something before all others do.
private final class Preamble: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let text: String

    init(_ text: String) { self.text = text }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        context.fireChannelActive()
    }
}
