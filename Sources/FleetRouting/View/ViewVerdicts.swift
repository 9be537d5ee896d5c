/// What became of a snapshot.
package enum SnapshotVerdict: Sendable {
    case accepted(RoutingTable)
    /// Not newer than the one held: nothing changed.
    case notNewer
    case refused(SnapshotRefusal)
}

package enum SnapshotRefusal: Error, Equatable, CustomStringConvertible {
    case unknownFormat(Int, known: Int)
    case wrongGateway(String, expected: String)

    package var description: String {
        switch self {
        case .unknownFormat(let format, let known): "the snapshot has format \(format); this gateway reads format \(known)"
        case .wrongGateway(let name, let expected): "the snapshot is for gateway \(name); this is gateway \(expected)"
        }
    }
}

/// What became of a plane's report.
package enum ReportVerdict: Sendable {
    /// Hand `table` (where there is one) and then `loads` to every router.
    case accepted(table: RoutingTable?, loads: LoadUpdate, objections: [ReplicaObjection])
    /// Not newer than the one held: a late duplicate, nothing to do.
    case notNewer
    case refused(ReportRefusal)
}

package enum ReportRefusal: Error, Equatable, CustomStringConvertible {
    case unknownPlane(String)
    case tooManyReplicas(Int, limit: Int)

    package var description: String {
        switch self {
        case .unknownPlane(let name): "the snapshot holds no plane \(name)"
        case .tooManyReplicas(let count, let limit): "the report lists \(count) replicas; a plane may list \(limit)"
        }
    }
}

/// A replica in a report that gets no request, and why. The rest of the report holds.
package struct ReplicaObjection: Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        case foreignPlane, duplicate, notAnAddress, outsideNetworks, badHealthPath, quarantined
    }

    package var replica: String
    package var reason: Reason

    package init(replica: String, reason: Reason) { (self.replica, self.reason) = (replica, reason) }

    package var description: String {
        switch reason {
        case .foreignPlane: "\(replica) belongs to another plane; a plane reports its own replicas only"
        case .duplicate: "\(replica) is listed twice"
        case .notAnAddress: "\(replica) reports no IP address and port, such as 127.0.0.1:8000"
        case .outsideNetworks: "\(replica) reports an address outside the plane's networks"
        case .badHealthPath: "\(replica) reports a health path that is not '/' and visible ASCII of at most 256 bytes"
        case .quarantined: "\(replica) reports an address that another workload held within the last ten minutes"
        }
    }
}
