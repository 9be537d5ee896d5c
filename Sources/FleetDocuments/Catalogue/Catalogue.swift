package import FleetModel

/// Facts about places and machines that users need not write down: regions of known providers, their machine types, large cities.
///
/// `Data/` holds the tables, ``README.md`` beside it their sources and dates. Region names collide between providers: a region is
/// always looked up by (provider, region).
package struct Catalogue: Sendable {
    package struct Region: Equatable, Sendable {
        package let provider: ProviderName
        package let name: String
        package let location: Location
        package let providerKind: Provider.Kind
    }

    /// A machine type: what it carries, not what it costs.
    package struct Machine: Equatable, Sendable {
        package let provider: ProviderName
        package let name: String
        package let accelerator: AcceleratorType
        package let accelerators: Int
    }

    package struct Metro: Equatable, Sendable {
        package let name: String
        package let location: Location
    }

    /// The day the facts were gathered, ISO 8601. Places and machine types change slowly, but they change.
    package static let asOf = "2026-11-21"
    package static let embedded = Catalogue()

    /// Sorted by provider, then name.
    package let regions: [Region]
    package let machines: [Machine]
    /// The most populous first.
    package let metros: [Metro]

    private let regionsByKey: [String: Region]
    private let machinesByKey: [String: Machine]
    private let metrosByName: [String: Metro]

    private init() {
        regions = Self.rows(PackageResources.regions_csv).compactMap(Self.region)
        machines = Self.rows(PackageResources.machines_csv).compactMap(Self.machine)
        metros = Self.rows(PackageResources.metros_csv).compactMap(Self.metro)
        let first = { (left: Region, _: Region) in left }
        regionsByKey = Dictionary(regions.map { ("\($0.provider)/\($0.name)", $0) }, uniquingKeysWith: first)
        machinesByKey = Dictionary(machines.map { ("\($0.provider)/\($0.name)", $0) }, uniquingKeysWith: { left, _ in left })
        metrosByName = Dictionary(metros.map { ($0.name, $0) }, uniquingKeysWith: { left, _ in left })
    }

    package func region(_ name: String, of provider: ProviderName) -> Region? { regionsByKey["\(provider)/\(name)"] }
    package func machine(_ name: String, of provider: ProviderName) -> Machine? { machinesByKey["\(provider)/\(name)"] }
    package func metro(_ name: String) -> Metro? { metrosByName[name] }

    package func regionNames(of provider: ProviderName) -> [String] {
        regions.filter { $0.provider == provider }.map(\.name)
    }

    package func machineNames(of provider: ProviderName) -> [String] {
        machines.filter { $0.provider == provider }.map(\.name)
    }

    // MARK: Tables: comma-separated, a header line, no quotes

    private static func rows(_ bytes: [UInt8]) -> [[String]] {
        bytes.split(separator: 0x0A).dropFirst().map { line in
            line.split(separator: 0x2C, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// `provider,region,country,jurisdictions,latitude,longitude,kind`
    private static func region(_ row: [String]) -> Region? {
        guard row.count == 7, let coordinates = coordinates(row[4], row[5]), let kind = Provider.Kind(rawValue: row[6]) else {
            return nil
        }
        let jurisdictions = row[3].split(separator: ";").map { Jurisdiction(String($0)) }.sorted()
        return Region(
            provider: ProviderName(row[0]), name: row[1],
            location: Location(coordinates: coordinates, country: row[2], jurisdictions: jurisdictions), providerKind: kind)
    }

    /// `provider,machine,accelerator,count`
    private static func machine(_ row: [String]) -> Machine? {
        guard row.count == 4, let count = Int(row[3]) else { return nil }
        return Machine(provider: ProviderName(row[0]), name: row[1], accelerator: AcceleratorType(row[2]), accelerators: count)
    }

    /// `name,country,latitude,longitude`
    private static func metro(_ row: [String]) -> Metro? {
        guard row.count == 4, let coordinates = coordinates(row[2], row[3]) else { return nil }
        return Metro(name: row[0], location: Location(coordinates: coordinates, country: row[1]))
    }

    private static func coordinates(_ latitude: String, _ longitude: String) -> Coordinates? {
        guard let latitude = Double(latitude), let longitude = Double(longitude) else { return nil }
        return Coordinates(latitude: latitude, longitude: longitude)
    }
}
