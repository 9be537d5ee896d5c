import CommandLineInterface
import FleetCatalogue
import FleetModel
import FleetTransport
import Foundation
import Testing

@Suite("Questions to the catalogue")
struct CatalogQuestionTests {
    private func filter(_ change: (inout CatalogQuestion) -> Void) throws -> OfferFilter {
        var question = CatalogQuestion()
        change(&question)
        return try question.filter(in: .embedded)
    }

    private func failure(_ change: (inout CatalogQuestion) -> Void) -> String {
        do {
            _ = try filter(change)
            return "nothing was wrong"
        } catch {
            return (error as? CommandFailure).map { $0.exit == .usage ? $0.message : "wrong exit" } ?? "\(error)"
        }
    }

    @Test("requirements are read in the spellings people use")
    func good() throws {
        #expect(try filter { $0.accelerator = "nvidia-tesla-t4" }.accelerators == ["T4-16GB"])
        #expect(try filter { $0.accelerator = "A100" }.accelerators == ["A100-40GB", "A100-80GB"])
        #expect(try filter { $0.architecture = "Ada Lovelace" }.architecture == .ada)
        #expect(try filter { $0.memory = ">=80GiB" }.memory == Comparison(.atLeast, 80))
        #expect(try filter { $0.memory = "80Gi" }.memory == Comparison(.exactly, 80))
        #expect(try filter { $0.count = "8" }.count == Comparison(.exactly, 8))
        #expect(try filter { $0.jurisdiction = "eu" }.jurisdiction == "EU")
        #expect(try filter { $0.jurisdiction = "GB" }.jurisdiction == "UK")
        #expect(try filter { $0.provider = "AWS" }.provider == "aws")
        #expect(try filter { $0.providerKind = "neocloud" }.providerKind == .neocloud)
        #expect(try filter { $0.maxPrice = "2.5" }.mostUSDPerAcceleratorHour == 2.5)
        #expect(try filter { $0.tier = "reserved" }.option == .reserved(.oneYear))
        let region = try filter { $0.region = "aws/us-east-1" }
        #expect(region.provider == "aws" && region.region == "us-east-1")
        #expect(try filter { _ in } == OfferFilter())
        let term = try filter {
            $0.tier = "reserved"
            $0.commitment = "3y"
        }
        #expect(term.option == .reserved(.threeYears))
    }

    @Test("a mistake is told with what would be right")
    func bad() {
        #expect(failure { $0.accelerator = "H10O" }.contains("the nearest is H100-80GB"))
        #expect(failure { $0.architecture = "hoper" }.contains("did you mean hopper?"))
        #expect(failure { $0.memory = "80" }.contains("80GiB"))
        #expect(failure { $0.count = "-1" }.contains("'>=4'"))
        #expect(failure { $0.region = "us-est-1" }.contains("did you mean us-east-1?"))
        #expect(failure { $0.region = "moon/us-east-1" }.contains("--provider"))
        #expect(failure { $0.jurisdiction = "Europe" }.contains("EU"))
        #expect(failure { $0.provider = "awss" }.contains("did you mean aws?"))
        #expect(failure { $0.providerKind = "cloud" }.contains("hyperscaler"))
        #expect(failure { $0.attestation = "SOC3" }.contains("did you mean SOC2?"))
        for price in ["-1", "nan", "inf", "cheap"] { #expect(failure { $0.maxPrice = price }.contains("2.50")) }
        #expect(failure { $0.tier = "cheap" }.contains("reserved, on-demand or spot"))
        #expect(failure { $0.commitment = "1y" }.contains("--tier reserved"))
        let both = failure {
            $0.provider = "gcp"
            $0.region = "aws/us-east-1"
        }
        #expect(both.contains("exclude each other"))
    }
}

@Suite("What the catalogue commands print")
struct CatalogTextTests {
    private func listing(_ order: CatalogOrder = .price, _ change: (inout OfferFilter) -> Void) -> CatalogListing {
        var filter = OfferFilter()
        change(&filter)
        return CatalogListing(.embedded, filter: filter, order: order)
    }

    @Test("every line of a list has the date of its price, and the footer says what kind of prices they are")
    func dates() {
        let listing = listing { $0.accelerators = ["H200-141GB"] }
        let lines = listing.rendered(.table).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let start = lines[0].range(of: "AS OF")?.lowerBound.utf16Offset(in: lines[0]) ?? 0
        #expect(start > 0 && listing.offers.count > 10)
        for (line, offer) in zip(lines.dropFirst(), listing.offers) {
            let date = line.dropFirst(start).prefix { $0 != " " }
            #expect(offer.onDemand.map { $0.asOf == date } ?? (date == "-"), "\(line)")
        }
        #expect(lines.suffix(2).first?.contains("without tax") == true)
        #expect(lines.suffix(2).first?.contains(Catalogue.asOf) == true)
    }

