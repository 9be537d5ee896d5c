import FleetCatalogue
import FleetModel
import Testing

@Suite("Importing a SkyPilot catalogue")
struct SkyPilotFormatTests {
    private static let header =
        "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone,Arch\n"

    private func read(
        _ rows: String, header: String = Self.header, provider: ProviderName = "aws", asOf: String = "2026-11-01"
    ) throws -> ImportOutcome {
        try SkyPilotFormat.read(Array((header + rows).utf8), file: "vms.csv", provider: provider, asOf: asOf)
    }

    private func problems(_ rows: String, header: String = Self.header, provider: ProviderName = "aws", asOf: String = "2026")
        -> [String]
    {
        do {
            _ = try read(rows, header: header, provider: provider, asOf: asOf)
            return []
        } catch {
            return (error as? ImportProblems)?.lines ?? ["\(error)"]
        }
    }

    /// `region machine option price`.
    private func shown(_ outcome: ImportOutcome) -> [String] {
        outcome.quotes.map { "\($0.key.region.region) \($0.key.machine) \($0.key.option) \($0.quote?.usdPerHour ?? 0)" }
    }

    @Test("the zones of a region fold into its lowest price")
    func zones() throws {
        let outcome = try read(
            """
            p4d.24xlarge,A100,8.0,96.0,1152.0,,21.96,9.1,us-east-1,use1-az1,x86_64
            p4d.24xlarge,A100,8.0,96.0,1152.0,,21.96,8.25,us-east-1,use1-az2,x86_64
            p4d.24xlarge,A100,8.0,96.0,1152.0,,21.96,,us-east-1,use1-az4,x86_64
            p4d.24xlarge,A100,8.0,96.0,1152.0,,22.5,7,us-west-2,usw2-az1,x86_64

            """)
        #expect(
            shown(outcome) == [
                "us-east-1 p4d.24xlarge on-demand 21.96", "us-east-1 p4d.24xlarge spot 8.25",
                "us-west-2 p4d.24xlarge on-demand 22.5", "us-west-2 p4d.24xlarge spot 7.0",
            ])
        #expect(outcome.quotes.allSatisfy { $0.accelerator == "A100-40GB" && $0.accelerators == 8 && $0.vcpus == 96 })
        #expect(outcome.quotes.allSatisfy { $0.quote?.asOf == "2026-11-01" && $0.quote?.source == "imported vms.csv" })
    }

    @Test("columns come in any order, and GpuInfo tells memories apart, in MiB or in GiB")
    func gpuInformation() throws {
        let header = "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,Region,GpuInfo,SpotPrice\n"
        let outcome = try read(
            """
            a,A100,2.0,16,32,3.2,no-1,"{'Gpus': [{'Name': 'A100', 'MemoryInfo': {'SizeInMiB': 81920}}], 'TotalGpuMemoryInMiB': 163840}",
            b,A100,2,16,32,3.2,no-1,"{""Gpus"": [{""MemoryInfo"": {""SizeInMiB"": 80}}]}",
            c,V100,1,16,32,3.2,no-1,,
            d,RTX6000,1,16,32,3.2,no-1,"{'SizeInMiB': 24576}",
            e,H100-SXM,1,16,32,3.2,no-1,"{'SizeInMiB': 99999999999999999999}",

            """, header: header, provider: "cudo")
        #expect(
            outcome.quotes.map(\.accelerator) == ["A100-80GB", "A100-80GB", "V100-16GB", "RTX-6000-24GB", "H100-80GB"])
        #expect(outcome.remarks.contains { $0.hasPrefix("1 region is not in the catalogue") && $0.contains("no-1") })
    }

    @Test("what the format cannot tell is left out, and said")
    func omissions() throws {
        let outcome = try read(
            """
            m5.large,,,2,8,,0.096,0.04,us-east-1,z,x
            cpu-1,,0,2,8,,0.096,0.04,us-east-1,z,x
            ,H100,8,,,,33.6,9,us-east-1,z,x
            frac,A10,0.167,6,55,,0.5,,us-east-1,z,x
            odd,Radeon Pro V520,1,4,16,,0.5,,us-east-1,z,x
            p5.48xlarge,A100-80GB,8,192,2048,,9,,us-east-1,z,x
            free,H100,1,4,16,,,,us-east-1,z,x
            good,L4,1,4,16,,0.8,,us-east-1,z,x

            """)
        #expect(shown(outcome) == ["us-east-1 good on-demand 0.8"])
        #expect(outcome.remarks.count == 6)
        #expect(outcome.remarks[0].hasPrefix("2 rows left out: machines without an accelerator"))
        #expect(outcome.remarks[1].contains("flex-start"))
        #expect(outcome.remarks[3].contains("Radeon Pro V520") && outcome.remarks[4].contains("p5.48xlarge"))
    }

    @Test("a file with nothing to take says why")
    func nothing() {
        let header =
            "InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,GpuInfo,Region,AvailabilityZone,Price,SpotPrice\n"
        let found = problems(
            "a2-highgpu-1g,12.0,85.0,,,,us-central1,us-central1-a,0.74,0.37\n,,,tpu-v6e-4,1,tpu-v6e-4,us-east1,us-east1-d,700.0,700.0\n",
            header: header, provider: "gcp")
        #expect(found.count == 1)
        #expect(found[0].contains("nothing to import") && found[0].contains("priced apart from their machine"))
    }

    @Test("bad values are told with their lines")
    func bad() {
        let found = problems(
            """
            a,H100,x,1,1,,1,,r,z,x
            b,H100,-1,1,1,,1,,r,z,x
            c,H100,2000,1,1,,1,,r,z,x
            d,H100,1,1,1,,-1,,r,z,x
            e,H100,1,1,1,,nan,,r,z,x
            f,H100,1,1,1,,1,1e400,r,z,x
            g,H100,1,many,1,,1,,r,z,x
            h,H100,1,1,0,,1,,r,z,x
            i,H100,1,1,1,,1,,,z,x
            j,H100,1,1,1,,1001,,r,z,x
            k,H100,1,1,1,,1,,r,z
            l,H100,1,1,1,,1,,r,z,x
            l,H100,2,1,1,,1,,r,z,x
            """)
        #expect(found.map { $0.split(separator: ":")[1] }.compactMap { Int($0) } == Array(2...12) + [14])
    }

    @Test("provider and date are held to their form, and the header to the format's columns")
    func arguments() {
        let row = "a,H100,1,1,1,,1,,r,z,x\n"
        #expect(problems(row, provider: "Big Cloud")[0].contains("provider \"Big Cloud\""))
        #expect(problems(row, asOf: "today")[0].contains("date \"today\""))
        #expect(problems(row, header: "InstanceType,Price\n")[0].contains("has no column AcceleratorName"))
        #expect(problems("", header: "")[0].contains("no readable header"))
    }

    @Test("refreshed prices keep the commitments the format cannot tell")
    func reservedStays() throws {
        let outcome = try read("p5.48xlarge,H100,8,192,2048,,50,15,us-west-2,z,x\ng6.xlarge,L4,1,4,16,,0.7,0.3,us-east-1,z,x\n")
        let catalogue = Catalogue(importing: outcome.quotes)
        let offer = try #require(catalogue.offer("g6.xlarge", in: RegionKey("aws", "us-east-1")))
        let before = try #require(Catalogue.embedded.offer("g6.xlarge", in: RegionKey("aws", "us-east-1")))
        #expect(offer.onDemand?.usdPerHour == 0.7 && offer.spot?.usdPerHour == 0.3)
        #expect(offer.reservedOneYear == before.reservedOneYear && before.reservedOneYear != nil)
    }
}
