package import FleetModel

/// Everything a ``Router`` is told from outside its own event loop. Made once, handed to every loop.
package enum RouterInput: Sendable {
    /// What may go where changed: replicas came, went or changed state, or a new snapshot came.
    case table(RoutingTable)
    /// Only loads changed: cheap, allocates nothing in the router.
    case loads(LoadUpdate)
    /// The control plane was in touch at this moment; nil: never, as far as this gateway knows.
    case controlPlaneContact(Moment?)
    /// Probes and round trips, measured once for all loops.
    case event(RouterEvent)
}

/// The newest report of one plane, where only loads changed. It also confirms that the plane still vouches for its replicas.
package struct LoadUpdate: Equatable, Sendable {
    package struct Load: Equatable, Sendable {
        package var replica: ReplicaHandle
        /// Requests in the engine; nil while it tells nothing.
        package var running: Int32?
        package var waiting: Int32?
        /// Use of its KV cache, 0 to 1; nil while it tells nothing.
        package var kvCacheUse: Double?

        package init(replica: ReplicaHandle, running: Int32?, waiting: Int32?, kvCacheUse: Double? = nil) {
            (self.replica, self.running, self.waiting, self.kvCacheUse) = (replica, running, waiting, kvCacheUse)
        }
    }

    package var plane: PlaneIndex
    package var loads: [Load]
    /// When the report arrived.
    package var heard: Moment

    package init(plane: PlaneIndex, loads: [Load], heard: Moment) {
        (self.plane, self.loads, self.heard) = (plane, loads, heard)
    }
}

/// What was learnt about a replica or a plane.
///
/// The data path's contract: each attempt sends `requestStarted` when it is dispatched and exactly one `finished` when it is
/// over, whatever happened; what went wrong (`connectFailed` or `responseFailed`) or right (`firstByte`) is told in between.
/// Events with the handle of a replica that is gone do nothing.
package enum RouterEvent: Equatable, Sendable {
    package enum ResponseFailure: UInt8, CaseIterable, Sendable {
        /// Status 500 to 599, except 501 and 505, which judge the request, and those of ``gatewayError``.
        case serverError
        /// Status 502, 503 or 504.
        case gatewayError
        /// The connection closed or broke the protocol after the request was sent.
        case broken
        /// No first byte, or no further byte, in time.
        case timeout
    }
    package enum ProbeFailure: UInt8, CaseIterable, Sendable {
        /// Nobody listens there: counts at once.
        case refused
        /// A broken response, or a status other than 2xx: counts by the threshold.
        case unhealthy
        /// No connection or no answer in time: counts by the threshold. Once it is out, whoever waits there waits in vain.
        case silent
    }

    case requestStarted(ReplicaHandle)
    /// The response began with a status below 500, so long after it was dispatched.
    case firstByte(ReplicaHandle, after: Duration)
    /// A second attempt of the request answered first, so long after this one's dispatch: this one would have taken longer.
    case outpaced(ReplicaHandle, after: Duration)
    case finished(ReplicaHandle)
    /// Refused, unreachable, no connection in time, or reset before a byte of a response on a fresh connection.
    /// A kept-alive connection that the replica closed while idle is not a failure: try a fresh one first.
    case connectFailed(ReplicaHandle)
    case responseFailed(ReplicaHandle, ResponseFailure)
    case probePassed(ReplicaHandle)
    case probeFailed(ReplicaHandle, ProbeFailure)
    /// Where the replica's deep checks stand, told after each.
    case deepProbed(ReplicaHandle, isHealthy: Bool)
    /// The least of the last probes' round trips to a plane.
    case planeRoundTrip(PlaneIndex, Duration)
}

/// What the data path must do after an input.
package enum RouterAction: Equatable, Sendable {
    /// The incarnation is gone: close every connection to it, busy ones too, before anything else is sent. Its slot may
    /// already belong to another replica in the new table: find the connections by the whole handle.
    case closeConnections(ReplicaHandle)
    /// The replica is ejected and answers not even probes: requests that wait there for a first byte may be sent elsewhere now
    /// rather than at their timeout, which is as long as the longest prefill.
    case moveWaiting(ReplicaHandle)
}
