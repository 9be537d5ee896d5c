package import FleetModel
package import FleetRouting

/// One attempt of a request: where it went and what came of it.
package struct AttemptRecord: Sendable {
    package enum Outcome: UInt8, CaseIterable, Sendable {
        case underWay, answered, connectFailed, serverError, broken, timedOut
        /// A hedge answered first.
        case outpaced
        /// Nobody waited for it any more, or no connection could be had.
        case cancelled

        package var text: String {
            switch self {
            case .underWay: "under_way"
            case .answered: "answered"
            case .connectFailed: "connect_failed"
            case .serverError: "server_error"
            case .broken: "broken"
            case .timedOut: "timeout"
            case .outpaced: "outpaced"
            case .cancelled: "cancelled"
            }
        }

        init(_ failure: LoopCounters.UpstreamFailure) {
            switch failure {
            case .connect: self = .connectFailed
            case .serverError: self = .serverError
            case .broken: self = .broken
            case .timeout: self = .timedOut
            }
        }
    }

    package var replica: ReplicaEntry
    package var reason: RoutingReason
    package var startedAt: Moment
    /// When the request was written to a connection; nil where none came about.
    package var sentAt: Moment?
    package var firstByteAt: Moment?
    package var endedAt: Moment?
    /// 0 before a response's head.
    package var status = 0
    package var outcome = Outcome.underWay
    /// Its place in the trace; 0 where the request is not traced.
    package var spanID: UInt64 = 0
    package var isHedge: Bool { reason == .hedge }

    package init(replica: ReplicaEntry, reason: RoutingReason, startedAt: Moment) {
        self.replica = replica
        self.reason = reason
        self.startedAt = startedAt
    }
}
