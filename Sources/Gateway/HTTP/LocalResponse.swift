package import NIOCore

/// An answer the gateway gives by itself.
package struct LocalResponse: Equatable, Sendable {
    package var status: Int
    package var contentType: String
    package var body: [UInt8]
    package var retryAfterSeconds: Int?
    package var allow: String?
    /// The routing reason code, where the router was asked.
    package var reason: String?

    package init(
        status: Int, contentType: String, body: [UInt8], retryAfterSeconds: Int? = nil, allow: String? = nil,
        reason: String? = nil
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.retryAfterSeconds = retryAfterSeconds
        self.allow = allow
        self.reason = reason
    }

    /// An OpenAI-shaped error.
    package init(_ refusal: GatewayRefusal) {
        let parameter = refusal.parameter.map { "\"\($0)\"" } ?? "null"
        let text = """
            {"error":{"message":\(JSONText.quoted(refusal.message)),"type":"\(refusal.type)","param":\(parameter),\
            "code":"\(refusal.code)"}}
            """
        var allow: String?
        if case .methodNotAllowed(let methods) = refusal { allow = methods }
        var reason: String?
        switch refusal {
        case .fenced, .modelNotFound, .noReplica, .overloaded, .snapshotTooOld: reason = refusal.code
        default: break
        }
        self.init(
            status: refusal.status, contentType: "application/json", body: Array(text.utf8),
            retryAfterSeconds: refusal.retryAfterSeconds, allow: allow, reason: reason)
    }

    /// Appends the whole response. `withholdsBody` answers HEAD: the length is told, the body is not sent.
    package func write(to out: inout ByteBuffer, identity: RequestIdentity, closes: Bool, isForHTTP10: Bool, withholdsBody: Bool)
    {
        out.writeString(
            "HTTP/1.1 \(status) \(Self.phrase(status))\r\ncontent-type: \(contentType)\r\ncontent-length: \(body.count)\r\n")
        if let retryAfterSeconds { out.writeString("retry-after: \(retryAfterSeconds)\r\n") }
        if let allow { out.writeString("allow: \(allow)\r\n") }
        if let reason { out.writeString("x-tradewind-reason: \(reason)\r\n") }
        out.writeBytes(identity.lines[..<identity.requestLineCount])
        if closes {
            out.writeStaticString("connection: close\r\n")
        } else if isForHTTP10 {
            out.writeStaticString("connection: keep-alive\r\n")
        }
        out.writeStaticString("\r\n")
        if !withholdsBody { out.writeBytes(body) }
    }

    private static func phrase(_ status: Int) -> String {
        let phrases = [
            200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
            413: "Content Too Large", 415: "Unsupported Media Type", 417: "Expectation Failed", 429: "Too Many Requests",
            431: "Request Header Fields Too Large", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
            505: "HTTP Version Not Supported",
        ]
        return phrases[status] ?? "Error"
    }
}