    @Test("JSON has every quote with date, evidence and source")
    func json() throws {
        let listing = listing {
            $0.provider = "aws"
            $0.region = "us-east-1"
        }
        let value = try JSONValue(bytes: Array(listing.rendered(.json).utf8))
        #expect(value["offers"].elements.count == listing.offers.count)
        let quotes = value["offers"].elements.flatMap { $0["quotes"].elements }
        #expect(quotes.count == listing.offers.flatMap(\.quotes).count)
        for quote in quotes {
            #expect(quote["usdPerHour"].double != nil && quote["source"].text != nil)
            #expect(quote["asOf"].text.map(FactDate.isValid) == true && quote["evidence"].text != nil)
        }
    }

    @Test("CSV is what import takes again")
    func csv() throws {
        let listing = listing { $0.provider = "verda" }
        let outcome = try TradewindFormat.read(Array(listing.rendered(.csv).utf8), file: "x", asOf: nil, provenance: .kept)
        #expect(outcome.quotes == TradewindFormat.quotes(of: listing.offers))
    }

    @Test("orders are by price, by place, or by type and then price")
    func orders() {
        let byPlace = listing(.provider) { $0.count = Comparison(.exactly, 8) }.offers
        #expect(byPlace.map(\.region) == byPlace.map(\.region).sorted())
        let byType = listing(.accelerator) { $0.count = Comparison(.exactly, 8) }.offers
        #expect(byType.map(\.accelerator) == byType.map(\.accelerator).sorted())
        let prices = byType.filter { $0.accelerator == "H100-80GB" }.map { $0.usdPerAcceleratorHour(.onDemand) ?? .infinity }
        #expect(prices == prices.sorted() && prices.count > 5)
    }

    @Test("an empty list says what is on record about the attestation that was asked for")
    func unproven() {
        let remark = listing { $0.attestation = "HIPAA-BAA" }.emptyRemark
        #expect(remark?.contains("aws (third-party-record, 2026-07-11, scope unknown)") == true)
        #expect(listing { $0.mostUSDPerAcceleratorHour = 0 }.emptyRemark == "No offer meets that.")
        #expect(listing { $0.provider = "aws" }.emptyRemark == nil)
    }

    @Test("a name finds providers, regions, machines and accelerators, or what was probably meant")
    func entries() throws {
        let named = { (name: String) in try CatalogEntry.named(name, in: .embedded) }
        #expect(try named("aws") == [.provider("aws")])
        #expect(try named("us-east-1") == [.region(RegionKey("aws", "us-east-1")), .region(RegionKey("lambda", "us-east-1"))])
        #expect(try named("aws/us-east-1") == [.region(RegionKey("aws", "us-east-1"))])
        #expect(try named("p4de.24xlarge") == [.machine("aws", "p4de.24xlarge")])
        #expect(try named("Tesla T4") == [.accelerator("T4-16GB")])
        #expect(try named("A100") == [.accelerator("A100-40GB"), .accelerator("A100-80GB")])
        #expect(throws: CommandFailure.self) { try named("gcp/p4de.24xlarge") }
        do {
            _ = try named("us-est-1")
        } catch let error as CommandFailure {
            #expect(error.exit == .notFound && error.message.contains("did you mean us-east-1?"))
        }
    }

    @Test(
        "an entry shows evidence and dates, in every format",
        arguments: ["aws", "aws/us-east-1", "p4de.24xlarge", "h100", "runpod"])
    func shown(name: String) throws {
        let entries = try CatalogEntry.named(name, in: .embedded)
        let text = CatalogDescription.rendered(entries, in: .embedded, .table)
        #expect(text.contains("Catalogue of \(Catalogue.asOf)") && text.contains("AS OF"))
        let json = try JSONValue(bytes: Array(CatalogDescription.rendered(entries, in: .embedded, .json).utf8))
        #expect(json["offers"].elements.allSatisfy { $0["quotes"].elements.allSatisfy { $0["asOf"].text != nil } })
        #expect(!json["offers"].elements.isEmpty)
        #expect(CatalogDescription.rendered(entries, in: .embedded, .yaml).hasSuffix("\n"))
        #expect(CatalogDescription.rendered(entries, in: .embedded, .csv).split(separator: "\n").count > 1)
    }

    @Test("what is not proven is said not to be")
    func attestations() throws {
        let virginia = CatalogDescription.rendered([.region(RegionKey("aws", "us-east-1"))], in: .embedded, .json)
        let records = try JSONValue(bytes: Array(virginia.utf8))["attestations"].elements
        #expect(records.count == 7 && records.allSatisfy { $0["provenHere"].flag == false })
        let government = CatalogDescription.rendered([.region(RegionKey("aws", "us-gov-west-1"))], in: .embedded, .json)
        let proven = try JSONValue(bytes: Array(government.utf8))["attestations"].elements.filter {
            $0["provenHere"].flag == true
        }
        #expect(proven.compactMap { $0["attestation"].text } == ["FedRAMP-High", "ITAR"])
    }
}
