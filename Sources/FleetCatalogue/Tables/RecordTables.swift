import CatalogueTables
import FleetModel

/// What is on record about providers' attestations.
struct AttestationTable: Sendable {
    static let embedded = AttestationTable()

    /// By provider, then attestation.
    let records: [AttestationRecord]

    /// `provider,attestation,scope,status,as_of,source`
    private init() {
        records = EmbeddedTable.rows(catalogue_table_attestations()).compactMap { row in
            guard row.count == 6, let status = AttestationRecord.Status(rawValue: row[3]) else { return nil }
            let scope: AttestationRecord.Scope =
                switch row[2] {
                case "all": .everyRegion
                case "unknown": .unknown
                default: .regions(row[2].split(separator: ";").map(String.init))
                }
            return AttestationRecord(
                provider: ProviderName(row[0]), attestation: row[1], scope: scope, status: status,
                asOf: row.isEmpty(4) || row[4] == "undated" ? nil : row[4], source: row[5])
        }
    }
}

/// Where figures come from, by the short names rows carry.
struct SourceTable: Sendable {
    static let embedded = SourceTable()

    private var origins: [String: Catalogue.Source] = [:]

    /// `source,origin,licence,dates`
    private init() {
        for row in EmbeddedTable.rows(catalogue_table_sources()) where row.count == 4 {
            origins[row[0]] = Catalogue.Source(
                name: row[0], origin: row[1], licence: row[2], datesAreInferred: row[3] == "inferred")
        }
    }

    subscript(name: String) -> Catalogue.Source? { origins[name] }
}
