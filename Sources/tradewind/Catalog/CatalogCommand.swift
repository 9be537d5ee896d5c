import ArgumentParser
import CommandLineInterface
import FleetCatalogue
import FleetTransport
import FoundationEssentials

struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Shows what accelerators cost where, with dates and sources, and takes newer prices in.",
        subcommands: [CatalogListCommand.self, CatalogShowCommand.self, CatalogImportCommand.self])
}

extension CatalogFormat: ExpressibleByArgument {}
extension CatalogOrder: ExpressibleByArgument {}
extension CatalogImport.Format: ExpressibleByArgument {}

/// Where imported prices are kept.
struct CatalogStateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "State folder that keeps imported prices (also TRADEWIND_STATE). (default: ./.tradewind)", valueName: "dir"),
        completion: .directory)
    var state: String?

    var imports: CatalogImports {
        let variable = ProcessInfo.processInfo.environment[ConnectionChoice.stateVariable].flatMap { $0.isEmpty ? nil : $0 }
        return CatalogImports(folder: StateFolder(root: state ?? variable ?? ConnectionChoice.defaultState))
    }
}

struct CatalogOutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("How to print.", valueName: "format"))
    var output = CatalogFormat.table
}

struct CatalogListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists offers by requirement.",
        discussion: """
            Prices are on demand unless --tier asks for others, the cheapest accelerator first. Numbers may carry a sign: \
            --memory '>=80GiB', --count '<=4'; without one they mean exactly. What is not known about an offer meets no requirement.
            """)

    @Option(help: ArgumentHelp("Accelerator in any spelling: H100, nvidia-tesla-t4, A100-80GB.", valueName: "name"))
    var accelerator: String?
    @Option(help: ArgumentHelp("Generation of hardware: hopper, ampere, ada.", valueName: "name"))
    var architecture: String?
    @Option(help: ArgumentHelp("Memory of one accelerator: 80GiB, '>=80GiB'.", valueName: "size"))
    var memory: String?
    @Option(help: ArgumentHelp("Accelerators of one machine: 8, '>=4'.", valueName: "number"))
    var count: String?
    @Option(help: ArgumentHelp("Region of any provider, or provider/region.", valueName: "region"))
    var region: String?
    @Option(help: ArgumentHelp("Whose law holds there: EU, CA, US-GOV.", valueName: "code"))
    var jurisdiction: String?
    @Option(help: ArgumentHelp("Provider.", valueName: "name"))
    var provider: String?
    @Option(help: ArgumentHelp("Kind of provider: hyperscaler, neocloud.", valueName: "kind"))
    var providerKind: String?
    @Option(help: ArgumentHelp("Attestation proven to hold in the region: SOC2, FedRAMP-High.", valueName: "name"))
    var attestation: String?
    @Option(help: ArgumentHelp("Most US dollars per accelerator and hour.", valueName: "usd"))
    var maxPrice: String?
    @Option(help: ArgumentHelp("How it is bought: on-demand, spot, reserved.", valueName: "tier"))
    var tier: String?
    @Option(help: ArgumentHelp("Term of reserved: 1y, 3y. (default: 1y)", valueName: "term"))
    var commitment: String?
    @Option(help: "Order.")
    var sort = CatalogOrder.price

    @OptionGroup var output: CatalogOutputOptions
    @OptionGroup var state: CatalogStateOptions

    func run() throws {
        var question = CatalogQuestion()
        question.accelerator = accelerator
        question.architecture = architecture
        question.memory = memory
        question.count = count
        question.region = region
        question.jurisdiction = jurisdiction
        question.provider = provider
        question.providerKind = providerKind
        question.attestation = attestation
        question.maxPrice = maxPrice
        question.tier = tier
        question.commitment = commitment
        let catalogue = try state.imports.catalogue()
        let listing = CatalogListing(catalogue, filter: try question.filter(in: catalogue), order: sort)
        if let remark = listing.emptyRemark {
            StandardStreams.console.remark(remark)
            if output.output == .table { return }
        }
        try StandardStreams.console.write(listing.rendered(output.output))
    }
}

struct CatalogShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a machine, region, provider or accelerator with every price, its date and its source.")

    @Argument(help: "A machine type, a region, a provider or an accelerator; provider/name where several have the name.")
    var name: String

    @OptionGroup var output: CatalogOutputOptions
    @OptionGroup var state: CatalogStateOptions

    func run() throws {
        let catalogue = try state.imports.catalogue()
        let entries = try CatalogEntry.named(name, in: catalogue)
        try StandardStreams.console.write(CatalogDescription.rendered(entries, in: catalogue, output.output))
    }
}

struct CatalogImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Takes prices from a CSV file; they go before the catalogue's own.",
        discussion: """
            Formats: tradewind, what `catalog list -o csv` prints; skypilot, a vms.csv of a SkyPilot catalogue. Every bad row is one \
            line, file:line: what is wrong; what would be right. With a single one nothing is imported. Imported prices are kept in \
            the state folder's catalogue.csv; removing it undoes every import.
            """)

    @Argument(help: "The file, or - for standard input.", completion: .file())
    var file: String
    @Option(help: "What the file is.")
    var format = CatalogImport.Format.tradewind
    @Option(help: ArgumentHelp("The cloud a SkyPilot file is about.", valueName: "name"))
    var provider: String?
    @Option(help: ArgumentHelp("The date of prices that carry none: 2026-11-20, 2026-11, 2026-Q4.", valueName: "date"))
    var asOf: String?
    @Flag(help: "Check only; keep nothing.")
    var dryRun = false

    @OptionGroup var state: CatalogStateOptions

    func run() throws {
        let request = CatalogImport(format: format, provider: provider, asOf: asOf)
        try request.check()
        let imports = state.imports
        let outcome = try request.read(try content(), path: file, known: imports.catalogue())
        if !dryRun { try imports.keep(outcome.quotes) }
        for remark in outcome.remarks { StandardStreams.console.remark(TerminalText.escaped(remark)) }
        try StandardStreams.console.write(CatalogImport.summary(outcome, isDryRun: dryRun))
    }

    private func content() throws -> [UInt8] {
        file == "-"
            ? try StandardStreams.readInput(limit: CatalogImports.sizeLimit)
            : try LocalFiles().existing(file, limit: CatalogImports.sizeLimit)
    }
}
