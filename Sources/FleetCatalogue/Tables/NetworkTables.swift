import CatalogueTables
import FleetModel

/// Prices of data that leaves a region.
struct EgressTable: Sendable {
    static let embedded = EgressTable()

    private struct Row {
        var internet: TransferQuote?
        /// Where the price depends on the users' country, by ISO 3166-1 alpha-2 code.
        var byCountry: [String: TransferQuote] = [:]
        /// Prices between regions of a provider are told by zones of equal price.
        var zone: String?
    }

    private struct ZonePair: Hashable {
        var provider: ProviderName
        var from: String
        var to: String
    }

    private var rows: [RegionKey: Row] = [:]
    private var transfers: [ZonePair: TransferQuote] = [:]

    /// `provider,region,internet,to_australia,to_china,zone,as_of,source` and `provider,from_zone,to_zone,usd_per_gib,as_of,source`
    private init() {
        for line in EmbeddedTable.rows(catalogue_table_egress()) where line.count == 8 {
            let quote = { (price: Double) in TransferQuote(price: USDPerGiB(price), asOf: line[6], source: line[7]) }
            var row = Row(internet: line.number(2).map(quote), zone: line.isEmpty(5) ? nil : line[5])
            for (column, country) in [(3, "AU"), (4, "CN")] { row.byCountry[country] = line.number(column).map(quote) }
            rows[RegionKey(ProviderName(line[0]), line[1])] = row
        }
        for line in EmbeddedTable.rows(catalogue_table_transfer()) where line.count == 6 {
            guard let price = line.number(3) else { continue }
            transfers[ZonePair(provider: ProviderName(line[0]), from: line[1], to: line[2])] = TransferQuote(
                price: USDPerGiB(price), asOf: line[4], source: line[5])
        }
    }

    /// To users in a country; with nil, what most of the world pays.
    func internet(from region: RegionKey, toCountry country: String?) -> TransferQuote? {
        guard let row = rows[region] else { return nil }
        return country.flatMap { row.byCountry[$0] } ?? row.internet
    }

    func transfer(from: RegionKey, to: RegionKey) -> TransferQuote? {
        guard from != to else { return nil }
        guard from.provider == to.provider else { return internet(from: from, toCountry: nil) }
        guard let zone = rows[from]?.zone, let other = rows[to]?.zone else { return nil }
        return transfers[ZonePair(provider: from.provider, from: zone, to: other)]
    }
}

/// Measured round trips between regions: the lower triangle of a matrix, since both directions take the same time.
struct RoundTripTable: Sendable {
    static let embedded = RoundTripTable()

    static let asOf = "2022-04"
    static let source = "skyplane-latency"

    /// Regions that were measured, in the order of the matrix.
    let regions: [RegionKey]
    private let positions: [RegionKey: Int]
    /// Row by row below the diagonal; nil where nothing believable was measured.
    private let cells: [MeasuredRoundTrip?]

    /// `provider,region,` and a column for each region; an `m` behind a number marks a reading of one direction only.
    private init() {
        let rows = EmbeddedTable.rows(catalogue_table_round_trips())
        regions = rows.map { RegionKey(ProviderName($0[0]), $0[1]) }
        positions = Dictionary(regions.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        cells = rows.enumerated().flatMap { index, row in
            (0..<index).map { other -> MeasuredRoundTrip? in
                guard 2 + other < row.count, !row.isEmpty(2 + other) else { return nil }
                let text = row[2 + other]
                let isMirrored = text.hasSuffix("m")
                return Double(isMirrored ? String(text.dropLast()) : text).map {
                    MeasuredRoundTrip(milliseconds: $0, isMirrored: isMirrored, asOf: Self.asOf, source: Self.source)
                }
            }
        }
    }

    subscript(from: RegionKey, to: RegionKey) -> MeasuredRoundTrip? {
        guard let one = positions[from], let other = positions[to], one != other else { return nil }
        let (row, column) = (max(one, other), min(one, other))
        return cells[row * (row - 1) / 2 + column]
    }
}
