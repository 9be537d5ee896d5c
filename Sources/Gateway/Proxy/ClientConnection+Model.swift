import FleetModel
import FleetRouting
import NIOCore

/// Which model a request asks for, and what the gateway says of models by itself.
extension ClientConnection {
    /// The model the request asks for, as far as it was read.
    var askedModel: [UInt8] { route?.api == .openInference ? pathModel : body.model }

    /// How the body names its model; nil for a form whose parts cannot be told apart for sure.
    var bodyReading: RequestBody.Reading? {
        switch route?.api {
        case .openInference: return .nothing
        case .predict: return .json(.modelID)
        case .openAI, nil: break
        }
        guard let type = head.contentType else { return .json(.model) }
        return headBytes.withUnsafeReadableBytes { raw in
            guard FormBoundary.isForm(raw, type) else { return .json(.model) }
            // With two of the field a replica might cut the parts by the other one.
            guard table.fields.count(where: { $0.kind == .contentType }) == 1 else { return nil }
            return FormBoundary.read(raw, type).map { .form(boundary: $0) }
        }
    }

    /// Why a body of parts is not looked into.
    var unreadableBody: GatewayRefusal {
        let isFormData = headBytes.withUnsafeReadableBytes { raw in
            head.contentType.map { raw.begins(with: "multipart/form-data", at: $0.lowerBound, count: $0.count) } ?? false
        }
        return isFormData ? .badBody(.malformedForm) : .bodyNotJSON
    }

    /// A form may bring its file before its model: it is held longer than other bodies, until its model was read.
    func holdsForm() -> Bool {
        guard body.isForm, !body.hasModel, route?.workload == nil else { return false }
        let held = body.bytes.readableBytes
        guard held <= worker.limits.heldFormBytes else { return false }
        return worker.reserve(formBytes: &formBytes, upTo: held)
    }

    /// Reads the model off a path of the Open Inference Protocol. False where the request is answered here already.
    func takeOpenInferenceModel() -> Bool {
        let asked = headBytes.withUnsafeReadableBytes { OpenInferencePath.read($0, head.path) }
        let isRead = head.method == .get || head.method == .head
        let name: Range<Int>
        switch asked {
        case .serverLive, .serverReady, .serverMetadata:
            guard isRead else {
                refuse(.methodNotAllowed(allow: "GET, HEAD"))
                return false
            }
            guard head.framing == .none else {
                refuse(.bodyTooLarge(limit: 0))
                return false
            }
            switch asked {
            case .serverLive: respond(LocalEndpoints.serverLive, closes: false)
            case .serverMetadata: respond(worker.local.serverMetadata, closes: false)
            default: respondLater(worker.local.readiness(worker.eventLoop))
            }
            return false
        case .ask(let found) where isRead: name = found
        case .infer(let found) where head.method == .post: name = found
        case .ask, .infer:
            refuse(.methodNotAllowed(allow: isRead ? "POST" : "GET, HEAD"))
            return false
        case nil:
            refuse(.pathNotFound)
            return false
        }
        pathModel = headBytes.withUnsafeReadableBytes { PercentDecoding.decoded($0, name) } ?? []
        return true
    }

    /// `GET /v1/models/{id}`: the rest of the path is the model's name, whatever it is made of.
    func answerModel(_ name: Range<Int>) {
        if let refusal = authenticate() { return refuse(refusal) }
        let decoded = headBytes.withUnsafeReadableBytes { PercentDecoding.decoded($0, name) }
        guard let decoded, let model = offeredModels.first(where: { $0.utf8.elementsEqual(decoded) }) else {
            let explanation = worker.table?.explanation(of: .unknownModel, workload: nil)
            return refuse(.modelNotFound(explanation: explanation ?? "this gateway has no routing snapshot yet"))
        }
        respond(LocalEndpoints.model(model), closes: false)
    }
}

extension GatewayWorker {
    /// Counts what one form holds against what all may; false where that is spent.
    func reserve(formBytes held: inout Int, upTo wanted: Int) -> Bool {
        guard heldFormBytes + wanted - held <= limits.heldFormBytesPerLoop else { return false }
        heldFormBytes += wanted - held
        held = wanted
        return true
    }

    func release(formBytes held: inout Int) {
        heldFormBytes -= held
        held = 0
    }
}
