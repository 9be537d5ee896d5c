import FleetModel
import Synchronization

/// Remembers the newest version seen; it never goes back.
final class NewestVersion: Sendable {
    private let newest: Mutex<SnapshotVersion?>

    init(_ version: SnapshotVersion?) { newest = Mutex(version) }

    /// True when this version is newer than every one before.
    func advance(to version: SnapshotVersion) -> Bool {
        newest.withLock { newest in
            if let known = newest, version <= known { return false }
            newest = version
            return true
        }
    }
}
