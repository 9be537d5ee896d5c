import FleetModel
import FleetRouting
import NIOCore

/// A request for predictions in the words of its replica's engine.
struct ExchangeTranslation {
    var target: PredictTarget
    var body: ByteBuffer
    /// The declared version of the model that answers.
    var version: String?
}

/// `POST /predict` where replicas do not speak it themselves: the body is translated on its way out, the answer on its way back.
extension Exchange {
    /// Translates the request for a workload that declares what its replicas speak; a refusal where it cannot be.
    func translate(_ workload: WorkloadIndex) -> GatewayRefusal? {
        translation = nil
        guard let entry = worker.table?.directory[workload], let target = entry.predict else { return nil }
        let refusal: GatewayRefusal
        if client.body.isComplete {
            switch PredictTranslation.request(client.body.bytes, to: target, model: nil) {
            case .success(let body):
                translation = ExchangeTranslation(target: target, body: body, version: entry.revision)
                return nil
            case .failure(let problem): refusal = .badPrediction(message: problem.message, field: problem.field)
            }
        } else {
            refusal = .bodyTooLarge(limit: worker.limits.heldRequestBytes)
        }
        // Nothing was asked: all of it is given back.
        firstByteAt = nil
        settle()
        return refusal
    }

    /// The body for a workload of the chain that does not speak `/predict` itself; nil where it does.
    func translated(for entry: FallbackEntry) -> ModelRewriting.Outcome? {
        guard let target = worker.table?.directory[entry.workload].predict else { return nil }
        let model = entry.model.isEmpty ? nil : entry.model
        guard case .success(let body) = PredictTranslation.request(client.body.bytes, to: target, model: model) else {
            return .impossible
        }
        return .rewritten(body)
    }

    /// The request goes to another workload, with the body that was made for it.
    func retarget(to workload: WorkloadIndex) {
        guard route?.api == .predict, let entry = worker.table?.directory[workload] else { return }
        translation = entry.predict.map {
            ExchangeTranslation(target: $0, body: fallback.body ?? client.body.bytes, version: entry.revision)
        }
    }

    /// An answer that is translated is read whole first.
    func holdPredictions(_ connection: UpstreamConnection, _ response: ResponseHead, now: Moment) {
        let limit = worker.limits.translatedResponseBytes
        var isTooLarge = connection.reader.heldBytes > limit
        if case .length(let length) = response.framing { isTooLarge = isTooLarge || length > limit }
        guard isTooLarge else { return arm(after: route?.idleTimeout ?? .seconds(30), now: now) }
        release(closing: true, now: now)
        giveUp(.responseTooLarge(limit: limit))
    }

    func commitPredictions(
        _ translation: ExchangeTranslation, _ connection: UpstreamConnection, _ response: ResponseHead, now: Moment
    ) {
        let answer = PredictTranslation.answer(
            connection.reader.takeBody(), of: translation.target, version: translation.version,
            latency: now.since(client.startedAt))
        guard let answer else {
            noteFailure(.broken)
            release(closing: !connection.reader.isReusable, now: now)
            return giveUp(.unreadablePredictions)
        }
        responseBytes = answer.readableBytes
        let closes = client.isLastRequest
        state = .forwarding
        var out = ByteBuffer()
        connection.reader.headBytes.withUnsafeReadableBytes { bytes in
            ClientResponseHead(
                placeLines: placeLines, sessionLine: sessionLine(route: route), reason: reason.code, identity: client.identity,
                framing: .length(answer.readableBytes), closes: closes, isForHTTP10: client.head.isHTTP10,
                rateLimits: client.rateLimits(now: now)
            ).write(bytes, head: response, fields: connection.reader.table.fields, to: &out)
        }
        client.write(out)
        client.write(answer)
        worker.outbox.flushLater(client)
        worker.noteServed(facts.workload, now: now)
        complete(connection, closes: closes, now: now)
    }
}

extension UpstreamRequestHead {
    /// Appends the head of a translated request. Of the client's fields none passes: they speak of another body and another answer.
    func write(translatedTo target: PredictTarget, to out: inout ByteBuffer) {
        out.writeStaticString("POST ")
        out.writeStaticString(PredictTranslation.path(target))
        out.writeStaticString(" HTTP/1.1\r\n")
        out.writeBytes(hostLine)
        out.writeStaticString("content-type: application/json\r\naccept: application/json\r\n")
        if case .length(let count) = framing { out.writeString("content-length: \(count)\r\n") }
        out.writeBytes(forwardingLines)
        out.writeBytes(identity.lines)
        out.writeStaticString("\r\n")
    }
}

extension ClientConnection {
    /// Whether this is a request for predictions. False where it is answered here already.
    func takesPrediction() -> Bool {
        if headBytes.withUnsafeReadableBytes({ PredictDocument.isAsked($0, head.path) }), head.framing == .none {
            if head.method == .get || head.method == .head {
                respond(PredictDocument.response, closes: false)
            } else {
                refuse(.methodNotAllowed(allow: "GET, HEAD"))
            }
            return false
        }
        guard head.method == .post else {
            refuse(.methodNotAllowed(allow: "POST"))
            return false
        }
        return true
    }
}
