import FleetCatalogue
import FleetModel
import Foundation
import Testing

/// Single facts, as the public sources have them.
@Suite("Catalogue")
struct CatalogueTests {
    private let catalogue = Catalogue.embedded

    @Test("a region is known by its provider and its name together")
    func regionsByProvider() {
        #expect(
            catalogue.region("us-east-1", of: "aws")?.location.coordinates
                != catalogue.region("us-east-1", of: "lambda")?.location.coordinates)
        #expect(catalogue.region("eu-central-1", of: "aws")?.location.country == "DE")
        #expect(catalogue.region("eu-central-1", of: "onprem") == nil)
        #expect(catalogue.region("us-gov-west-1", of: "aws")?.location.jurisdictions == ["US", "US-GOV"])
        #expect(catalogue.region("af-south-1", of: "aws")?.title == "Africa (Cape Town)")
    }

    @Test("a machine type tells what it carries")
    func machines() {
        let machine = catalogue.machine("p4de.24xlarge", of: "aws")
        #expect(machine?.accelerator == "A100-80GB" && machine?.accelerators == 8)
        #expect(machine?.vcpus == 96 && machine?.memory == Gibibytes(1_152))
        #expect(catalogue.machine("p4de.24xlarge", of: "gcp") == nil)
    }

    @Test("each way to buy has its own price, date and source")
    func quotes() throws {
        let quote = { (tier: CapacityPool.Tier, term: CapacityPool.Commitment?) in
            catalogue.quote(provider: "aws", region: "us-east-1", machine: "p4de.24xlarge", tier: tier, commitment: term)
        }
        #expect(quote(.onDemand, nil) == Quote(usdPerHour: 27.44705, asOf: "2026-07-20", source: "karpenter-aws"))
        #expect(
            quote(.spot, nil)
                == Quote(usdPerHour: 9.7262, asOf: "2025-H2", source: "skypilot-aws", evidence: .dateInferred))
        #expect(quote(.reserved, nil) == Quote(usdPerHour: 17.401365, asOf: "2026-01-21", source: "tsaol/aws-gpu"))
        #expect(quote(.reserved, .threeYears) == nil)
        let three = catalogue.quote(
            provider: "aws", region: "us-east-1", machine: "g6.12xlarge", tier: .reserved, commitment: .threeYears)
        #expect(three == Quote(usdPerHour: 2.11213, asOf: "2025-04-05", source: "ec2.shop"))
        #expect(catalogue.quote(provider: "aws", region: "us-east-1", machine: "none", tier: .spot) == nil)
    }

    @Test("a spot price nobody quoted is estimated from the published saving, and says so")
    func estimatedSpot() throws {
        let offer = try #require(catalogue.offer("g6.12xlarge", in: RegionKey("aws", "us-east-1")))
        // On demand 4.6016 USD, saving 59%.
        #expect(offer.spot?.usdPerHour == 1.8867)
        #expect(offer.spot?.evidence == .estimated && offer.spot?.asOf == "2025-06-28")
        #expect(offer.cautions.contains(.spotEstimated(asOf: "2025-06-28")))
        #expect(offer.interruptions == .above20)
        #expect(catalogue.interruptionBand(provider: "aws", region: "us-east-1", machine: "p4de.24xlarge") == .below5)
        #expect(catalogue.interruptionBand(provider: "gcp", region: "us-central1", machine: "a2-ultragpu-1g") == nil)
    }

    @Test("prices that look unreal carry a caution")
    func cautions() throws {
        let uniform = try #require(catalogue.offer("gpu_1x_h100_sxm5", in: RegionKey("lambda", "us-east-1")))
        #expect(uniform.cautions == [.regionUnchecked])
        let offers = catalogue.offers.filter { $0.cautions.contains(.spotAtFloor) }
        // Counted in the source rows: 22 below 12% of on-demand, 5 at 98% of it and above.
        #expect(offers.count == 22)
        #expect(catalogue.offers.filter { $0.cautions.contains(.spotSavesNothing) }.count == 5)
        for offer in catalogue.offers {
            guard let spot = offer.spot, spot.evidence == .estimated, let onDemand = offer.onDemand else { continue }
            #expect(spot.usdPerHour > onDemand.usdPerHour * 0.12)
        }
    }

    @Test("data leaving costs by region, and to some countries more")
    func egress() {
        #expect(catalogue.egressQuote(provider: "aws", region: "eu-central-1")?.price == USDPerGiB(0.09))
        #expect(catalogue.egressQuote(provider: "aws", region: "eu-central-1")?.asOf == "2023-04-27")
        #expect(catalogue.egressQuote(provider: "gcp", region: "us-central1")?.price == USDPerGiB(0.12))
        #expect(catalogue.egressQuote(provider: "gcp", region: "us-central1", toCountry: "DE")?.price == USDPerGiB(0.12))
        #expect(catalogue.egressQuote(provider: "gcp", region: "us-central1", toCountry: "AU")?.price == USDPerGiB(0.19))
        #expect(catalogue.egressQuote(provider: "gcp", region: "us-central1", toCountry: "CN")?.price == USDPerGiB(0.23))
        #expect(catalogue.egressQuote(provider: "lambda", region: "us-east-1") == nil)
    }

    @Test("data moved between regions costs the provider's rate, between providers that of the internet")
    func transfer() {
        let price = { (from: RegionKey, to: RegionKey) in catalogue.transferQuote(from: from, to: to)?.price.value }
        #expect(price(RegionKey("aws", "eu-central-1"), RegionKey("aws", "us-east-1")) == 0.02)
        #expect(price(RegionKey("azure", "westeurope"), RegionKey("azure", "eastus")) == 0.05)
        #expect(price(RegionKey("azure", "brazilsouth"), RegionKey("azure", "brazilsoutheast")) == 0.181)
        #expect(price(RegionKey("gcp", "us-central1"), RegionKey("gcp", "europe-west4")) == 0.08)
        #expect(price(RegionKey("aws", "eu-central-1"), RegionKey("gcp", "us-central1")) == 0.09)
        #expect(price(RegionKey("lambda", "us-east-1"), RegionKey("gcp", "us-central1")) == nil)
        #expect(price(RegionKey("aws", "eu-central-1"), RegionKey("aws", "eu-central-1")) == nil)
    }

    @Test("round trips are the lower average of the two directions")
    func roundTrips() {
        let measured = { (from: RegionKey, to: RegionKey) in catalogue.measuredRoundTrip(from: from, to: to)?.milliseconds }
        // 89.818 ms; 3.658 ms there and 133.834 ms back; 2.761 ms and 2.981 ms.
        #expect(measured(RegionKey("aws", "us-east-1"), RegionKey("aws", "eu-central-1")) == 89.8)
        #expect(measured(RegionKey("gcp", "europe-west2"), RegionKey("azure", "uksouth")) == 3.7)
        #expect(measured(RegionKey("gcp", "us-east4"), RegionKey("aws", "us-east-1")) == 2.8)
        #expect(measured(RegionKey("aws", "us-east-1"), RegionKey("lambda", "us-east-1")) == nil)
    }

    @Test("what is on record proves an attestation only where it says so")
    func attestations() throws {
        let record = { (provider: ProviderName, name: String) in
            catalogue.attestations(of: provider).first { $0.attestation == name }
        }
        #expect(record("aws", "HIPAA-BAA")?.proves(region: "us-east-1") == false)
        #expect(record("aws", "FedRAMP-High")?.proves(region: "us-gov-west-1") == true)
        #expect(record("aws", "FedRAMP-High")?.proves(region: "us-east-1") == false)
        #expect(record("azure", "SOC2")?.proves(region: "westeurope") == true)
        #expect(record("nebius", "SOC2")?.proves(region: "eu-north1") == false)
        #expect(record("aws", "ITAR")?.asOf == nil)
        #expect(catalogue.attestations(of: "nobody").isEmpty)
    }

    @Test("its date stands in its README")
    func date() throws {
        let readme = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/CatalogueTables/README.md")
        #expect(try String(contentsOf: readme, encoding: .utf8).contains("**\(Catalogue.asOf)**"))
    }
}
