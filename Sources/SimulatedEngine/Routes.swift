import FoundationEssentials
import Hummingbird
import NIOCore

/// Where every request enters.
///
/// | route | does |
/// |---|---|
/// | `POST /v1/chat/completions` | chat, streamed or whole |
/// | `POST /v1/completions` | legacy completion, streamed or whole |
/// | `POST /v1/responses` | OpenAI's Responses: text, streamed or whole |
/// | `POST /v1/messages` | Anthropic's Messages: text, streamed or whole |
/// | `POST /v1/messages/count_tokens` | tokens of such a request's prompt |
/// | `POST /v1/embeddings` | unit vectors |
/// | `GET /v1/models` | the names served |
/// | `GET /health` | 200 while the process lives |
/// | `GET /health/ready` | every deep check; 200 or 503 |
/// | `GET /metrics` | Prometheus text |
/// | `GET`, `POST /faults` | the fault switches; from this machine only |
struct Routes: HTTPResponder {
    typealias Context = EngineRequestContext

    private typealias FieldName = HTTPFields.Element.Name

    private static let replicaHeader = FieldName("x-engine-replica")
    private static let requestIDHeader = FieldName("x-request-id")
    /// A set of faults is much smaller.
    private static let maxFaultBytes = 16 << 10

    let configuration: SimulatedEngineConfiguration
    let driver: EngineDriver
    let inference: InferenceRoutes

    init(configuration: SimulatedEngineConfiguration, driver: EngineDriver) {
        self.configuration = configuration
        self.driver = driver
        inference = InferenceRoutes(configuration: configuration, driver: driver)
    }

    func respond(to request: Request, context: EngineRequestContext) async throws -> Response {
        var response: Response
        do {
            response = try await route(request, context)
        } catch let error as OpenAIError {
            response = Self.response(to: error, path: request.uri.path)
        }
        if let name = Self.replicaHeader { response.headers[name] = configuration.replicaID }
        if let name = Self.requestIDHeader, let id = request.headers[name], id.utf8.count <= 128 { response.headers[name] = id }
        return response
    }

    private func route(_ request: Request, _ context: EngineRequestContext) async throws -> Response {
        switch (request.method, request.uri.path) {
        case (.post, "/v1/chat/completions"): try await inference.chat(request, context)
        case (.post, "/v1/completions"): try await inference.completion(request, context)
        case (.post, "/v1/responses"): try await inference.response(request, context)
        case (.post, "/v1/messages"): try await inference.message(request, context)
        case (.post, "/v1/messages/count_tokens"): try await inference.countTokens(request, context)
        case (.post, "/v1/embeddings"): try await inference.embeddings(request, context)
        case (.get, "/v1/models"): models()
        case (.get, "/health"): try await guardHealth(context) { Response(status: .ok) }
        case (.get, "/health/ready"): try await guardHealth(context, readiness)
        case (.get, "/metrics"):
            try await guardHealth(context) {
                Self.text(driver.exposition(model: configuration.models[0]), type: "text/plain; version=0.0.4; charset=utf-8")
            }
        case (.get, "/faults"): try faults(context)
        case (.post, "/faults"): try await replaceFaults(request, context)
        default: throw OpenAIError.notFound(request.method.rawValue, request.uri.path)
        }
    }

    // MARK: Answers

    static func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Self.text(text, type: "application/json", status: status)
    }

    private static func text(_ text: String, type: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private static func response(to error: OpenAIError, path: String) -> Response {
        var response = json(path.hasPrefix("/v1/messages") ? error.messagesJSON : error.json, status: error.status)
        if let seconds = error.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
        return response
    }

    static func body(of request: Request, limit: Int) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw OpenAIError.bodyTooLarge(limit: limit)
        }
    }

    // MARK: Small routes

    private func models() -> Response {
        let items = configuration.models.map {
            "{\"id\":\"\($0)\",\"object\":\"model\",\"created\":0,\"owned_by\":\"simulated\",\"max_model_len\":\(configuration.contextTokens)}"
        }
        return Self.json("{\"object\":\"list\",\"data\":[\(items.joined(separator: ","))]}")
    }

    private func readiness() -> Response {
        let report = HealthReport(observation: driver.observation(), residentBytes: ResidentMemory.bytes())
        return Self.json(report.json, status: report.isReady ? .ok : .serviceUnavailable)
    }

    private func guardHealth(_ context: EngineRequestContext, _ answer: () -> Response) async throws -> Response {
        try await FaultEffects.apply(driver.judgeHealth(), driver: driver, context: context)
        return answer()
    }

    private func faults(_ context: EngineRequestContext) throws -> Response {
        guard context.isLoopback else { throw OpenAIError.forbidden("Faults are told and set from this machine only.") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Self.json(String(decoding: try encoder.encode(driver.faults), as: UTF8.self))
    }

    private func replaceFaults(_ request: Request, _ context: EngineRequestContext) async throws -> Response {
        guard context.isLoopback else { throw OpenAIError.forbidden("Faults are told and set from this machine only.") }
        let body = try await Self.body(of: request, limit: Self.maxFaultBytes)
        driver.replaceFaults(try RequestDecoding.decode(FaultSettings.self, from: body))
        return try faults(context)
    }
}
