/// A request's head: what the gateway acts on, and where in the bytes the rest stands.
package struct RequestHead: Equatable, Sendable {
    package enum Method: UInt8, Sendable {
        case get, head, post, put, delete, options, patch, trace, connect, other

        /// Repeating it has the effect of sending it once (RFC 9110 section 9.2.2).
        package var isIdempotent: Bool {
            switch self {
            case .get, .head, .put, .delete, .options, .trace: true
            case .post, .patch, .connect, .other: false
            }
        }
    }

    /// How long the body is.
    package enum Framing: Equatable, Sendable {
        case none
        case length(Int)
        case chunked
    }

    package var method: Method = .other
    package var methodBytes: Range<Int> = 0..<0
    /// Origin form: starts with `/`, or is `*`. The authority of an absolute form is in ``host``.
    package var target: Range<Int> = 0..<0
    /// The target without its query.
    package var path: Range<Int> = 0..<0
    /// The authority asked for; empty in HTTP/1.0 without a `Host`.
    package var host: Range<Int> = 0..<0
    package var isHTTP10 = false
    package var framing: Framing = .none
    /// Whether the client lets the connection live on after the response.
    package var keepsAlive = true
    package var expectsContinue = false
    /// An `Expect` other than `100-continue` (417).
    package var hasUnknownExpectation = false
    package var asksUpgrade = false
    package var contentType: Range<Int>?
    package var requestID: Range<Int>?
    package var traceParent: Range<Int>?
    /// Bytes of the head, its empty line included.
    package var byteCount = 0

    package init() {}
}
