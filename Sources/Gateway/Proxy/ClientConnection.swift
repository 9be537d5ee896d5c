import FleetModel
import FleetRouting
import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One client's connection: reads its requests one after the other, hands each to its ``Exchange``, and writes the answers in
/// the same order. A pipelined request waits in ``inbound`` until the one before it is answered.
final class ClientConnection: ChannelInboundHandler, RemovableChannelHandler, Deadlined {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase: Equatable {
        /// Between requests, or inside a head.
        case head
        /// The body is gathered before anything is sent.
        case body
        /// The request is complete and an exchange answers it.
        case exchanging
        /// An exchange sends the body on as it comes.
        case streaming
        /// Client and replica changed to another protocol: bytes pass both ways.
        case tunneling
        /// The control side answers.
        case answering
        /// A refusal was written; what still comes is thrown away until the client closes.
        case lingering
        case closed
    }

    let worker: GatewayWorker
    let peer: ClientPeer
    /// Where its requests come from.
    var origin: ClientOrigin
    var phase = Phase.head
    var head = RequestHead()
    var headBytes = ByteBuffer()
    var table = HeaderTable()
    var identity = RequestIdentity()
    var body = RequestBody()
    var deadline = DeadlineSlot()
    /// Where it stands among its worker's clients; -1 while it is not there.
    var position = -1
    var startedAt = Moment.origin
    lazy var exchange = Exchange(worker: worker, client: self)
    var context: ChannelHandlerContext?
    var inbound = ByteBuffer()
    var headEnd = HeadEnd()
    var route: RouteEntry?
    var shownKey = PresentedKey()
    /// Whose request it is; nil while no tenant is declared.
    var tenant: TenantEntry?
    var isHeadTimed = false
    var isAdvancing = false
    var isReading = true
    var closesWhenIdle = false
    var lingered = 0
    /// Held of a form beyond what is held of other bodies.
    var formBytes = 0
    /// The model that the path names, on routes of the Open Inference Protocol.
    var pathModel: [UInt8] = []
    /// ``Outbox`` has it.
    var isFlushDue = false
    /// Written and not yet taken by the client's socket, when it was looked at since the last write.
    private var unsentBytes = Int.max

    /// How the client speaks to this gateway.
    enum Scheme: String { case http, https }

    let scheme: Scheme
    /// The stream it is served on; nil where it has the connection to itself.
    var stream: StreamTranslator?
    /// It asks for WebSocket, and its route lets it.
    var passesUpgrade = false
    /// It read a head already.
    var hasServed = false

    init(worker: GatewayWorker, peer: ClientPeer, scheme: Scheme) {
        self.worker = worker
        self.peer = peer
        self.scheme = scheme
        origin = ClientOrigin(peerAddress: peer.address, scheme: scheme)
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }
    /// No further request is read from this connection.
    var isLastRequest: Bool { !head.keepsAlive || closesWhenIdle }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        startedAt = worker.now()
        guard worker.add(self) else {
            identity.make(random: &worker.random)
            refuse(.tooManyConnections)
            return
        }
        worker.arm(self, after: worker.limits.headTimeout, now: startedAt)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        worker.counters.received(bytes: bytes.readableBytes)
        if phase == .lingering { return discard(bytes.readableBytes) }
        if inbound.readableBytes == 0 { inbound = bytes } else { inbound.writeBuffer(&bytes) }
        advance()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        switch phase {
        case .exchanging, .streaming, .tunneling: exchange.clientBecameWritable()
        case .head: readMore()
        case .body, .answering, .lingering, .closed: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) { ended() }
    func handlerRemoved(context: ChannelHandlerContext) { ended() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { abort() }

    func ended() {
        guard phase != .closed else { return }
        let wasTunnel = phase == .tunneling
        let wasBusy = phase == .exchanging || phase == .streaming || wasTunnel
        phase = .closed
        context = nil
        if wasBusy {
            // Whoever speaks WebSocket ends it by leaving.
            if !wasTunnel { worker.counters.clientDisconnected() }
            exchange.cancel()
            count(status: wasTunnel ? 101 : 499, firstByte: nil)
        }
        releaseBuffers()
        inbound = ByteBuffer()
        worker.remove(self)
    }

    // MARK: Reading

    /// Reads as far as the bytes and the phase allow.
    func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        var goesOn = true
        while goesOn {
            switch phase {
            case .head: goesOn = readHead()
            case .body: goesOn = readBody()
            case .streaming: goesOn = streamBody()
            case .tunneling: goesOn = passTunnel()
            case .exchanging, .answering:
                if inbound.readableBytes > worker.limits.pipelinedBytes { setReading(false) }
                goesOn = false
            case .lingering, .closed:
                inbound = ByteBuffer()
                goesOn = false
            }
        }
    }

