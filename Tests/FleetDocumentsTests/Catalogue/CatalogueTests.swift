import FleetDocuments
import FleetModel
import Foundation
import Testing

@Suite("Catalogue")
struct CatalogueTests {
    private let catalogue = Catalogue.embedded

    @Test("every row of the tables is read")
    func rows() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../Sources/FleetDocuments/Catalogue/Data")
        for (name, count) in [
            ("regions", catalogue.regions.count), ("machines", catalogue.machines.count), ("metros", catalogue.metros.count),
        ] {
            let text = try String(contentsOf: folder.appending(path: "\(name).csv"), encoding: .utf8)
            #expect(text.split(separator: "\n").count - 1 == count, "\(name)")
        }
        #expect(catalogue.regions.count > 150 && catalogue.machines.count > 200 && catalogue.metros.count > 100)
    }

    @Test("every place is on Earth, in a country, under the law of that country")
    func places() {
        let places =
            catalogue.regions.map { ("\($0.provider)/\($0.name)", $0.location) } + catalogue.metros.map { ($0.name, $0.location) }
        for (name, location) in places {
            #expect(
                (-90...90).contains(location.coordinates.latitude) && (-180...180).contains(location.coordinates.longitude),
                "\(name)")
            #expect(PlaceRules.isCountry(location.country), "\(name)")
            let isCovered = Jurisdiction.covering(country: location.country).allSatisfy(location.jurisdictions.contains)
            #expect(isCovered, "\(name) stands under \(location.jurisdictions)")
        }
    }

    @Test("a region is known by its provider and its name together")
    func regionsByProvider() {
        #expect(
            catalogue.region("us-east-1", of: "aws")?.location.coordinates
                != catalogue.region("us-east-1", of: "lambda")?.location.coordinates)
        #expect(catalogue.region("eu-central-1", of: "aws")?.location.country == "DE")
        #expect(catalogue.region("eu-central-1", of: "onprem") == nil)
        #expect(catalogue.region("us-gov-west-1", of: "aws")?.location.jurisdictions == ["US", "US-GOV"])
    }

    @Test("a machine type tells its accelerators, and their memory by name")
    func machines() {
        #expect(catalogue.machine("p4de.24xlarge", of: "aws")?.accelerator == "A100-80GB")
        #expect(catalogue.machine("p4de.24xlarge", of: "aws")?.accelerators == 8)
        #expect(catalogue.machine("p4de.24xlarge", of: "gcp") == nil)
        #expect(catalogue.machines.allSatisfy { $0.accelerators > 0 && $0.accelerator.memory != nil })
    }

    @Test("its date stands in its README")
    func date() throws {
        let readme = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../Sources/FleetDocuments/Catalogue/README.md")
        #expect(try String(contentsOf: readme, encoding: .utf8).contains("**\(Catalogue.asOf)**"))
    }
}
