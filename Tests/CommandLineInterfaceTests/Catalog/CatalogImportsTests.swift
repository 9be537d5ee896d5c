import CommandLineInterface
import FleetCatalogue
import FleetModel
import FleetTransport
import Foundation
import Testing

@Suite("Imported prices")
struct CatalogImportsTests {
    private static let header = "provider,region,machine,accelerator,accelerators,tier,usd_per_hour,as_of\n"

    /// Runs the body with a state folder of its own.
    private func withImports(_ body: (CatalogImports) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "tradewind-imports-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        try body(CatalogImports(folder: StateFolder(root: root.path())))
    }

    private func quotes(_ rows: String) throws -> [ImportedQuote] {
        try CatalogImport(format: .tradewind).read(Array((Self.header + rows).utf8), path: "dir/my.csv", known: .embedded).quotes
    }

    @Test("are kept for their owner alone and go before the catalogue's")
    func kept() throws {
        try withImports { imports in
            #expect(try imports.catalogue().offers.count == Catalogue.embedded.offers.count)
            try imports.keep(quotes("acme,eu-1,m1,H100,8,on-demand,12,2026-11-19\n"))
            let key = RegionKey("acme", "eu-1")
            #expect(try imports.catalogue().offer("m1", in: key)?.onDemand?.source == "imported my.csv")
            try imports.keep(quotes("acme,eu-1,m1,H100,8,on-demand,13,2026-11-20\nacme,eu-1,m1,H100,8,spot,4,2026-11-20\n"))
            let offer = try #require(try imports.catalogue().offer("m1", in: key))
            #expect(offer.onDemand?.usdPerHour == 13 && offer.onDemand?.asOf == "2026-11-20" && offer.spot?.usdPerHour == 4)
            let attributes = try FileManager.default.attributesOfItem(atPath: imports.folder.importedQuotes)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("with a single bad row are not kept at all")
    func allOrNothing() throws {
        try withImports { imports in
            do {
                try imports.keep(quotes("acme,eu-1,m1,H100,8,spot,4,2026\nacme,eu-1,m2,H100,8,spot,-4,2026\n"))
                Issue.record("the bad row was taken")
            } catch let failure as CommandFailure {
                #expect(failure.exit == .invalid && failure.details.count == 1 && failure.details[0].hasPrefix("my.csv:3: "))
            }
            #expect(!FileManager.default.fileExists(atPath: imports.folder.importedQuotes))
        }
    }

    @Test("that contradict those kept are refused, and what was kept stays")
    func contradiction() throws {
        try withImports { imports in
            try imports.keep(quotes("acme,eu-1,m1,H100,8,spot,4,2026\n"))
            #expect(throws: CommandFailure.self) { try imports.keep(quotes("acme,eu-2,m1,H100,4,spot,4,2026\n")) }
            #expect(try imports.kept().count == 1)
        }
    }

    @Test("that were damaged are told with the line, and what to do")
    func damaged() throws {
        try withImports { imports in
            try imports.keep(quotes("acme,eu-1,m1,H100,8,spot,4,2026\n"))
            var bytes = try #require(try PrivateFile.read(imports.folder.importedQuotes))
            bytes += Array("garbage\n".utf8)
            try PrivateFile.write(bytes, to: imports.folder.importedQuotes)
            do {
                _ = try imports.catalogue()
                Issue.record("the damage went unnoticed")
            } catch let error as CommandFailure {
                #expect(error.details[0].contains("catalogue.csv:3:") && error.message.contains("remove"))
            }
        }
    }

    @Test("need what their format does not carry, and nothing else")
    func options() {
        #expect(throws: CommandFailure.self) { try CatalogImport(format: .skypilot, asOf: "2026").check() }
        #expect(throws: CommandFailure.self) { try CatalogImport(format: .skypilot, provider: "aws").check() }
        #expect(throws: CommandFailure.self) { try CatalogImport(format: .tradewind, provider: "aws").check() }
        #expect(throws: CommandFailure.self) { try CatalogImport(format: .tradewind, asOf: "today").check() }
        #expect(throws: Never.self) { try CatalogImport(format: .skypilot, provider: "aws", asOf: "2026-11").check() }
    }

    @Test("are summed up in one line")
    func summary() throws {
        let outcome = ImportOutcome(
            quotes: try quotes("acme,eu-1,m1,H100,8,spot,4,2026-10\nacme,eu-2,m1,H100,8,spot,4,2026-11\n"), remarks: [])
        #expect(
            CatalogImport.summary(outcome, isDryRun: false)
                == "imported 2 prices of 2026-10 to 2026-11: 1 machine type in 2 regions\n")
        #expect(CatalogImport.summary(outcome, isDryRun: true).hasPrefix("would import 2 prices"))
    }
}
