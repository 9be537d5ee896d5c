import FleetModel
import FleetRouting

/// The second attempt of one request, while both are under way.
final class Hedge {
    let handle: ReplicaHandle
    let plane: PlaneIndex
    let placeLines: [UInt8]
    var ticket: AttemptTicket
    /// Nil while it connects.
    var connection: UpstreamConnection?
    var dispatchedAt: Moment
    /// Its position among the recorded attempts; -1 where it has none.
    var recordPosition = -1

    init(_ entry: ReplicaEntry, plane: PlaneIndex, ticket: AttemptTicket, now: Moment) {
        handle = entry.handle
        self.plane = plane
        placeLines = entry.headerLines
        self.ticket = ticket
        dispatchedAt = now
    }
}
