import NIOCore
import NIOHTTP2

/// Bounds of one HTTP/2 connection. Beyond each of them the connection ends with ENHANCE_YOUR_CALM or PROTOCOL_ERROR.
enum StreamLimits {
    /// Streams at a time, as clients are told.
    static let concurrentStreams = 128
    /// Bytes of one header list, counted as RFC 9113 section 6.5.2 does: a little above ``HTTPLimits/maximumHeadBytes``, so that
    /// a head that is somewhat too large gets its 431.
    static let headerListBytes = 48 * 1_024
    /// Bytes a client may send ahead on one stream, and on all together: a stream that is not read never blocks the others.
    static let streamWindow = 65_535
    static let connectionWindow = streamWindow * concurrentStreams
    /// Bytes written ahead to one stream, beyond its window.
    static let unsentBytes = 64 * 1_024
    static let continuationFrames = 5
    /// Streams reset by the client, and streams in error, in half a minute (CVE-2023-44487, CVE-2025-8671).
    static let resets = 200
    static let streamErrors = 200
    /// PING, SETTINGS and PRIORITY frames in half a minute (CVE-2019-9512, CVE-2019-9515).
    static let controlFrames = 300
    /// Answers to those that wait for a client that does not read.
    static let bufferedControlFrames = 1_000

    static var connection: NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: concurrentStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: headerListBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindow),
        ]
        configuration.maximumSequentialContinuationFrames = continuationFrames
        configuration.maximumBufferedControlFrames = bufferedControlFrames
        configuration.controlFrameRateLimit.maximumCount = controlFrames
        configuration.targetWindowSize = connectionWindow
        return configuration
    }

    static var stream: NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.targetWindowSize = streamWindow
        configuration.outboundBufferSizeHighWatermark = unsentBytes
        configuration.outboundBufferSizeLowWatermark = unsentBytes / 2
        configuration.streamResetFrameRateLimit.maximumCount = resets
        configuration.streamErrorRateLimit.maximumCount = streamErrors
        return configuration
    }
}

extension GatewayWorker {
    /// Serves HTTP/2: each stream is a ``ClientConnection`` of its own behind a ``StreamTranslator``.
    func serveStreams(_ channel: any Channel, _ peer: ClientPeer, scheme: ClientConnection.Scheme) throws {
        let carrier = StreamCarrier(worker: self)
        let worker = NIOLoopBound(self, eventLoop: eventLoop)
        let streams = NIOHTTP2Handler(
            mode: .server, eventLoop: eventLoop, connectionConfiguration: StreamLimits.connection,
            streamConfiguration: StreamLimits.stream,
            streamDelegate: StreamCounting(carrier: NIOLoopBound(carrier, eventLoop: eventLoop))
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let translator = StreamTranslator()
                let client = ClientConnection(worker: worker.value, peer: peer, scheme: scheme)
                client.stream = translator
                try stream.pipeline.syncOperations.addHandlers([translator, client])
            }
        }
        try channel.pipeline.syncOperations.addHandlers([streams, carrier])
    }
}

extension ClientConnection {
    /// What a client that knows of HTTP/2 sends first (RFC 9113 section 3.4); the head parser takes it for a head.
    private static let preface = "PRI * HTTP/2.0\r\n\r\n"

    /// Serves on in HTTP/2 where the connection begins with its preface; false where it does not.
    func becomesStreams() -> Bool {
        guard stream == nil, !hasServed, let context, headBytes == ByteBuffer(string: Self.preface) else { return false }
        var bytes = headBytes
        bytes.writeBuffer(&inbound)
        let worker = worker
        do {
            try worker.serveStreams(context.channel, peer, scheme: scheme)
        } catch {
            abort()
            return true
        }
        setReading(true)
        phase = .closed
        self.context = nil
        headBytes = ByteBuffer()
        inbound = ByteBuffer()
        worker.remove(self)
        context.fireChannelRead(wrapInboundOut(bytes))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        return true
    }
}
