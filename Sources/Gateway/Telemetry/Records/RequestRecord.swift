package import FleetModel
package import FleetRouting

/// What happened to one request, without a byte of what was asked or answered and without any key. Made on the event loop; its
/// arrays are used again by later requests of the connection. Kept, it is packed (``RecordPage``).
package struct RequestRecord: Sendable {
    /// Attempts kept; of more the last takes the last place.
    package static let attemptLimit = 16
    /// Bytes of a model's name and of a path that are kept.
    package static let modelLimit = 128
    package static let pathLimit = 256

    package var startedAt = Moment.origin
    package var endedAt = Moment.origin
    package var identity = RequestIdentity.none
    package var trace = TraceContext()
    /// Bytes of the method and of the path without its query.
    package var method: [UInt8] = []
    package var path: [UInt8] = []
    package var model: [UInt8] = []
    package var tenant: TenantEntry?
    package var route: RouteName?
    /// What ``workload`` and the planes of ``first`` and ``last`` are positions in.
    package var directory: RoutingDirectory?
    /// The workload asked for; nil where none was found.
    package var workload: WorkloadIndex?
    /// The workload that answered in its stead, as a position of the directory (a pair); nil where none did.
    package var fallback: WorkloadIndex?
    package var attempts: [AttemptRecord] = []
    /// Attempts made, those that are not kept included.
    package var attemptCount = 0
    /// The request's first decision and, where there were more, its last.
    package var first = DecisionDetail()
    package var last = DecisionDetail()
    package var decisionCount = 0
    package var status = 0
    /// The gateway's own error code; empty where a replica's answer was passed on.
    package var error = ""
    package var queueWait = Duration.zero
    /// When the head of the response, and of a stream its first data, went to the client.
    package var firstByteAt: Moment?
    package var firstTokenAt: Moment?
    package var requestBytes = 0
    package var responseBytes = 0
    /// As the answer says itself; nil where it does not, or nobody asked to read it.
    package var inputTokens: Int64?
    package var outputTokens: Int64?
    package var isStream = false
    /// The client speaks TLS.
    package var isSecure = false
    /// The access log takes it.
    package var isLogged = false

    package init() {}

    /// Makes ready for another request; keeps the arrays' storage.
    mutating func reset() {
        method.removeAll(keepingCapacity: true)
        path.removeAll(keepingCapacity: true)
        model.removeAll(keepingCapacity: true)
        attempts.removeAll(keepingCapacity: true)
        first.clear()
        last.clear()
        trace = TraceContext()
        (tenant, route, directory, workload, fallback) = (nil, nil, nil, nil, nil)
        (attemptCount, decisionCount, status, requestBytes, responseBytes) = (0, 0, 0, 0, 0)
        (firstByteAt, firstTokenAt, inputTokens, outputTokens) = (nil, nil, nil, nil)
        error = ""
        queueWait = .zero
        (isStream, isSecure, isLogged) = (false, false, false)
    }

    /// The attempt whose answer, or failure, the client was given; nil where nothing was sent.
    package var final: AttemptRecord? { attempts.last { $0.outcome == .answered } ?? attempts.last }

    package var isHedged: Bool { attempts.contains(where: \.isHedge) }
    /// Attempts after the first that are no hedges.
    package var retryCount: Int { max(0, attemptCount - 1 - attempts.count(where: \.isHedge)) }

    /// The decision the last attempt followed, or the refusal.
    package var decision: DecisionDetail { decisionCount > 1 ? last : first }
}
