import Hummingbird

/// An error in the shape OpenAI clients read: `{"error":{"message","type","param","code"}}`.
struct OpenAIError: Error, Equatable {
    var status: HTTPResponse.Status
    var message: String
    var type: String
    var param: String?
    var code: String?
    /// For the `retry-after` header.
    var retryAfterSeconds: Int?

    var json: String {
        let param = param.map { JSONText.quoted($0) } ?? "null"
        let code = code.map { JSONText.quoted($0) } ?? "null"
        return "{\"error\":{\"message\":\(JSONText.quoted(message)),\"type\":\"\(type)\",\"param\":\(param),\"code\":\(code)}}"
    }

    /// The same as Anthropic's clients read it: `{"type":"error","error":{"type","message"}}`.
    var messagesJSON: String {
        let kind =
            switch status {
            case .notFound: "not_found_error"
            case .contentTooLarge: "request_too_large"
            case .tooManyRequests: "rate_limit_error"
            case .serviceUnavailable: "overloaded_error"
            case .forbidden: "permission_error"
            default: status.code >= 500 ? "api_error" : "invalid_request_error"
            }
        return "{\"type\":\"error\",\"error\":{\"type\":\"\(kind)\",\"message\":\(JSONText.quoted(message))}}"
    }

    /// 400: the request itself is wrong.
    static func invalid(_ message: String, param: String? = nil, code: String? = nil) -> OpenAIError {
        OpenAIError(status: .badRequest, message: message, type: "invalid_request_error", param: param, code: code)
    }

    static func modelNotFound(_ model: String, known: [String]) -> OpenAIError {
        OpenAIError(
            status: .notFound,
            message: "The model `\(model.prefix(128))` does not exist; served here: \(known.joined(separator: ", ")).",
            type: "invalid_request_error", param: "model", code: "model_not_found")
    }

    static func contextLengthExceeded(limit: Int, prompt: Int, output: Int) -> OpenAIError {
        .invalid(
            "This model's maximum context length is \(limit) tokens. However, you requested \(prompt) in the prompt and \(output) "
                + "in the completion; shorten the prompt or lower max_tokens.",
            param: "messages", code: "context_length_exceeded")
    }

    static func bodyTooLarge(limit: Int) -> OpenAIError {
        OpenAIError(
            status: .contentTooLarge, message: "The body is larger than \(limit) bytes; send less.",
            type: "invalid_request_error",
            code: "body_too_large")
    }

    static func notFound(_ method: String, _ path: String) -> OpenAIError {
        OpenAIError(
            status: .notFound,
            message:
                "There is no \(method.prefix(16)) \(path.prefix(128)) here; the API is /v1/chat/completions, /v1/completions, "
                + "/v1/responses, /v1/messages, /v1/embeddings and /v1/models.",
            type: "invalid_request_error", code: "unknown_url")
    }

    static func unavailable(_ message: String, code: String) -> OpenAIError {
        OpenAIError(
            status: .serviceUnavailable, message: message, type: "service_unavailable_error", code: code, retryAfterSeconds: 1)
    }

    static func serverError(_ message: String, code: String) -> OpenAIError {
        OpenAIError(status: .internalServerError, message: message, type: "server_error", code: code)
    }

    static func forbidden(_ message: String) -> OpenAIError {
        OpenAIError(status: .forbidden, message: message, type: "permission_error", code: "loopback_only")
    }
}
