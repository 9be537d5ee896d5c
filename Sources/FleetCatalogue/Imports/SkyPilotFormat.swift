package import FleetModel

/// The CSV of a SkyPilot catalogue (`catalogs/v8/<cloud>/vms.csv`): one row for each machine type and zone of one cloud, columns in any
/// order.
///
/// Prices of several zones fold into the lowest of their region. What cannot be told from such a file is left out and remarked:
/// machines without an accelerator, accelerators whose row names no machine (Google Cloud prices them apart from the host, and mixes
/// flex-start prices into on-demand), shares of an accelerator, names nobody here knows.
package enum SkyPilotFormat {
    /// Reads a file whole, or throws everything that is wrong with it.
    ///
    /// - Parameters:
    ///   - file: Its name, for messages and as the source of its quotes.
    ///   - provider: The cloud the file is about.
    ///   - asOf: Its date; the format carries none.
    package static func read(
        _ bytes: [UInt8], file: String, provider: ProviderName, asOf: String, known: Catalogue = .embedded
    ) throws(ImportProblems) -> ImportOutcome {
        var reading = try SkyPilotReading(bytes, file: file, provider: provider, asOf: asOf, known: known)
        return try reading.outcome()
    }
}

private struct SkyPilotReading {
    private static let required = ["InstanceType", "AcceleratorName", "AcceleratorCount", "Price", "Region"]
    private static let spotColumn = "SpotPrice"

    private struct Key: Hashable {
        let region: String
        let machine: String
    }

    private struct Machine {
        var accelerator: AcceleratorType
        var accelerators: Int
        var vcpus: Double?
        var memory: Gibibytes?
        var onDemand: Double?
        var spot: Double?
        let line: Int
    }

    /// Why a row was left out, in the order of the remarks.
    private enum Omission: Int, CaseIterable {
        case noAccelerator, noMachine, share, unknownAccelerator, otherMachine, noPrice

        func remark(rows: Int, names: [String]) -> String {
            let count = "\(rows) \(rows == 1 ? "row" : "rows") left out"
            let list = NearestWord.choices(names.map(quoted), limit: 10).split(separator: " or ").joined(separator: " and ")
            return switch self {
            case .noAccelerator: "\(count): machines without an accelerator"
            case .noMachine:
                "\(count): accelerators priced apart from their machine, as on Google Cloud, whose file also mixes flex-start "
                    + "prices into on-demand"
            case .share: "\(count): machines with a share of an accelerator"
            case .unknownAccelerator: "\(count): accelerators with no name here: \(list)"
            case .otherMachine: "\(count): machines that carry something else in the catalogue: \(list)"
            case .noPrice: "\(count): no price"
            }
        }
    }

    private var reading: ImportReading
    private let provider: ProviderName
    private let asOf: String
    private let known: Catalogue
    private var machines: [Key: Machine] = [:]
    private var omitted: [Omission: (rows: Int, names: [String])] = [:]

    init(
        _ bytes: [UInt8], file: String, provider: ProviderName, asOf: String, known: Catalogue
    ) throws(ImportProblems) {
        reading = try ImportReading(bytes, file: file, limits: CSVReader.Limits())
        self.provider = provider
        self.asOf = asOf
        self.known = known
        if !ResourceNameRule.allows(provider.rawValue) {
            reading.report(1, "provider \(quoted(provider.rawValue))", accepted: ImportRules.accepted.provider)
        }
        if !FactDate.isValid(asOf) { reading.report(1, "date \(quoted(asOf))", accepted: FactDate.accepted) }
        if !reading.problems.isEmpty { throw reading.problems }
    }

    mutating func outcome() throws(ImportProblems) -> ImportOutcome {
        let columns = try reading.columns(
            required: Self.required, optional: nil,
            accepted: "the columns of a SkyPilot vms.csv, among them \(Self.required.joined(separator: ","))")
        while let row = reading.next(columns: columns) { take(row, columns) }
        if !reading.problems.isEmpty { throw reading.problems }
        let remarks = Omission.allCases.compactMap { omission in
            omitted[omission].map { omission.remark(rows: $0.rows, names: $0.names) }
        }
        guard !machines.isEmpty else {
            reading.report(
                1, "nothing to import: \(remarks.joined(separator: "; "))", accepted: "a row with machine, accelerator and price")
            throw reading.problems
        }
        return ImportOutcome(quotes: quotes, remarks: remarks + newRegions)
    }

    private var quotes: [ImportedQuote] {
        let quotes = machines.flatMap { key, machine in
            [(PurchaseOption.onDemand, machine.onDemand), (.spot, machine.spot)].compactMap { option, price -> ImportedQuote? in
                guard let price else { return nil }
                return ImportedQuote(
                    key: ImportedQuote.Key(region: RegionKey(provider, key.region), machine: key.machine, option: option),
                    accelerator: machine.accelerator, accelerators: machine.accelerators, vcpus: machine.vcpus,
                    memory: machine.memory,
                    quote: Quote(usdPerHour: price, asOf: asOf, source: "imported \(reading.file)"))
            }
        }
        return quotes.sorted { $0.key < $1.key }
    }

    private var newRegions: [String] {
        let names = Set(machines.keys.map(\.region)).filter { known.region($0, of: provider) == nil }.sorted()
        guard !names.isEmpty else { return [] }
        return [
            "\(names.count) \(names.count == 1 ? "region is" : "regions are") not in the catalogue, so that nobody knows "
                + "where they stand: \(names.prefix(10).map(quoted).joined(separator: ", "))"
        ]
    }

