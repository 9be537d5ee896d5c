import FleetModel

/// The project's own CSV of prices: one row for each way to buy one machine type in one region.
package enum TradewindFormat {
    private static let required = ["provider", "region", "machine", "accelerator", "accelerators", "tier", "usd_per_hour"]
    private static let optional = ["vcpus", "memory_gib", "commitment", "as_of", "evidence", "source"]
    /// As written.
    private static let header = [
        "provider", "region", "machine", "accelerator", "accelerators", "vcpus", "memory_gib", "tier", "commitment",
        "usd_per_hour", "as_of", "evidence", "source",
    ]

    /// What a quote's source reads as.
    package enum Provenance: Equatable, Sendable {
        /// `imported NAME`, with the source the file gives behind it.
        case importing
        /// As the file has it: for what was imported before.
        case kept
    }

    /// The file as a whole, rows in the order given.
    package static func text(_ quotes: [ImportedQuote]) -> String {
        quotes.reduce(into: CSVText.row(header)) { text, quote in
            let key = quote.key
            text += CSVText.row([
                key.region.provider.rawValue, key.region.region, key.machine, quote.accelerator.name, String(quote.accelerators),
                quote.vcpus.map(plainNumber) ?? "", quote.memory.map { plainNumber($0.value) } ?? "", key.option.tier.rawValue,
                key.option.commitment?.rawValue ?? "", quote.quote.map { plainNumber($0.usdPerHour) } ?? "",
                quote.quote?.asOf ?? "", quote.quote?.evidence.rawValue ?? "", quote.quote?.source ?? "",
            ])
        }
    }

    /// The quotes of catalogue offers, as rows of this format.
    package static func quotes(of offers: [Offer]) -> [ImportedQuote] {
        offers.flatMap { offer in
            offer.quotes.map { option, quote in
                ImportedQuote(
                    key: ImportedQuote.Key(region: offer.region, machine: offer.machine, option: option),
                    accelerator: offer.accelerator, accelerators: offer.accelerators, vcpus: offer.vcpus, memory: offer.memory,
                    quote: quote)
            }
        }
    }

    /// Reads a file whole, or throws everything that is wrong with it.
    ///
    /// - Parameters:
    ///   - file: Its name, for messages and as the source of its quotes.
    ///   - asOf: The date of rows that carry none.
    ///   - known: What machine types carry, so that no row speaks of another one by the same name.
    package static func read(
        _ bytes: [UInt8], file: String, asOf: String?, provenance: Provenance = .importing, known: Catalogue = .embedded
    ) throws(ImportProblems) -> ImportOutcome {
        var reading = try TradewindReading(bytes, file: file, asOf: asOf, provenance: provenance, known: known)
        return try reading.outcome(required: required, optional: optional)
    }
}

private struct TradewindReading {
    private var reading: ImportReading
    private let asOf: String?
    private let provenance: TradewindFormat.Provenance
    private let known: Catalogue
    /// Line of each key's first row.
    private var lines: [ImportedQuote.Key: Int] = [:]
    private var machines: [MachineTable.Key: (accelerator: AcceleratorType, accelerators: Int, line: Int)] = [:]
    private var quotes: [ImportedQuote] = []
    /// What names were read as: a file has few of them, many times.
    private var readings: [String: AcceleratorReading] = [:]
    /// Types nobody here knows, in order of appearance, with their rows.
    private var unknownTypes: [(name: String, rows: Int)] = []

    init(
        _ bytes: [UInt8], file: String, asOf: String?, provenance: TradewindFormat.Provenance, known: Catalogue
    ) throws(ImportProblems) {
        reading = try ImportReading(bytes, file: file, limits: CSVReader.Limits())
        self.asOf = asOf
        self.provenance = provenance
        self.known = known
    }

    mutating func outcome(required: [String], optional: [String]) throws(ImportProblems) -> ImportOutcome {
        let columns = try reading.columns(
            required: required, optional: optional, accepted: "the columns \((required + optional).joined(separator: ","))")
        while let row = reading.next(columns: columns) {
            if let quote = quote(row, columns) { quotes.append(quote) }
        }
        if !reading.problems.isEmpty { throw reading.problems }
        if quotes.isEmpty, provenance == .importing {
            reading.report(1, "the file has no rows behind its header", accepted: "a row for each price")
            throw reading.problems
        }
        let remarks = unknownTypes.map { name, rows in
            "\(quoted(name)) is no known accelerator (\(rows) \(rows == 1 ? "row" : "rows")): taken as written"
        }
        return ImportOutcome(quotes: quotes, remarks: remarks)
    }

    /// The row's quote; nil where something is wrong with it, which is reported.
    private mutating func quote(_ row: CSVRow, _ columns: ImportColumns) -> ImportedQuote? {
        let before = reading.problems.count
        let cell = { (column: String) in columns.text(column, of: row) }
        let texts = (provider: cell("provider"), region: cell("region"), machine: cell("machine"))
        require(ResourceNameRule.allows(texts.provider), row, "provider \(quoted(texts.provider))", ImportRules.accepted.provider)
        require(ImportRules.isName(texts.region), row, "region \(quoted(texts.region))", ImportRules.accepted.name)
        require(ImportRules.isName(texts.machine), row, "machine \(quoted(texts.machine))", ImportRules.accepted.name)
        let accelerator = accelerator(cell("accelerator"), row)
        let accelerators = ImportRules.count(cell("accelerators"))
        require(accelerators != nil, row, "accelerators \(quoted(cell("accelerators")))", ImportRules.accepted.accelerators)
        let vcpus = ImportRules.vcpus(cell("vcpus"))
        require(vcpus != nil || cell("vcpus").isEmpty, row, "vcpus \(quoted(cell("vcpus")))", ImportRules.accepted.vcpus)
        let memory = ImportRules.memory(cell("memory_gib"))
        require(
            memory != nil || cell("memory_gib").isEmpty, row, "memory_gib \(quoted(cell("memory_gib")))",
            ImportRules.accepted.memory)
        let option = option(tier: cell("tier"), commitment: cell("commitment"), row)
        let quote = price(row, cell: cell, accelerators: accelerators ?? 1)
        guard before == reading.problems.count, let accelerator, let accelerators, let option else { return nil }
        let key = ImportedQuote.Key(
            region: RegionKey(ProviderName(texts.provider), texts.region), machine: texts.machine, option: option)
        if let first = lines[key] {
            reading.report(
                row.line, "\(key.region) \(key.machine) \(option) is already priced in line \(first)", accepted: "each once")
            return nil
        }
        lines[key] = row.line
        guard agrees(key, accelerator, accelerators, row) else { return nil }
        return ImportedQuote(
            key: key, accelerator: accelerator, accelerators: accelerators, vcpus: vcpus, memory: memory, quote: quote)
    }