    func readHead() -> Bool {
        // Whoever asks on without taking the answers would have them pile up here.
        guard isWritable else {
            setReading(false)
            return false
        }
        stripEmptyLine()
        guard let first = inbound.getInteger(at: inbound.readerIndex, as: UInt8.self) else {
            inbound = ByteBuffer()
            return false
        }
        if first == HTTPByte.carriageReturn, inbound.readableBytes == 1 { return timeHead() }
        guard HTTPByte.isToken(first) else { return refuseHead(.malformedMethod) }
        switch inbound.withUnsafeReadableBytes({ headEnd.search($0) }) {
        case .needsMore: return timeHead()
        case .bareLineFeed: return refuseHead(.bareLineFeed)
        case .tooLong: return refuseHead(.tooLong)
        case .found(let count): return takeHead(count: count)
        }
    }

    /// One empty line before a request is ignored (RFC 9112 section 2.2).
    func stripEmptyLine() {
        if inbound.readableBytes >= 2, inbound.getInteger(at: inbound.readerIndex, as: UInt16.self) == 0x0D0A, !isHeadTimed {
            inbound.moveReaderIndex(forwardBy: 2)
        }
    }

    func timeHead() -> Bool {
        if !isHeadTimed {
            isHeadTimed = inbound.readableBytes > 1
            worker.arm(self, after: worker.limits.headTimeout, now: worker.now())
        }
        return false
    }

    func takeHead(count: Int) -> Bool {
        isHeadTimed = false
        headEnd.reset()
        startedAt = worker.now()
        guard let bytes = inbound.readSlice(length: count) else { return false }
        headBytes = bytes
        let parsed: Result<RequestHead, HeadProblem> = bytes.withUnsafeReadableBytes { raw in
            do throws(HeadProblem) { return .success(try RequestHeadParser.parse(raw, table: &table)) } catch {
                return .failure(error)
            }
        }
        switch parsed {
        case .failure(let problem): return problem == .http2Preface && becomesStreams() || refuseHead(problem)
        case .success(let parsed):
            hasServed = true
            head = parsed
            bytes.withUnsafeReadableBytes { identity.take(parsed, $0, random: &worker.random) }
            admit()
            return true
        }
    }

    func refuseHead(_ problem: HeadProblem) -> Bool {
        worker.counters.requestWasMalformed()
        startedAt = worker.now()
        head = RequestHead()
        headBytes = ByteBuffer()
        identity.make(random: &worker.random)
        refuse(.badHead(problem))
        return true
    }

    func refuseSlowHead() {
        startedAt = worker.now()
        head = RequestHead()
        identity.make(random: &worker.random)
        refuse(.headTooSlow)
    }

    // MARK: Body

    func readBody() -> Bool {
        let progress: RequestBody.Progress
        do throws(RequestBody.Problem) {
            progress = try body.receive(&inbound)
        } catch {
            refuse(refusal(of: error))
            return true
        }
        if progress == .complete {
            phase = .exchanging
            startExchange()
            return true
        }
        if body.bytes.readableBytes > worker.limits.heldRequestBytes, !holdsForm() {
            startStreaming()
            return true
        }
        worker.arm(self, after: worker.limits.bodyTimeout, now: worker.now())
        return false
    }

