package import FleetCatalogue
import FleetModel
package import FleetTransport

/// What users imported into the offer catalogue, kept in a state folder.
package struct CatalogImports: Sendable {
    package static let sizeLimit = 64 << 20
    package static let quoteLimit = 1_000_000

    package let folder: StateFolder

    package init(folder: StateFolder) { self.folder = folder }

    /// The embedded catalogue under what was imported; the embedded one where nothing was.
    package func catalogue() throws(CommandFailure) -> Catalogue {
        let quotes = try kept()
        return quotes.isEmpty ? .embedded : Catalogue(importing: quotes)
    }

    package func kept() throws(CommandFailure) -> [ImportedQuote] {
        do {
            guard let bytes = try PrivateFile.read(folder.importedQuotes, limit: Self.sizeLimit) else { return [] }
            return try TradewindFormat.read(bytes, file: folder.importedQuotes, asOf: nil, provenance: .kept).quotes
        } catch let problems as ImportProblems {
            throw CommandFailure(
                .invalid, "what was imported before cannot be read; remove \(folder.importedQuotes) and import again",
                details: problems.lines)
        } catch {
            throw CommandFailure(.invalid, "\(error)")
        }
    }

    /// Puts quotes in place of those kept with the same keys. The file is replaced whole or not at all.
    package func keep(_ quotes: [ImportedQuote]) throws(CommandFailure) {
        do {
            let lock = try FileLock(path: folder.importLock)
            try withExtendedLifetime(lock) {
                let all = ImportedQuote.replacing(try kept(), with: quotes)
                let text = TradewindFormat.text(all)
                guard all.count <= Self.quoteLimit, text.utf8.count <= Self.sizeLimit else {
                    throw CommandFailure(
                        .invalid,
                        "together with what was imported before there are \(all.count) prices in \(text.utf8.count) bytes; at most "
                            + "\(Self.quoteLimit) in \(Self.sizeLimit) are kept. Remove \(folder.importedQuotes) to start anew")
                }
                // What is kept must be readable again: two imports at once may each agree with the catalogue and not with each other.
                _ = try TradewindFormat.read(Array(text.utf8), file: folder.importedQuotes, asOf: nil, provenance: .kept)
                try PrivateFile.write(Array(text.utf8), to: folder.importedQuotes)
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch let problems as ImportProblems {
            throw CommandFailure(.conflict, "this contradicts what another import kept meanwhile", details: problems.lines)
        } catch let taken as FileLock.Taken {
            throw CommandFailure(.conflict, "\(taken): another import is under way; try again")
        } catch {
            throw CommandFailure(.invalid, "\(error)")
        }
    }
}

/// A file to import, and what is said about it beside.
package struct CatalogImport: Equatable, Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case tradewind, skypilot
    }

    package var format: Format
    package var provider: String?
    package var asOf: String?

    package init(format: Format, provider: String? = nil, asOf: String? = nil) {
        self.format = format
        self.provider = provider
        self.asOf = asOf
    }

    /// What is missing or too much on the command line; throws before any file is read.
    package func check() throws(CommandFailure) {
        if let asOf, !FactDate.isValid(asOf) {
            throw CommandFailure(.usage, "--as-of: \(quoted(asOf)) is no date; give \(FactDate.accepted)")
        }
        switch format {
        case .tradewind:
            if provider != nil {
                throw CommandFailure(.usage, "--provider goes with --format skypilot; this format has a column")
            }
        case .skypilot:
            if provider == nil { throw CommandFailure(.usage, "a SkyPilot file is about one cloud; say which with --provider") }
            if asOf == nil {
                throw CommandFailure(.usage, "a SkyPilot file carries no dates; say with --as-of what day it is of")
            }
        }
    }

    /// - Parameter path: The file's, for messages; its last part names the source of the quotes.
    package func read(_ bytes: [UInt8], path: String, known: Catalogue) throws(CommandFailure) -> ImportOutcome {
        try check()
        let file = path == "-" ? "standard input" : path.split(separator: "/").last.map(String.init) ?? path
        do {
            switch format {
            case .tradewind: return try TradewindFormat.read(bytes, file: file, asOf: asOf, known: known)
            case .skypilot:
                return try SkyPilotFormat.read(
                    bytes, file: file, provider: ProviderName(provider ?? ""), asOf: asOf ?? "", known: known)
            }
        } catch {
            throw CommandFailure(.invalid, "nothing was imported", details: error.lines)
        }
    }

    /// What was done, for people.
    package static func summary(_ outcome: ImportOutcome, isDryRun: Bool) -> String {
        let regions = Set(outcome.quotes.map(\.key.region)).count
        let machines = Set(outcome.quotes.map { "\($0.key.region.provider)/\($0.key.machine)" }).count
        let dates = outcome.quotes.compactMap { $0.quote?.asOf }
        let span =
            if let first = dates.min(), let last = dates.max() {
                first == last ? " of \(first)" : " of \(first) to \(last)"
            } else { "" }
        let verb = isDryRun ? "would import" : "imported"
        return "\(verb) \(count(outcome.quotes.count, "price"))\(span): \(count(machines, "machine type")) in "
            + "\(count(regions, "region"))\n"
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