    private mutating func require(_ holds: Bool, _ row: CSVRow, _ message: @autoclosure () -> String, _ accepted: String) {
        if !holds { reading.report(row.line, message(), accepted: accepted) }
    }

    private mutating func accelerator(_ text: String, _ row: CSVRow) -> AcceleratorType? {
        let said = readings[text] ?? AcceleratorType.normalised(text)
        if readings.count < ImportProblems.limit { readings[text] = said }
        if let type = said.type { return type }
        // Hardware newer than this program is taken where it is written as our types are.
        if said == .unknown, AcceleratorType(text).memory != nil, ImportRules.isName(text) {
            if let position = unknownTypes.firstIndex(where: { $0.name == text }) {
                unknownTypes[position].rows += 1
            } else if unknownTypes.count < ImportProblems.limit {
                unknownTypes.append((text, 1))
            }
            return AcceleratorType(text)
        }
        reading.report(
            row.line, "accelerator \(said.objection(to: text)?.message ?? "")", accepted: said.objection(to: text)?.accepted ?? ""
        )
        return nil
    }

    private mutating func option(tier: String, commitment: String, _ row: CSVRow) -> PurchaseOption? {
        guard let known = CapacityPool.Tier(rawValue: tier) else {
            let tiers = CapacityPool.Tier.allCases.map(\.rawValue)
            reading.report(row.line, "tier \(quoted(tier))", accepted: NearestWord.choices(tiers))
            return nil
        }
        let terms = CapacityPool.Commitment.allCases.map(\.rawValue)
        if known == .reserved {
            if let commitment = CapacityPool.Commitment(rawValue: commitment) { return .reserved(commitment) }
            reading.report(row.line, "commitment \(quoted(commitment))", accepted: "\(NearestWord.choices(terms)) for reserved")
            return nil
        }
        guard commitment.isEmpty else {
            reading.report(row.line, "commitment \(quoted(commitment)) for \(tier)", accepted: "none: only reserved has one")
            return nil
        }
        return PurchaseOption(tier: known)
    }

    /// The quote, or nil where the file says there is none; a bad one is reported.
    private mutating func price(_ row: CSVRow, cell: (String) -> String, accelerators: Int) -> Quote? {
        let text = cell("usd_per_hour")
        guard !text.isEmpty else { return nil }
        guard let price = ImportRules.price(text, accelerators: accelerators) else {
            reading.report(row.line, "usd_per_hour \(quoted(text))", accepted: ImportRules.accepted.price)
            return nil
        }
        let stated = cell("as_of").isEmpty ? asOf : cell("as_of")
        guard let stated else {
            reading.report(row.line, "no date", accepted: "\(FactDate.accepted) in as_of, or --as-of for the whole file")
            return nil
        }
        guard FactDate.isValid(stated) else {
            reading.report(row.line, "as_of \(quoted(stated))", accepted: FactDate.accepted)
            return nil
        }
        guard let evidence = cell("evidence").isEmpty ? .dated : Quote.Evidence(rawValue: cell("evidence")) else {
            let words = Quote.Evidence.allCases.map(\.rawValue)
            reading.report(row.line, "evidence \(quoted(cell("evidence")))", accepted: NearestWord.choices(words))
            return nil
        }
        return Quote(usdPerHour: price, asOf: stated, source: source(cell("source")), evidence: evidence)
    }

    private func source(_ text: String) -> String {
        switch provenance {
        case .kept: text
        case .importing: text.isEmpty ? "imported \(reading.file)" : "imported \(reading.file) (\(text))"
        }
    }

    /// Whether the row speaks of the machine everybody else calls so.
    private mutating func agrees(
        _ key: ImportedQuote.Key, _ accelerator: AcceleratorType, _ accelerators: Int, _ row: CSVRow
    ) -> Bool {
        let machine = MachineTable.Key(provider: key.region.provider, machine: key.machine)
        let elsewhere: (accelerator: AcceleratorType, accelerators: Int, place: String)?
        if let embedded = known.machine(key.machine, of: machine.provider) {
            elsewhere = (embedded.accelerator, embedded.accelerators, "in the catalogue")
        } else {
            elsewhere = machines[machine].map { ($0.accelerator, $0.accelerators, "in line \($0.line)") }
        }
        guard let elsewhere else {
            machines[machine] = (accelerator, accelerators, row.line)
            return true
        }
        if elsewhere.accelerator == accelerator, elsewhere.accelerators == accelerators { return true }
        reading.report(
            row.line,
            "\(machine.provider) \(key.machine) carries \(elsewhere.accelerators) x \(elsewhere.accelerator) \(elsewhere.place), "
                + "not \(accelerators) x \(accelerator)", accepted: "the same, or another machine name")
        return false
    }
}