    /// The body is larger than what is held: it goes out as it comes, and its scan goes on meanwhile.
    func startStreaming() {
        guard route?.workload != nil || !askedModel.isEmpty else {
            return refuse(.modelTooLate(limit: body.isForm ? worker.limits.heldFormBytes : worker.limits.heldRequestBytes))
        }
        phase = .streaming
        setReading(false)
        startExchange()
    }

    func startExchange() {
        guard let route, let table = worker.table else { return refuse(.pathNotFound) }
        var workload = route.workload
        if workload == nil, !route.isDangling {
            workload = askedModel.withUnsafeBytes { table.directory.workload(model: $0) }
        }
        guard let workload, tenant?.mayAsk(workload, route, model: askedModel) ?? true else {
            worker.counters.refused(.unknownModel)
            return refuse(.modelNotFound(explanation: table.explanation(of: .unknownModel, workload: nil)))
        }
        if let refusal = exchange.reserve(workload: workload, now: worker.now()) { return refuse(refusal) }
        if route.api == .predict, let refusal = exchange.translate(workload) { return refuse(refusal) }
        exchange.start(workload: workload, route: route)
    }

    func streamBody() -> Bool {
        guard exchange.takesBody else { return false }
        do throws(RequestBody.Problem) {
            _ = try body.receive(&inbound)
        } catch {
            exchange.cutRequest(refusal(of: error))
            return true
        }
        if body.isComplete { phase = .exchanging }
        exchange.sendBody()
        return false
    }

    func refusal(of problem: RequestBody.Problem) -> GatewayRefusal {
        switch problem {
        case .malformedChunk: .badChunk
        case .tooLarge: .bodyTooLarge(limit: body.limit)
        case .unreadable(let problem): .badBody(problem)
        }
    }

    /// Reads on once the exchange has a connection that takes the body.
    func readMore() {
        setReading(true)
        advance()
    }

    func setReading(_ wanted: Bool) {
        guard wanted != isReading, let context else { return }
        isReading = wanted
        try? context.channel.syncOptions?.setOption(.autoRead, value: wanted)
        // A stream's channel does not begin to read by itself.
        if wanted, stream != nil { context.read() }
    }

    // MARK: Answering

