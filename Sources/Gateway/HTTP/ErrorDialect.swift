/// Whose error shape a client of a path expects.
package enum ErrorDialect: Equatable, Sendable {
    case openAI
    case anthropic

    private static let anthropicEndings: [StaticString] = ["/v1/messages", "/v1/messages/count_tokens", "/v1/messages/batches"]

    /// By the path; elsewhere (`/v1/models`, which both have) by the field that every client of Anthropic's sends.
    static func of(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>, fields: [HeaderField]) -> ErrorDialect {
        let isAnthropic = anthropicEndings.contains { ending in
            let count = ending.utf8CodeUnitCount
            return path.count >= count && bytes.spells(ending, at: path.upperBound - count, count: count)
        }
        if isAnthropic { return .anthropic }
        let saysSo = fields.contains { field in
            bytes.spells("anthropic-version", at: Int(field.nameStart), count: Int(field.nameCount))
        }
        return saysSo ? .anthropic : .openAI
    }
}

extension GatewayRefusal {
    /// The body of the answer, JSON.
    package func body(_ dialect: ErrorDialect) -> String {
        switch dialect {
        case .openAI:
            let parameter = parameter.map(JSONText.quoted) ?? "null"
            return """
                {"error":{"message":\(JSONText.quoted(message)),"type":"\(type)","param":\(parameter),"code":"\(code)"}}
                """
        case .anthropic:
            return """
                {"type":"error","error":{"type":"\(Self.anthropicType(of: status))","message":\(JSONText.quoted(message))}}
                """
        }
    }

    /// `error.type` as Anthropic's API names them.
    static func anthropicType(of status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 503: "overloaded_error"
        case 504: "timeout_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }
}
