import FleetModel
import FleetTransport

extension FleetClient {
    /// `tradewind get KIND [NAME] [-o FORMAT]`.
    package func get(_ selection: ListingSelection, name: String?, format: OutputFormat) async throws {
        switch selection {
        case .everything:
            guard name == nil else {
                throw CommandFailure(.usage, "`get all` takes no name; `get KIND NAME` shows one resource")
            }
            try await getEverything(format: format)
        case .one(let listing):
            let items = try await selected(listing, name: name)
            switch format {
            case .table, .wide:
                guard !items.isEmpty else { return console.remark("No \(listing.plural) found.") }
                try console.write(Table(items, of: listing, isWide: format == .wide, now: now()).rendered())
            case .json:
                let isSingle = if case .resources = listing { name != nil } else { false }
                let shown = isSingle ? items[0] : try await list(listing, items: items, isWhole: name == nil)
                try console.write(JSONText.pretty(shown) + "\n")
            case .yaml: try console.write(YAMLText.documents(items.map(Self.reapplicable)))
            }
        }
    }

    /// The items a name selects: one resource, or the replicas of a plane (`toronto`), of a workload there (`toronto/chat`) or
    /// one of them (`toronto/chat/3`), or the entries about a resource (`Workload/chat`).
    func selected(_ listing: Listing, name: String?) async throws -> [JSONValue] {
        if case .resources(let kind) = listing, let name {
            return [try await resource(ResourceKey(kind: kind, name: name))]
        }
        let all = try await items(of: listing)
        guard let name else { return all }
        let matching = all.filter { Self.matches($0, listing: listing, name: name) }
        guard !matching.isEmpty else {
            let names = listing == .replicas ? all.map { ItemReading($0).name } : all.map { ItemReading($0).subject }
            throw Self.notFound(name, kind: listing.plural, among: names)
        }
        return matching
    }

    static func matches(_ item: JSONValue, listing: Listing, name: String) -> Bool {
        switch listing {
        case .resources: return ItemReading(item).name == name
        case .replicas:
            let replica = ItemReading(item).name
            return replica == name || replica.hasPrefix(name + "/") || item["spec"]["workload"].text == name
        case .events, .audit:
            let subject = ItemReading(item).subject
            return subject == name || subject.hasSuffix("/" + name)
        }
    }

    private func getEverything(format: OutputFormat) async throws {
        var sections: [(listing: Listing, items: [JSONValue])] = []
        for listing in ListingSelection.everything.listings {
            sections.append((listing, try await items(of: listing)))
        }
        let items = sections.flatMap(\.items)
        switch format {
        case .table, .wide:
            let filled = sections.filter { !$0.items.isEmpty }
            guard !filled.isEmpty else { return console.remark("Nothing is declared yet; `tradewind apply -f FILE` declares.") }
            let tables = filled.map { section in
                "\(section.listing.plural):\n"
                    + Table(section.items, of: section.listing, isWide: format == .wide, now: now()).rendered()
            }
            try console.write(tables.joined(separator: "\n"))
        case .json:
            try console.write(JSONText.pretty(Self.list(of: items)) + "\n")
        case .yaml:
            // Replicas are observed, not declared: `apply` would refuse them.
            let declared = sections.filter { $0.listing != .replicas }
            try console.write(YAMLText.documents(declared.flatMap(\.items).map(Self.reapplicable)))
        }
    }

    /// The server's own list where all of it is shown, otherwise one like it.
    private func list(_ listing: Listing, items: [JSONValue], isWhole: Bool) async throws -> JSONValue {
        isWhole ? try await connection.value(of: .list(listing)) : Self.list(of: items)
    }

    /// The item without its version: applied again later it declares the same, whatever happened in between.
    static func reapplicable(_ item: JSONValue) -> JSONValue {
        guard case .object(var members) = item else { return item }
        members["metadata"] = item["metadata"].removing(["resourceVersion"])
        return .object(members)
    }

    static func list(of items: [JSONValue]) -> JSONValue {
        ["apiVersion": .string(fleetAPIVersion), "kind": "List", "items": .array(items)]
    }
}
