import FleetModel
import FleetRouting
import NIOCore

/// What a head asks for, and whether it may.
extension ClientConnection {
    /// Decides what the head asks for.
    func admit() {
        guard !head.hasUnknownExpectation else { return refuse(.unknownExpectation) }
        let endpoint = headBytes.withUnsafeReadableBytes { LocalEndpoints.endpoint($0, head.path) }
        if let endpoint { return answer(endpoint) }
        guard let directory = worker.table?.directory else {
            return refuse(
                .noReplica(explanation: "this gateway has no routing snapshot yet; try again shortly", retryAfterSeconds: 1))
        }
        let index = headBytes.withUnsafeReadableBytes { raw in
            directory.route(
                host: UnsafeRawBufferPointer(rebasing: raw[head.host]), path: UnsafeRawBufferPointer(rebasing: raw[head.path]))
        }
        if let refusal = authenticate() { return refuse(refusal) }
        findPlace()
        guard let index else { return refuse(.pathNotFound) }
        let entry = directory[index]
        route = entry
        passesUpgrade = entry.allowsWebSocket && asksWebSocket
        let isByModel = entry.workload == nil && !entry.isDangling
        if entry.api == .openInference, isByModel {
            guard takeOpenInferenceModel() else { return }
        } else if entry.api == .predict {
            guard takesPrediction() else { return }
        } else if let refusal = methodRefusal(isByModel: isByModel) {
            return refuse(refusal)
        }
        guard let reading = isByModel || entry.api == .predict ? bodyReading : .nothing else { return refuse(unreadableBody) }
        let limit = min(worker.limits.requestBodyBytes, entry.requestBodyLimit ?? .max)
        if case .length(let length) = head.framing, length > limit { return refuse(.bodyTooLarge(limit: limit)) }
        body.start(head.framing, reading: reading, limit: limit)
        phase = .body
        if head.expectsContinue, inbound.readableBytes == 0, head.framing != .none {
            writeContinue()
        }
    }

    /// Finds whose request it is; a refusal where tenants are declared and it is nobody's.
    func authenticate() -> GatewayRefusal? {
        tenant = nil
        guard let tenants = worker.table?.directory.tenants, !tenants.isEmpty else { return nil }
        let key = headBytes.withUnsafeReadableBytes { shownKey.digest($0, table.fields) }
        if let key { tenant = tenants.tenant(key: key) }
        if tenant == nil, !peer.certificateNames.isEmpty {
            tenant = tenants.tenant(certificate: peer.certificateNames)
            if tenant == nil, key == nil { return .certificateUnknown(name: peer.certificateNames[0].text) }
        }
        guard tenant == nil else { return nil }
        return key == nil ? .keyMissing : .keyUnknown
    }

    /// The models this client may ask for.
    var offeredModels: [String] {
        let models = worker.table?.directory.offeredModels(for: origin.places) ?? []
        guard let tenant else { return models }
        return models.filter { name in Array(name.utf8).withUnsafeBytes { tenant.mayAsk(model: $0) } }
    }

    var errorDialect: ErrorDialect {
        headBytes.withUnsafeReadableBytes { bytes in
            head.path.upperBound > 0 && head.path.upperBound <= bytes.count
                ? ErrorDialect.of(bytes, head.path, fields: table.fields) : .openAI
        }
    }

    func methodRefusal(isByModel: Bool) -> GatewayRefusal? {
        if isByModel, head.method != .post { return .methodNotAllowed(allow: "POST") }
        switch head.method {
        case .connect, .trace: return .methodNotAllowed(allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        case .get, .head, .post, .put, .delete, .options, .patch, .other: return nil
        }
    }

    func writeContinue() {
        var out = ByteBuffer()
        out.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        write(out)
        flush()
    }
}
