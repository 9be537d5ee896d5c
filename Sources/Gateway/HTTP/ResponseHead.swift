/// A response's head: what the gateway acts on.
package struct ResponseHead: Equatable, Sendable {
    /// How the body ends.
    package enum Framing: Equatable, Sendable {
        case none
        case length(Int)
        case chunked
        /// With the connection (RFC 9112 section 6.3, rule 8).
        case untilClose
    }

    package var status = 0
    /// Where the reason phrase stands.
    package var reason: Range<Int> = 0..<0
    package var isHTTP10 = false
    package var framing: Framing = .none
    package var keepsAlive = true
    /// The media type is `text/event-stream`: bytes are passed on as they come.
    package var isEventStream = false
    /// `Content-Length` as sent, also where no body follows (HEAD, 304).
    package var declaredLength: Int?
    package var byteCount = 0

    package init() {}

    package var isInterim: Bool { status < 200 }
}