    func write(_ bytes: ByteBuffer) {
        unsentBytes = .max
        worker.counters.sent(bytes: bytes.readableBytes)
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    func flush() { context?.flush() }

    /// Its socket took what was written, or as much of it as there was room for.
    func wasFlushed() {
        if phase == .exchanging || phase == .streaming || phase == .tunneling { exchange.clientWasFlushed() }
    }

    /// Answers in place of a replica.
    func refuse(_ refusal: GatewayRefusal) {
        if let reason = AdmissionRefusal(refusal) { worker.counters.refused(reason) }
        exchange.noteRefusal(refusal)
        var response = LocalResponse(refusal, dialect: errorDialect)
        if case .quotaExceeded = refusal { response.rateLimits = rateLimits(now: worker.now()) }
        respond(response, closes: refusal.closes)
    }

    func answer(_ endpoint: LocalEndpoints.Endpoint) {
        guard head.method == .get || head.method == .head else { return refuse(.methodNotAllowed(allow: "GET, HEAD")) }
        guard head.framing == .none else { return refuse(.bodyTooLarge(limit: 0)) }
        switch endpoint {
        case .health: respond(LocalEndpoints.health, closes: false)
        case .models:
            if let refusal = authenticate() { return refuse(refusal) }
            findPlace()
            respond(LocalEndpoints.modelList(offeredModels), closes: false)
        case .model(let name): answerModel(name)
        case .metrics: respondLater(worker.local.metrics(worker.eventLoop))
        case .readiness: respondLater(worker.local.readiness(worker.eventLoop))
        }
    }

    func respondLater(_ answer: EventLoopFuture<LocalResponse>) {
        phase = .answering
        worker.arm(self, after: worker.limits.bodyTimeout, now: worker.now())
        answer.hop(to: worker.eventLoop).assumeIsolated().whenComplete { result in
            guard self.phase == .answering else { return }
            switch result {
            case .success(let response): self.respond(response, closes: false)
            case .failure: self.refuse(.upstreamFailed(attempts: 0))
            }
        }
    }

    func respond(_ response: LocalResponse, closes: Bool) {
        let bodyIsUnread = phase == .head && head.framing != .none || phase == .body && !body.isComplete || phase == .streaming
        let ends = closes || bodyIsUnread || isLastRequest
        var out = ByteBuffer()
        response.write(
            to: &out, identity: identity, closes: ends, isForHTTP10: head.isHTTP10, withholdsBody: head.method == .head)
        write(out)
        flush()
        count(status: response.status, firstByte: nil)
        if closes || bodyIsUnread { startLingering() } else { responseEnded(closes: ends) }
    }

    /// The answer is written to its end: the next request may be read.
    func responseEnded(closes: Bool) {
        guard phase != .closed else { return }
        guard body.isComplete else { return startLingering() }
        releaseBuffers()
        phase = .head
        if closes || closesWhenIdle { return closeAfterWrites() }
        setReading(true)
        worker.arm(self, after: worker.limits.keepAliveTimeout, now: worker.now())
        if inbound.readableBytes > 0 { advance() }
    }

    /// What no client waits for any more is not kept.
    func releaseBuffers() {
        headBytes = ByteBuffer()
        body.release()
        worker.release(formBytes: &formBytes)
        route = nil
        tenant = nil
    }

    func count(status: Int, firstByte: Moment?) {
        let now = worker.now()
        worker.counters.requestFinished(
            workload: exchange.countedWorkload, plane: exchange.countedPlane, status: status,
            firstByte: firstByte.map { $0.since(startedAt) }, duration: now.since(startedAt))
        if let recorder = worker.recorder, recorder.isActive {
            finishRecord(recorder, status: status, firstByte: firstByte, now: now)
        }
        exchange.forget()
    }

    // MARK: Ending

    /// Shuts down cleanly: at once when nothing is being answered, behind the answer otherwise.
    func closeWhenIdle() {
        closesWhenIdle = true
        if phase == .head, inbound.readableBytes == 0 { closeAfterWrites() }
    }

    /// Cuts the connection, so that a client in the middle of an answer notices.
    func abort() {
        let open = context
        if isFlushDue { flush() }
        ended()
        open?.close(promise: nil)
    }

    /// Cuts the connection after its exchange was settled and counted.
    ///
    /// - Parameter resets: the connection's end would be the response's end too, and an orderly one would pass for a whole
    ///   response.
    func abortAfterExchange(resets: Bool = false) {
        phase = .lingering
        guard resets else { return abort() }
        if isFlushDue { flush() }
        _ = (context?.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        let open = context
        ended()
        open?.closeWithoutNotice()
    }

    func closeAfterWrites() {
        guard let context else { return }
        phase = .lingering
        worker.arm(self, after: worker.limits.lingerTimeout, now: worker.now())
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.abort() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    /// The client takes what was written, only slowly: something is left to send, and less than when this was asked last.
    func takesBytes() -> Bool {
        let unsent = stream?.unsentBytes ?? (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        defer { unsentBytes = unsent }
        return unsent > 0 && unsent < unsentBytes
    }

    /// Closing with unread bytes would reset the connection, and the client might never see the answer: so the sending side
    /// is closed, and for a moment what still comes is thrown away (RFC 9112 section 9.6).
    func startLingering() {
        releaseBuffers()
        guard let context else { return }
        phase = .lingering
        lingered = 0
        setReading(true)
        worker.arm(self, after: worker.limits.lingerTimeout, now: worker.now())
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.context?.close(mode: .output, promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    func discard(_ count: Int) {
        lingered += count
        if lingered > worker.limits.requestBodyBytes { abort() }
    }

    func deadlinePassed(now: Moment) {
        switch phase {
        case .head, .lingering, .answering:
            if takesBytes() { return worker.arm(self, after: worker.limits.writeTimeout, now: now) }
            if phase == .head, inbound.readableBytes > 0, isWritable { return refuseSlowHead() }
            abortAfterExchange(resets: unsentBytes > 0)
        case .body: refuse(.bodyTooSlow)
        case .exchanging, .streaming, .tunneling: exchange.deadlinePassed(now: now)
        case .closed: break
        }
    }
}
