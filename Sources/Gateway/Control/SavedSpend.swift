import FleetModel
import FleetTransport

/// What tenants may have spent of their budgets at this gateway, on its disk: at least as much as they did.
struct SavedSpend: Equatable, Sendable, Codable {
    struct Line: Equatable, Sendable, Codable {
        var key: QuotaKey
        /// Billionths of a dollar.
        var spent: Int64
    }

    /// Sorted by key.
    var lines: [Line]

    init(_ marks: [QuotaKey: Int64]) {
        lines = marks.sorted { $0.key < $1.key }.map { Line(key: $0.key, spent: $0.value) }
    }

    var marks: [QuotaKey: Int64] {
        Dictionary(lines.map { ($0.key, max(0, $0.spent)) }, uniquingKeysWith: { max($0, $1) })
    }

    /// Largest file read.
    static let sizeLimit = 16 << 20

    private static func path(in folder: String) -> String { "\(folder)/spend.json" }

    /// Nil where there is no file.
    static func load(from folder: String) throws -> SavedSpend? {
        guard let bytes = try PrivateFile.read(path(in: folder), limit: sizeLimit) else { return nil }
        return try FleetJSON.decode(SavedSpend.self, from: bytes)
    }

    func save(to folder: String) throws { try PrivateFile.write(try FleetJSON.encode(self), to: Self.path(in: folder)) }
}
