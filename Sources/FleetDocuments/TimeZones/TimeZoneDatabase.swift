package import FleetModel
import FoundationEssentials
import Synchronization

/// The machine's copy of the IANA time zone database: one file a zone, as tzdata installs them.
package final class TimeZoneDatabase: Sendable {
    /// `$TZDIR`, or where tzdata puts them.
    package static let system = TimeZoneDatabase(
        folder: ProcessInfo.processInfo.environment["TZDIR"] ?? "/usr/share/zoneinfo")

    /// Far more than the largest zone; a larger file is none.
    private static let maximumBytes = 65_536

    package let folder: String
    /// Zones read so far: as many as the folder has at most.
    private let known = Mutex<[String: TimeZoneOffsets]>([:])

    package init(folder: String) { self.folder = folder }

    /// The rules of a zone; nil where this machine does not have it.
    package func zone(_ name: String) -> TimeZoneOffsets? {
        if name == TimeZoneOffsets.utc.name { return .utc }
        guard Self.isName(name) else { return nil }
        if let zone = known.withLock({ $0[name] }) { return zone }
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"), data.count <= Self.maximumBytes,
            let zone = TimeZoneFile.zone(name, Array(data))
        else { return nil }
        known.withLock { $0[name] = zone }
        return zone
    }

    /// Words divided by slashes, none of them a way out of the folder.
    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                (part.utf8.first.map(isLetter) ?? false)
                    && part.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || "+-_".utf8.contains($0) }
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
}
