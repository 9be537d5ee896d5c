import FleetModel
import FleetRouting
import NIOCore

/// Whether a streaming request was told that its answer is still to come.
struct KeepAliveState {
    /// When the next comment is due; nil where the route sends none.
    var due: Moment?
    /// The gateway's own head and at least one comment are with the client: whatever follows is part of that event stream.
    var isHeadSent = false
}

/// Comments that keep a stream open during a long wait for its first token (WHATWG HTML, server-sent events: a line that
/// begins with a colon is ignored), and what follows once the head is out.
extension Exchange {
    /// `: keep-alive` and the empty line, as one chunk.
    private static let comment: StaticString = "e\r\n: keep-alive\n\n\r\n"
    /// What Anthropic's API sends instead, also as one chunk.
    private static let ping: StaticString = "24\r\nevent: ping\ndata: {\"type\": \"ping\"}\n\n\r\n"

    func sendKeepAlive(now: Moment) {
        guard let interval = route?.policy.keepAlive, asksStream else {
            keepAlive.due = nil
            return armAgain(now: now)
        }
        var out = ByteBuffer()
        if !keepAlive.isHeadSent {
            keepAlive.isHeadSent = true
            out.writeStaticString("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n")
            client.rateLimits(now: now)?.write(to: &out)
            out.writeBytes(client.identity.lines[..<client.identity.requestLineCount])
            if client.isLastRequest { out.writeStaticString("connection: close\r\n") }
            out.writeStaticString("transfer-encoding: chunked\r\n\r\n")
        }
        // A client that takes nothing is not sent more.
        if client.isWritable { out.writeStaticString(client.errorDialect == .anthropic ? Self.ping : Self.comment) }
        client.write(out)
        client.flush()
        keepAlive.due = now.advanced(by: interval)
        armAgain(now: now)
    }

    private func armAgain(now: Moment) {
        guard let phase = deadlines.phase else { return armWithoutPhase(now: now) }
        arm(after: phase.since(now), now: now)
    }

    /// Only a POST held whole that asks for a stream, and only over HTTP/1.1: HTTP/1.0 has no chunks.
    private var asksStream: Bool {
        guard client.body.isComplete, plan.isHeld, !client.head.isHTTP10, client.head.method == .post else { return false }
        if route?.workload == nil { return client.body.asksStream }
        var scanner = ModelFieldScanner()
        return client.body.bytes.withUnsafeReadableBytes { raw in
            do throws(BodyProblem) {
                try scanner.scan(raw)
                return scanner.asksStream
            } catch {
                return false
            }
        }
    }

    // MARK: After the head

    /// The response goes on behind the gateway's own head.
    func commitBehindHead(_ connection: UpstreamConnection, _ response: ResponseHead, now: Moment) {
        guard response.isEventStream, response.status < 300 else {
            let body = connection.reader.isComplete && response.framing != .chunked ? connection.reader.takeBody() : ByteBuffer()
            release(closing: !connection.reader.isReusable, now: now)
            finish()
            let said =
                body.readableBytes > 0
                ? Array(body.readableBytesView) : Self.statusError(response.status, client.errorDialect)
            return endStream(said, isError: response.status >= 300, status: response.status)
        }
        state = .forwarding
        noteFirstToken(now: now)
        forwardBehindHead(connection, response)
        worker.outbox.flushLater(client)
        worker.noteServed(facts.workload, now: now)
        if connection.reader.isComplete {
            complete(connection, closes: client.isLastRequest || !client.body.isComplete, now: now)
        } else {
            keepForwarding(now: now)
        }
    }

    /// Passes what there is of the body on, in chunks whatever its own framing is.
    func forwardBehindHead(_ connection: UpstreamConnection, _ response: ResponseHead) {
        let body = connection.reader.takeBody()
        responseBytes += body.readableBytes
        if response.framing == .chunked {
            if body.readableBytes > 0 { client.write(body) }
            return
        }
        if body.readableBytes > 0 {
            client.write(ByteBuffer(string: String(body.readableBytes, radix: 16) + "\r\n"))
            client.write(body)
            client.write(ByteBuffer(staticString: "\r\n"))
        }
        if connection.reader.isComplete { client.write(ByteBuffer(staticString: "0\r\n\r\n")) }
    }

    /// Tells a failure as the event `error`, which OpenAI's and Anthropic's clients raise, and ends the stream in order.
    func tellStreamError(_ refusal: GatewayRefusal) {
        if let reason = AdmissionRefusal(refusal) { worker.counters.refused(reason) }
        noteRefusal(refusal)
        endStream(LocalResponse(refusal, dialect: client.errorDialect).body, isError: true, status: refusal.status)
    }

    private func endStream(_ text: [UInt8], isError: Bool, status: Int) {
        var event = ByteBuffer()
        if isError { event.writeStaticString("event: error\n") }
        for line in text.split(whereSeparator: { $0 == HTTPByte.lineFeed || $0 == HTTPByte.carriageReturn }) {
            event.writeStaticString("data: ")
            event.writeBytes(line)
            event.writeStaticString("\n")
        }
        event.writeStaticString("\n")
        var out = ByteBuffer(string: String(event.readableBytes, radix: 16) + "\r\n")
        out.writeBuffer(&event)
        out.writeStaticString("\r\n0\r\n\r\n")
        client.write(out)
        client.flush()
        client.count(status: status, firstByte: firstByteAt)
        client.responseEnded(closes: client.isLastRequest)
    }

    private static func statusError(_ status: Int, _ dialect: ErrorDialect) -> [UInt8] {
        let message = "the replica answered \(status)"
        if dialect == .anthropic {
            let kind = GatewayRefusal.anthropicType(of: status)
            return Array("{\"type\":\"error\",\"error\":{\"type\":\"\(kind)\",\"message\":\"\(message)\"}}".utf8)
        }
        let kind = status == 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error"
        return Array("{\"error\":{\"message\":\"\(message)\",\"type\":\"\(kind)\",\"param\":null,\"code\":\"\(status)\"}}".utf8)
    }
}
