import NIOCore
import NIOPosix
import Synchronization

/// What one end of a connection received, and whether it was closed; tests wait on it instead of sleeping.
final class Transcript: Sendable {
    struct Content: Sendable {
        var bytes: [UInt8] = []
        var isClosed = false
        /// It ended by an error, such as a reset, rather than in order.
        var isBroken = false

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    struct TimedOut: Error, CustomStringConvertible {
        var description: String
    }

    private struct Waiter: Sendable {
        let isMet: @Sendable (Content) -> Bool
        let promise: EventLoopPromise<Content>
    }

    private struct State: Sendable {
        var content = Content()
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    var content: Content { state.withLock(\.content) }

    func append(_ bytes: [UInt8]) { change { $0.bytes += bytes } }
    func close() { change { $0.isClosed = true } }
    func fail() { change { $0.isBroken = true } }

    private func change(_ body: (inout Content) -> Void) {
        let (met, content) = state.withLock { state in
            body(&state.content)
            let met = state.waiters.filter { $0.isMet(state.content) }
            guard !met.isEmpty else { return (met, Content()) }
            let content = state.content
            state.waiters.removeAll { $0.isMet(content) }
            return (met, content)
        }
        for waiter in met { waiter.promise.succeed(content) }
    }

    /// Waits until what was received meets a condition; throws after a minute.
    func wait(_ what: String, until isMet: @escaping @Sendable (Content) -> Bool) async throws -> Content {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: Content.self)
        let met = state.withLock { state -> Content? in
            if isMet(state.content) { return state.content }
            state.waiters.append(Waiter(isMet: isMet, promise: promise))
            return nil
        }
        if let met { promise.succeed(met) }
        let deadline = loop.scheduleTask(in: .seconds(60)) {
            promise.fail(
                TimedOut(
                    description:
                        "waited for \(what); received: \(self.content.text.prefix(2_000)), closed: \(self.content.isClosed)"))
        }
        defer { deadline.cancel() }
        return try await promise.futureResult.get()
    }

    func waitForClose() async throws -> Content { try await wait("the end of the connection") { $0.isClosed } }
}

/// Writes what comes in to a transcript.
final class TranscriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let transcript: Transcript

    init(_ transcript: Transcript) { self.transcript = transcript }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        transcript.append(Array(unwrapInboundIn(data).readableBytesView))
    }
    func channelInactive(context: ChannelHandlerContext) { transcript.close() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        transcript.fail()
        context.close(promise: nil)
    }
}
