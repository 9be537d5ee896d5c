import FleetCatalogue
import FleetModel
import SeededCases
import Testing

@Suite("Importing the project's CSV")
struct TradewindFormatTests {
    private static let header =
        "provider,region,machine,accelerator,accelerators,vcpus,memory_gib,tier,commitment,usd_per_hour,as_of\n"

    private func read(_ rows: String, header: String = Self.header, asOf: String? = nil) throws -> ImportOutcome {
        try TradewindFormat.read(Array((header + rows).utf8), file: "prices.csv", asOf: asOf)
    }

    private func problems(_ rows: String, header: String = Self.header, asOf: String? = nil) -> [String] {
        do {
            _ = try read(rows, header: header, asOf: asOf)
            return []
        } catch {
            return (error as? ImportProblems)?.lines ?? ["\(error)"]
        }
    }

    @Test("a good file becomes quotes with its name as their source")
    func good() throws {
        let outcome = try read(
            """
            acme,eu-1,big,NVIDIA H100 80GB HBM3,8,96,1024,on-demand,,20.5,2026-11-01
            acme,eu-1,big,h100,8,96,1024,reserved,3y,9,2026-10
            acme,eu-1,big,H100-80GB,8,,,spot,,,

            """)
        #expect(outcome.remarks.isEmpty && outcome.quotes.count == 3)
        let catalogue = Catalogue(importing: outcome.quotes)
        let offer = try #require(catalogue.offer("big", in: RegionKey("acme", "eu-1")))
        #expect(
            offer.accelerator == "H100-80GB" && offer.accelerators == 8 && offer.vcpus == 96 && offer.memory == Gibibytes(1_024))
        #expect(offer.onDemand == Quote(usdPerHour: 20.5, asOf: "2026-11-01", source: "imported prices.csv"))
        #expect(offer.reservedThreeYears?.asOf == "2026-10" && offer.spot == nil && offer.reservedOneYear == nil)
        #expect(catalogue.machine("big", of: "acme")?.accelerators == 8)
        #expect(catalogue.providers.contains("acme"))
    }

    @Test("--as-of dates the rows that carry no date")
    func defaultDate() throws {
        let header = "provider,region,machine,accelerator,accelerators,tier,usd_per_hour\n"
        #expect(try read("acme,e,m,L4,1,spot,1\n", header: header, asOf: "2026-Q3").quotes[0].quote?.asOf == "2026-Q3")
        #expect(problems("acme,e,m,L4,1,spot,1\n", header: header)[0].hasPrefix("prices.csv:2: no date; a date such as"))
    }

    @Test("every bad row is told with its line, and nothing of the file is taken")
    func bad() {
        let found = problems(
            """
            Acme Cloud,eu-1,a,H100,1,,,on-demand,,1,2026
            acme,,b,H100,1,,,on-demand,,1,2026
            acme,eu-1,c,A100,1,,,on-demand,,1,2026
            acme,eu-1,d,H100,0,,,on-demand,,1,2026
            acme,eu-1,e,H100,1,,,on-demand,,-1,2026
            acme,eu-1,f,H100,1,,,on-demand,,nan,2026
            acme,eu-1,g,H100,1,,,on-demand,,inf,2026
            acme,eu-1,h,H100,1,,,on-demand,,1e9,2026
            acme,eu-1,i,H100,1,,,on-demand,,99999,2026
            acme,eu-1,j,H100,1,,,on-demand,,0,2026
            acme,eu-1,k,H100,1,,,reserved,,1,2026
            acme,eu-1,l,H100,1,,,spot,1y,1,2026
            acme,eu-1,m,H100,1,,,cheap,,1,2026
            acme,eu-1,n,H100,1,,,spot,,1,tomorrow
            acme,eu-1,o,H100,1,x,,spot,,1,2026
            acme,eu-1,p,H100,1,,-5,spot,,1,2026
            acme,eu-1,q,H100,1,,,spot,,1
            acme,eu-1,"r,H100,1,,,spot,,1,2026
            """)
        let lines = found.map { $0.split(separator: ":")[1] }.compactMap { Int($0) }
        #expect(lines == Array(2...19))
        #expect(found[2].contains("A100-40GB or A100-80GB"))
        #expect(found[12].contains("reserved, on-demand or spot"))
    }

    @Test("one machine is one thing: within a file, and where the catalogue knows it")
    func agreement() {
        #expect(
            problems("acme,e,m,H100,8,,,spot,,1,2026\nacme,f,m,H100,4,,,spot,,1,2026\n")
                == [
                    "prices.csv:3: acme m carries 8 x H100-80GB in line 2, not 4 x H100-80GB; the same, or another machine name"
                ])
        #expect(
            problems("aws,us-east-1,p5.48xlarge,A100-80GB,8,,,spot,,1,2026\n")[0].contains(
                "aws p5.48xlarge carries 8 x H100-80GB in the catalogue"))
        #expect(
            problems("acme,e,m,H100,8,,,spot,,1,2026\nacme,e,m,H100,8,,,spot,,2,2026\n")[0].contains(
                "already priced in line 2"))
    }

    @Test("hardware newer than the program is taken as written, with a remark; a typing error is not")
    func newHardware() throws {
        let outcome = try read("acme,e,m,ZX9-512GB,8,,,spot,,1,2026\nacme,f,m,ZX9-512GB,8,,,spot,,1,2026\n")
        #expect(outcome.quotes[0].accelerator == "ZX9-512GB")
        #expect(outcome.remarks == ["\"ZX9-512GB\" is no known accelerator (2 rows): taken as written"])
        #expect(problems("acme,e,m,H10O,8,,,spot,,1,2026\n")[0].contains("the nearest is H100-80GB"))
    }

    @Test("a file that is none is refused")
    func noFile() {
        #expect(problems("", header: "")[0].contains("no readable header"))
        #expect(problems("", header: "provider,region\n")[0].contains("has no column machine"))
        #expect(problems("", header: Self.header.dropLast() + ",provider\n")[0].contains("more than once"))
        #expect(problems("", header: Self.header.dropLast() + ",regoin\n")[0].contains("the nearest is region"))
        #expect(problems("")[0].contains("no rows"))
        let binary = (Self.header + "acme,e,m").utf8 + [0xFF, 0xFE] + ",H100,8,,,spot,,1,2026\n".utf8
        #expect(throws: ImportProblems.self) { try TradewindFormat.read(Array(binary), file: "x", asOf: nil) }
        let large = [UInt8](repeating: 65, count: (64 << 20) + 1)
        #expect(throws: ImportProblems.self) { try TradewindFormat.read(large, file: "x", asOf: nil) }
    }

    @Test("a flood of mistakes is told in part and counted whole")
    func flood() throws {
        let found = problems(String(repeating: "acme,eu-1,d,H1000,1,,,on-demand,,1,2026\n", count: 5_000))
        #expect(found.count == ImportProblems.limit + 1)
        #expect(found.last == "… and 4900 more like these")
    }

    @Test("imported quotes go before the catalogue's with the same key, and leave the others")
    func precedence() throws {
        let key = RegionKey("aws", "us-east-1")
        let embedded = try #require(Catalogue.embedded.offer("p4de.24xlarge", in: key))
        let outcome = try read("aws,us-east-1,p4de.24xlarge,A100-80GB,8,,,on-demand,,25,2026-11-20\n")
        let catalogue = Catalogue(importing: outcome.quotes)
        let offer = try #require(catalogue.offer("p4de.24xlarge", in: key))
        #expect(offer.onDemand == Quote(usdPerHour: 25, asOf: "2026-11-20", source: "imported prices.csv"))
        #expect(offer.spot == embedded.spot && offer.reservedOneYear == embedded.reservedOneYear)
        #expect(offer.vcpus == embedded.vcpus && offer.interruptions == embedded.interruptions)
        #expect(catalogue.offers.count == Catalogue.embedded.offers.count)
        #expect(catalogue.machines == Catalogue.embedded.machines)
        let others = catalogue.offers.filter { $0.key != offer.key }
        #expect(others == Catalogue.embedded.offers.filter { $0.key != offer.key })
        #expect(Catalogue.embedded.offer("p4de.24xlarge", in: key) == embedded)
        #expect(Catalogue(importing: []).offers == Catalogue.embedded.offers)
    }

    @Test("an empty price takes a quote away, and with the last the offer")
    func withdrawal() throws {
        let outcome = try read("lambda,us-east-1,gpu_1x_h100_sxm5,H100,1,,,on-demand,,,\n")
        let catalogue = Catalogue(importing: outcome.quotes)
        #expect(catalogue.offer("gpu_1x_h100_sxm5", in: RegionKey("lambda", "us-east-1")) == nil)
        #expect(catalogue.offers.count == Catalogue.embedded.offers.count - 1)
    }

    @Test("of two imports, the later one's quotes go before")
    func order() throws {
        let first = try read("acme,e,m,L4,1,,,spot,,1,2026\nacme,e,n,L4,1,,,spot,,1,2026\n").quotes
        let second = try read("acme,e,m,L4,1,,,spot,,2,2027\n").quotes
        let kept = ImportedQuote.replacing(first, with: second)
        #expect(kept.map { $0.quote?.usdPerHour } == [2, 1])
    }

    @Test("the whole catalogue is written and read back the same")
    func roundTrip() throws {
        let quotes = TradewindFormat.quotes(of: Catalogue.embedded.offers)
        let text = TradewindFormat.text(quotes)
        let outcome = try TradewindFormat.read(Array(text.utf8), file: "kept", asOf: nil, provenance: .kept)
        #expect(outcome.quotes == quotes && outcome.remarks.isEmpty)
        #expect(Catalogue(importing: outcome.quotes).offers.map(\.onDemand) == Catalogue.embedded.offers.map(\.onDemand))
        #expect(
            try TradewindFormat.read(Array(TradewindFormat.text([]).utf8), file: "kept", asOf: nil, provenance: .kept).quotes
                == [])
    }

    @Test("broken files never crash the reader, and one that is taken has only good rows")
    func fuzz() throws {
        var generator = SeededGenerator(seed: 17)
        let good = Array(TradewindFormat.text(TradewindFormat.quotes(of: Array(Catalogue.embedded.offers.prefix(6)))).utf8)
        let sparks = Array("\",\n\r-.e9\u{0}x".utf8)
        for _ in 0..<caseCount(perMille: 100) {
            var bytes = good
            for _ in 0...generator.below(3) {
                let position = generator.below(bytes.count)
                switch generator.below(3) {
                case 0: bytes[position] = generator.pick(sparks)
                case 1: bytes.remove(at: position)
                default: bytes.insert(UInt8(generator.below(256)), at: position)
                }
            }
            guard let outcome = try? TradewindFormat.read(bytes, file: "f", asOf: "2026", provenance: .kept) else { continue }
            for quote in outcome.quotes {
                #expect(quote.accelerators > 0 && quote.quote.map { $0.usdPerHour > 0 && FactDate.isValid($0.asOf) } != false)
            }
        }
    }
}
