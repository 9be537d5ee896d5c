package import FleetModel
package import FleetRouting

/// Every answer the gateway gives in place of a replica's, and its status: the one place where statuses are chosen.
package enum GatewayRefusal: Equatable, Sendable {
    case badHead(HeadProblem)
    case badBody(BodyProblem)
    case badChunk
    case bodyTooLarge(limit: Int)
    case modelTooLate(limit: Int)
    case bodyNotJSON
    /// A request for predictions that cannot be put into the words of its engine.
    case badPrediction(message: String, field: String)
    /// A replica's answer from which no predictions can be read.
    case unreadablePredictions
    case headTooSlow
    case bodyTooSlow
    case unknownExpectation
    case keyMissing
    case keyUnknown
    /// The client certificate is valid, and no tenant's; no key is given beside it.
    case certificateUnknown(name: String)
    /// One of the tenant's limits.
    case quotaExceeded(QuotaRefusal)
    /// The workload has enough to do; `isSheddable` where a request of higher priority would have passed.
    case shed(isSheddable: Bool)
    case queueFull
    case queueTimedOut
    /// The workload was at zero, and no replica of it began to serve in time.
    case coldStartTimedOut(workload: WorkloadName)
    /// A replica's answer is larger than its route lets one be.
    case responseTooLarge(limit: Int)
    case methodNotAllowed(allow: String)
    case pathNotFound
    case modelNotFound(explanation: String)
    case fenced(explanation: String)
    case snapshotTooOld(explanation: String, retryAfterSeconds: Int)
    case noReplica(explanation: String, retryAfterSeconds: Int)
    case overloaded(explanation: String, retryAfterSeconds: Int)
    /// Every attempt failed.
    case upstreamFailed(attempts: Int)
    case upstreamTimedOut(attempts: Int)
    case shuttingDown
    case tooManyConnections

    package init(_ refusal: RoutingRefusal, explanation: String) {
        let seconds = refusal.retryAfterSeconds ?? 1
        switch refusal {
        case .unknownModel: self = .modelNotFound(explanation: explanation)
        case .fenced: self = .fenced(explanation: explanation)
        case .snapshotTooOld: self = .snapshotTooOld(explanation: explanation, retryAfterSeconds: seconds)
        case .noReplica: self = .noReplica(explanation: explanation, retryAfterSeconds: seconds)
        case .overloaded: self = .overloaded(explanation: explanation, retryAfterSeconds: seconds)
        }
    }

    package var status: Int {
        switch self {
        case .badHead(.tooLong), .badHead(.tooManyFields): 431
        case .badHead(.unsupportedVersion), .badHead(.http2Preface): 505
        case .badHead, .badBody, .badChunk, .badPrediction: 400
        case .bodyTooLarge, .modelTooLate: 413
        case .bodyNotJSON: 415
        case .headTooSlow, .bodyTooSlow: 408
        case .unknownExpectation: 417
        case .keyMissing, .keyUnknown, .certificateUnknown: 401
        case .methodNotAllowed: 405
        case .pathNotFound, .modelNotFound: 404
        case .fenced: 403
        case .snapshotTooOld, .noReplica, .shuttingDown, .tooManyConnections: 503
        case .overloaded, .quotaExceeded, .shed: 429
        case .queueFull, .queueTimedOut, .coldStartTimedOut: 503
        case .upstreamFailed, .responseTooLarge, .unreadablePredictions: 502
        case .upstreamTimedOut: 504
        }
    }

    package var retryAfterSeconds: Int? {
        switch self {
        case .snapshotTooOld(_, let seconds), .noReplica(_, let seconds), .overloaded(_, let seconds): seconds
        case .quotaExceeded(let quota): quota.wait.map { max(1, Int($0.seconds.rounded(.up))) }
        case .shuttingDown, .tooManyConnections, .shed, .queueFull, .queueTimedOut: 1
        case .coldStartTimedOut: 10
        default: nil
        }
    }

    /// The connection cannot go on: where the next request starts is unknown, or is not worth reading up to.
    package var closes: Bool {
        switch self {
        case .badHead, .badChunk, .bodyTooLarge, .modelTooLate, .headTooSlow, .bodyTooSlow, .unknownExpectation, .shuttingDown,
            .tooManyConnections:
            true
        default: false
        }
    }

    /// `error.code`: stable, for programs.
    package var code: String {
        switch self {
        case .badHead(let problem): "\(problem)".snakeCased
        case .badBody(let problem): "\(problem)".snakeCased
        case .badChunk: "malformed_chunk"
        case .bodyTooLarge: "body_too_large"
        case .modelTooLate: "model_too_late"
        case .bodyNotJSON: "unsupported_media_type"
        case .badPrediction: "invalid_prediction_request"
        case .unreadablePredictions: "unreadable_predictions"
        case .headTooSlow, .bodyTooSlow: "request_timeout"
        case .unknownExpectation: "unknown_expectation"
        case .keyMissing, .keyUnknown: "invalid_api_key"
        case .certificateUnknown: "unknown_client_certificate"
        case .methodNotAllowed: "method_not_allowed"
        case .pathNotFound: "not_found"
        case .modelNotFound: "model_not_found"
        case .fenced: "fenced"
        case .snapshotTooOld: "snapshot_too_old"
        case .noReplica: "no_replica"
        case .overloaded: "overloaded"
        case .quotaExceeded(let quota): quota.isOfBudget ? "insufficient_quota" : "rate_limit_exceeded"
        case .shed: "load_shed"
        case .queueFull: "queue_full"
        case .queueTimedOut: "queue_timeout"
        case .coldStartTimedOut: "cold_start_timeout"
        case .responseTooLarge: "response_too_large"
        case .upstreamFailed: "upstream_failed"
        case .upstreamTimedOut: "upstream_timeout"
        case .shuttingDown: "shutting_down"
        case .tooManyConnections: "too_many_connections"
        }
    }

    /// `error.type`, as OpenAI's API names them.
    package var type: String {
        if case .quotaExceeded(let quota) = self, quota.isOfBudget { return "insufficient_quota" }
        return switch status {
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }

    /// `error.param`: the request's field at fault.
    package var parameter: String? {
        switch self {
        case .modelNotFound, .fenced, .modelTooLate: "model"
        case .badPrediction(_, let field): field.isEmpty ? nil : field
        case .badBody(let problem):
            switch problem {
            case .missingModel, .modelNotText, .repeatedModel, .misspeltModel, .modelTooLong: "model"
            case .notAnObject, .malformed, .invalidText, .tooDeep, .malformedForm: nil
            }
        default: nil
        }
    }

    package var message: String {
        switch self {
        case .badHead(let problem): problem.message
        case .badBody(let problem): problem.message
        case .badChunk: "the chunked body is malformed (RFC 9112 section 7.1)"
        case .bodyTooLarge(let limit): "the body is too large; send at most \(limit) bytes"
        case .modelTooLate(let limit): "\"model\" does not appear in the first \(limit) bytes of the body; put it first"
        case .bodyNotJSON: "this path routes by the body's \"model\"; send application/json or multipart/form-data"
        case .badPrediction(let message, _): message
        case .unreadablePredictions: "the replica's answer holds no predictions that can be read"
        case .headTooSlow: "the request head did not arrive in time"
        case .bodyTooSlow: "the request body did not arrive in time"
        case .unknownExpectation: "only Expect: 100-continue is understood"
        case .keyMissing: "no API key is given; send authorization: Bearer KEY or x-api-key: KEY"
        case .keyUnknown: "this API key is not known; a tenant's keys are made by tradewind tenant key create"
        case .certificateUnknown(let name):
            "the client certificate of \(name) is no tenant's; name it in a tenant's clientCertificates, or send an API key"
        case .quotaExceeded(let quota): quota.message
        case .shed(let isSheddable):
            isSheddable
                ? "this workload has enough to do for requests that may be shed; try again later"
                : "this workload has enough to do; try again shortly"
        case .queueFull: "too many requests wait for this workload; try again shortly"
        case .queueTimedOut: "no replica had room in time; try again shortly"
        case .coldStartTimedOut(let workload):
            "workload \(workload) is at zero and no replica of it was ready in time; it is being started, try again shortly"
        case .responseTooLarge(let limit): "the replica's answer is larger than the \(limit) bytes this route passes"
        case .methodNotAllowed(let allow): "this method is not allowed here; use \(allow)"
        case .pathNotFound: "no route matches this host and path; GET /v1/models lists what is served"
        case .modelNotFound(let text), .fenced(let text): text
        case .snapshotTooOld(let text, _), .noReplica(let text, _), .overloaded(let text, _): text
        case .upstreamFailed(let attempts): "no replica answered (\(attempts) attempts); try again"
        case .upstreamTimedOut(let attempts): "no replica answered in time (\(attempts) attempts); try again"
        case .shuttingDown: "this gateway is shutting down; try again"
        case .tooManyConnections: "this gateway has too many connections; try again"
        }
    }
}

extension String {
    /// `missingHost` as `missing_host`, `chunkedBeforeHTTP11` as `chunked_before_http11`.
    fileprivate var snakeCased: String {
        var result = ""
        var wasUppercase = false
        for character in self {
            if character.isUppercase, !wasUppercase { result += "_" }
            wasUppercase = character.isUppercase
            result += character.lowercased()
        }
        return result
    }
}
