import FleetRouting
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
    /// What the tenant has left.
    package var rateLimits: RateLimitFields?
    /// False tells OpenAI's clients not to try again by themselves.
    package var shouldRetry: Bool?

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

    /// An error in the shape the path's clients expect.
    package init(_ refusal: GatewayRefusal, dialect: ErrorDialect = .openAI) {
        let text = refusal.body(dialect)
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
        if case .quotaExceeded(let quota) = refusal, quota.wait == nil { shouldRetry = false }
    }

    /// Appends the whole response. `withholdsBody` answers HEAD: the length is told, the body is not sent.
    package func write(to out: inout ByteBuffer, identity: RequestIdentity, closes: Bool, isForHTTP10: Bool, withholdsBody: Bool)
    {
        out.writeString(
            "HTTP/1.1 \(status) \(Self.phrase(status))\r\ncontent-type: \(contentType)\r\ncontent-length: \(body.count)\r\n")
        if let retryAfterSeconds { out.writeString("retry-after: \(retryAfterSeconds)\r\n") }
        if let allow { out.writeString("allow: \(allow)\r\n") }
        if status == 401 { out.writeStaticString("www-authenticate: Bearer realm=\"tradewind\"\r\n") }
        if let shouldRetry { out.writeString("x-should-retry: \(shouldRetry)\r\n") }
        rateLimits?.write(to: &out)
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
            200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
            408: "Request Timeout",
            413: "Content Too Large", 415: "Unsupported Media Type", 417: "Expectation Failed", 429: "Too Many Requests",
            431: "Request Header Fields Too Large", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
            505: "HTTP Version Not Supported",
        ]
        return phrases[status] ?? "Error"
    }
}