    private mutating func omit(_ omission: Omission, name: String? = nil) {
        var entry = omitted[omission] ?? (0, [])
        entry.rows += 1
        if let name, !entry.names.contains(name), entry.names.count < ImportProblems.limit { entry.names.append(name) }
        omitted[omission] = entry
    }

    private mutating func take(_ row: CSVRow, _ columns: ImportColumns) {
        let cell = { (column: String) in columns.text(column, of: row) }
        let name = cell("AcceleratorName")
        guard !name.isEmpty else { return omit(.noAccelerator) }
        let key = Key(region: cell("Region"), machine: cell("InstanceType"))
        guard !key.machine.isEmpty else { return omit(.noMachine) }
        guard ImportRules.isName(key.machine), ImportRules.isName(key.region) else {
            return reading.report(
                row.line, "InstanceType \(quoted(key.machine)) in Region \(quoted(key.region))",
                accepted: ImportRules.accepted.name)
        }
        guard let number = ImportRules.decimal(cell("AcceleratorCount")) else {
            return reading.report(
                row.line, "AcceleratorCount \(quoted(cell("AcceleratorCount")))", accepted: ImportRules.accepted.accelerators)
        }
        guard number == number.rounded() else { return omit(.share) }
        guard let accelerators = ImportRules.count(cell("AcceleratorCount")) else {
            return reading.report(
                row.line, "AcceleratorCount \(quoted(cell("AcceleratorCount")))", accepted: ImportRules.accepted.accelerators)
        }
        guard let accelerator = accelerator(name, information: cell("GpuInfo")) else {
            return omit(.unknownAccelerator, name: name)
        }
        add(row, cell: cell, key: key, accelerator: accelerator, accelerators: accelerators)
    }

    private mutating func add(
        _ row: CSVRow, cell: (String) -> String, key: Key, accelerator: AcceleratorType, accelerators: Int
    ) {
        var prices: [Double?] = []
        for column in ["Price", Self.spotColumn] {
            let text = cell(column)
            let price = text.isEmpty ? nil : ImportRules.price(text, accelerators: accelerators)
            guard text.isEmpty || price != nil else {
                return reading.report(row.line, "\(column) \(quoted(text))", accepted: ImportRules.accepted.price)
            }
            prices.append(price)
        }
        guard let vcpus = optional(cell("vCPUs"), ImportRules.vcpus, "vCPUs", ImportRules.accepted.vcpus, row),
            let memory = optional(cell("MemoryGiB"), ImportRules.memory, "MemoryGiB", ImportRules.accepted.memory, row)
        else { return }
        if let machine = known.machine(key.machine, of: provider),
            machine.accelerator != accelerator || machine.accelerators != accelerators
        {
            return omit(.otherMachine, name: key.machine)
        }
        guard prices[0] != nil || prices[1] != nil else { return omit(.noPrice) }
        var machine =
            machines[key]
            ?? Machine(accelerator: accelerator, accelerators: accelerators, vcpus: vcpus, memory: memory, line: row.line)
        guard machine.accelerator == accelerator, machine.accelerators == accelerators else {
            return reading.report(
                row.line,
                "\(key.machine) carries \(machine.accelerators) x \(machine.accelerator) in line \(machine.line), "
                    + "not \(accelerators) x \(accelerator)", accepted: "the same in every zone of a region")
        }
        machine.onDemand = lower(machine.onDemand, prices[0])
        machine.spot = lower(machine.spot, prices[1])
        machines[key] = machine
    }

    private func lower(_ one: Double?, _ other: Double?) -> Double? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    /// Nil where a bad value was reported; `.some(nil)` where there is none.
    private mutating func optional<Value>(
        _ text: String, _ read: (String) -> Value?, _ column: String, _ accepted: String, _ row: CSVRow
    ) -> Value?? {
        if text.isEmpty { return .some(nil) }
        if let value = read(text) { return .some(value) }
        reading.report(row.line, "\(column) \(quoted(text))", accepted: accepted)
        return nil
    }

    /// SkyPilot's `A100` and `V100` are those with the least memory, unless the row's GpuInfo tells another size. (Some clouds' rows
    /// state it in GiB under the name of MiB.)
    private func accelerator(_ name: String, information: String) -> AcceleratorType? {
        let stated = Self.memory(information)
        if let stated, let type = AcceleratorType.normalised(name, memory: stated).type { return type }
        return AcceleratorType.normalised(name).candidates.first
    }

    /// The number behind the first `SizeInMiB`.
    private static func memory(_ information: String) -> Gibibytes? {
        let marker = Array("SizeInMiB".utf8)
        let bytes = Array(information.utf8)
        guard bytes.count > marker.count,
            let start = (0...(bytes.count - marker.count)).first(where: { bytes[$0...].starts(with: marker) })
        else { return nil }
        let digits = bytes[(start + marker.count)...].drop { !(48...57).contains($0) }.prefix { (48...57).contains($0) }
        guard digits.count <= 9, let size = Int(String(decoding: digits, as: UTF8.self)), size > 0 else { return nil }
        return Gibibytes(size < 1_024 ? Double(size) : Double(size) / 1_024)
    }
}
