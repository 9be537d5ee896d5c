import FleetCatalogue
import FleetModel
import Foundation
import Testing

/// What the data set's own checks hold, on what the program reads of it.
@Suite("Embedded tables")
struct EmbeddedTablesTests {
    private let catalogue = Catalogue.embedded

    /// Lines behind the header of a table's file.
    private static func lines(_ name: String) throws -> Int {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/CatalogueTables/Data")
        let text = try String(contentsOf: folder.appending(path: "\(name).csv"), encoding: .utf8)
        return text.split(separator: "\n").count - 1
    }

    @Test("every row of every table is read")
    func rows() throws {
        #expect(try Self.lines("regions") == catalogue.regions.count)
        #expect(try Self.lines("metros") == catalogue.metros.count)
        #expect(try Self.lines("machines") == catalogue.machines.count)
        #expect(try Self.lines("offers") == catalogue.offers.count)
        #expect(try Self.lines("attestations") == catalogue.attestations.count)
        #expect(try Self.lines("round-trips") == catalogue.measuredRegions.count)
        let egress = catalogue.regions.filter { catalogue.egressQuote(provider: $0.provider, region: $0.name) != nil }
        #expect(try Self.lines("egress") == egress.count)
        #expect(catalogue.offers.count > 2_000 && catalogue.regions.count > 150 && catalogue.metros.count > 100)
    }

    @Test("keys are unique and rows sorted by them")
    func keys() {
        let offers = catalogue.offers.map { ($0.region, $0.machine) }
        #expect(zip(offers, offers.dropFirst()).allSatisfy { $0 < $1 })
        let machines = catalogue.machines.map { ($0.provider, $0.name) }
        #expect(zip(machines, machines.dropFirst()).allSatisfy { $0 < $1 })
        let regions = catalogue.regions.map(\.key)
        #expect(zip(regions, regions.dropFirst()).allSatisfy { $0 < $1 })
        #expect(Set(catalogue.metros.map { "\($0.name)/\($0.location.country)" }).count == catalogue.metros.count)
    }

    @Test("every offer has a price, and every price is above zero and carries its date and source")
    func prices() {
        for offer in catalogue.offers {
            #expect(!offer.quotes.isEmpty, "\(offer.region) \(offer.machine)")
            for (option, quote) in offer.quotes {
                #expect(quote.usdPerHour > 0 && quote.usdPerHour.isFinite, "\(offer.region) \(offer.machine) \(option)")
                #expect(FactDate.isValid(quote.asOf), "\(offer.region) \(offer.machine) \(option): \(quote.asOf)")
                #expect(catalogue.source(quote.source) != nil, "\(quote.source)")
                let isInferred = catalogue.source(quote.source)?.datesAreInferred == true
                #expect((quote.evidence == .dateInferred) == isInferred)
                #expect(quote.evidence != .estimated || option == .spot)
            }
        }
    }

    @Test("a longer commitment never costs more than a shorter one, nor spot more than on-demand")
    func priceOrder() {
        for offer in catalogue.offers {
            let name = "\(offer.region) \(offer.machine)"
            if let one = offer.reservedOneYear, let onDemand = offer.onDemand {
                #expect(one.usdPerHour <= onDemand.usdPerHour, "\(name)")
            }
            if let three = offer.reservedThreeYears, let one = offer.reservedOneYear {
                #expect(three.usdPerHour <= one.usdPerHour, "\(name)")
            }
            if let spot = offer.spot, let onDemand = offer.onDemand { #expect(spot.usdPerHour <= onDemand.usdPerHour, "\(name)") }
        }
    }

    @Test("every offer stands in a known region and is of a known machine with a known accelerator")
    func references() {
        for offer in catalogue.offers {
            #expect(catalogue.region(offer.region) != nil, "\(offer.region)")
            let machine = catalogue.machine(offer.machine, of: offer.region.provider)
            #expect(machine?.accelerator == offer.accelerator && machine?.accelerators == offer.accelerators)
        }
        for machine in catalogue.machines {
            #expect(AcceleratorType.normalised(machine.accelerator.name) == .type(machine.accelerator), "\(machine.accelerator)")
            #expect(machine.accelerators > 0 && machine.accelerator.memory != nil)
            #expect((machine.vcpus ?? 0) > 0 && (machine.memory?.value ?? 0) > 0, "\(machine.name)")
            #expect(catalogue.offers.contains { $0.region.provider == machine.provider && $0.machine == machine.name })
        }
    }

    @Test("every place is on Earth, in a country, under the law of that country")
    func places() {
        let places =
            catalogue.regions.map { ("\($0.key)", $0.location) } + catalogue.metros.map { ($0.name, $0.location) }
        for (name, location) in places {
            #expect(
                (-90...90).contains(location.coordinates.latitude) && (-180...180).contains(location.coordinates.longitude),
                "\(name)")
            #expect(PlaceRules.isCountry(location.country), "\(name)")
            let isCovered = Jurisdiction.covering(country: location.country).allSatisfy(location.jurisdictions.contains)
            #expect(isCovered, "\(name) stands under \(location.jurisdictions)")
        }
        #expect(catalogue.metros.allSatisfy { $0.populationMillions > 1 })
    }

    @Test("a round trip is the same both ways and no faster than light in fibre")
    func roundTrips() {
        let regions = catalogue.measuredRegions
        var measured = 0
        for (position, one) in regions.enumerated() {
            #expect(catalogue.measuredRoundTrip(from: one, to: one) == nil)
            for other in regions[..<position] {
                let there = catalogue.measuredRoundTrip(from: one, to: other)
                #expect(there == catalogue.measuredRoundTrip(from: other, to: one))
                guard let there, let from = catalogue.region(one), let to = catalogue.region(other) else { continue }
                measured += 1
                #expect(FactDate.isValid(there.asOf) && catalogue.source(there.source) != nil)
                #expect((0.5...500).contains(there.milliseconds), "\(one) \(other)")
                // The coordinates Azure publishes for eastus lie about 230 km from its machines.
                guard one.region != "eastus", other.region != "eastus" else { continue }
                let least = from.location.coordinates.leastRoundTrip(to: to.location.coordinates).milliseconds
                #expect(there.milliseconds >= least - 0.05, "\(one) \(other): \(there.milliseconds) ms, at least \(least)")
            }
        }
        #expect(regions.count == 69 && measured == 69 * 68 / 2 - 3)
    }

    @Test("data leaving a known region costs something, on a date, and where nobody knows there is no price")
    func egress() {
        for region in catalogue.regions {
            let quote = catalogue.egressQuote(provider: region.provider, region: region.name)
            if ["aws", "azure", "gcp"].contains(region.provider.rawValue), let quote {
                #expect((0.05...0.25).contains(quote.price.value), "\(region.key)")
                #expect(FactDate.isValid(quote.asOf) && catalogue.source(quote.source) != nil)
            } else if !["aws", "azure", "gcp"].contains(region.provider.rawValue) {
                #expect(quote == nil, "\(region.key)")
            }
        }
    }

    @Test("records name their evidence, and speak of known regions or of a realm the catalogue leaves out")
    func attestations() {
        for record in catalogue.attestations {
            #expect(!record.source.isEmpty)
            if let asOf = record.asOf { #expect(FactDate.isValid(asOf), "\(asOf)") }
            guard case .regions(let names) = record.scope, record.provider != "oci" else { continue }
            for name in names { #expect(catalogue.region(name, of: record.provider) != nil, "\(record.provider)/\(name)") }
        }
    }
}
