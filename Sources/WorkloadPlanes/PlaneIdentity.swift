package import FleetControl
import FleetModel
import FleetTransport

/// What must outlive a plane's process so that nothing it gave out is ever given twice.
package struct PlaneIdentity: Codable, Equatable, Sendable {
    package static let currentFormat = 1
    /// Largest file read; ten thousand ports need about one megabyte.
    static let sizeLimit = 8 << 20

    package struct Port: Codable, Equatable, Sendable {
        var port: Int
        var workload: WorkloadName
        /// When its replica ended, UTC, milliseconds since 1970; nil while one held it. Wall-clock time, because the
        /// quarantine goes on while no process of the plane runs.
        var endedAt: Int64?
    }

    package var format = currentFormat
    /// Counts the starts of the plane's process.
    package var planeStart: UInt64 = 0
    package var nextIncarnation: UInt64 = 1
    package var feedPort: Int?
    package var ports: [Port] = []

    package init() {}

    /// Why a plane cannot go on from what it finds.
    package struct Unreadable: Error, CustomStringConvertible {
        let path: String
        let cause: String

        package var description: String {
            "cannot read \(path): \(cause). It keeps replica numbers and ports from being given twice: restore it, or remove it "
                + "once no gateway has heard from this plane for ten minutes"
        }
    }

    /// Reads the file; a fresh identity where there is none.
    package static func load(_ path: String) throws -> PlaneIdentity {
        guard let bytes = try PrivateFile.read(path, limit: sizeLimit) else { return PlaneIdentity() }
        let identity: PlaneIdentity
        do {
            identity = try FleetJSON.decode(PlaneIdentity.self, from: bytes)
        } catch {
            throw Unreadable(path: path, cause: "it is not what a plane writes")
        }
        guard identity.format == currentFormat else {
            throw Unreadable(path: path, cause: "it has format \(identity.format); this version reads \(currentFormat)")
        }
        return identity
    }

    package func save(_ path: String) throws { try PrivateFile.write(try FleetJSON.encode(self), to: path) }

    /// The ports with their ages. An end that lies in the future (the clock was set back) counts as just now.
    package func records(wallMilliseconds now: Int64) -> [AddressBook.Record] {
        ports.map { entry in
            AddressBook.Record(
                port: entry.port, workload: entry.workload,
                endedAgo: entry.endedAt.map { $0 <= 0 || $0 > now ? .zero : .milliseconds(now - $0) })
        }
    }

    package mutating func note(_ records: [AddressBook.Record], wallMilliseconds now: Int64) {
        ports = records.map { record in
            Port(
                port: record.port, workload: record.workload,
                endedAt: record.endedAgo.map { now - Int64($0.milliseconds) })
        }
    }
}
