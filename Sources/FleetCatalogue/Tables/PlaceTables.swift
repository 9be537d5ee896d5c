import CatalogueTables
import FleetModel

/// Regions of known providers, by provider and name.
struct RegionTable: Sendable {
    static let embedded = RegionTable()

    /// Sorted by provider, then name.
    let regions: [Catalogue.Region]
    private let positions: [RegionKey: Int]

    /// `provider,region,title,country,jurisdictions,latitude,longitude,kind,precision`
    private init() {
        regions = EmbeddedTable.rows(catalogue_table_regions()).compactMap { row in
            guard row.count == 9, let latitude = row.number(5), let longitude = row.number(6),
                let kind = Provider.Kind(rawValue: row[7]), let precision = Catalogue.Region.Precision(rawValue: row[8])
            else { return nil }
            let jurisdictions = row[4].split(separator: ";").map { Jurisdiction(String($0)) }.sorted()
            return Catalogue.Region(
                provider: ProviderName(row[0]), name: row[1], title: row[2],
                location: Location(
                    coordinates: Coordinates(latitude: latitude, longitude: longitude), country: row[3],
                    jurisdictions: jurisdictions),
                precision: precision, providerKind: kind)
        }
        positions = Dictionary(regions.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(key: RegionKey) -> Catalogue.Region? { positions[key].map { regions[$0] } }
}

/// Large cities, by name.
struct MetroTable: Sendable {
    static let embedded = MetroTable()

    /// The most populous first.
    let metros: [Catalogue.Metro]
    private let positions: [String: Int]

    /// `name,country,latitude,longitude,population_millions`
    private init() {
        metros = EmbeddedTable.rows(catalogue_table_metros()).compactMap { row in
            guard row.count == 5, let latitude = row.number(2), let longitude = row.number(3), let millions = row.number(4) else {
                return nil
            }
            let coordinates = Coordinates(latitude: latitude, longitude: longitude)
            return Catalogue.Metro(
                name: row[0], location: Location(coordinates: coordinates, country: row[1]), populationMillions: millions)
        }
        positions = Dictionary(metros.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(name: String) -> Catalogue.Metro? { positions[name].map { metros[$0] } }
}
