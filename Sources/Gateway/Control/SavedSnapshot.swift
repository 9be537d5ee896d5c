package import FleetModel
import FleetTransport

/// The last good snapshot on the gateway's disk, and when the control plane was last in touch.
///
/// The moment is wall-clock time because it must survive a restart; it only ever bounds the snapshot's age for workloads with
/// a `maxSnapshotAge`. A clock that went back makes the age unknown, and an unknown age refuses them.
package struct SavedSnapshot: Equatable, Sendable, Codable {
    package var snapshot: RoutingSnapshot
    /// Seconds since 1970-01-01T00:00:00Z; nil: unknown.
    package var contactUnixSeconds: Int64?

    package init(snapshot: RoutingSnapshot, contactUnixSeconds: Int64?) {
        self.snapshot = snapshot
        self.contactUnixSeconds = contactUnixSeconds
    }

    /// How long ago the last contact was; nil where nobody can tell.
    package func age(atUnixSeconds now: Int64) -> Duration? {
        guard let contactUnixSeconds, contactUnixSeconds <= now, contactUnixSeconds >= 0 else { return nil }
        return .seconds(now - contactUnixSeconds)
    }

    /// Largest file read.
    package static let sizeLimit = 16 << 20

    package static func path(in folder: String) -> String { "\(folder)/snapshot.json" }

    /// Nil where there is no file; throws where it cannot be read or is no snapshot.
    package static func load(from folder: String) throws -> SavedSnapshot? {
        guard let bytes = try PrivateFile.read(path(in: folder), limit: sizeLimit) else { return nil }
        return try FleetJSON.decode(SavedSnapshot.self, from: bytes)
    }

    package func save(to folder: String) throws {
        try PrivateFile.write(try FleetJSON.encode(self), to: Self.path(in: folder))
    }
}
