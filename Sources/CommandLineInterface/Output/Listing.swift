package import FleetModel

/// What `get` can list: the declared kinds, and what the control plane knows beside them.
package enum Listing: Hashable, Sendable {
    case resources(ResourceKind)
    case replicas
    case events
    case audit

    package static let all: [Listing] = ResourceKind.allCases.map(Listing.resources) + [.replicas, .events, .audit]

    /// The name in API paths, headings and completions.
    package var plural: String {
        switch self {
        case .resources(let kind): kind.plural
        case .replicas: "replicas"
        case .events: "events"
        case .audit: "audit"
        }
    }

    /// Whether the control plane streams its changes; the others are read again and compared.
    package var isStreamed: Bool { if case .resources = self { true } else { false } }

    /// Every spelling the command line takes, the plural first.
    package var spellings: [String] {
        switch self {
        case .resources(let kind): [kind.plural] + kind.aliases
        case .replicas: ["replicas", "replica"]
        case .events: ["events", "event"]
        case .audit: ["audit"]
        }
    }

    /// Finds a listing by any spelling, in any casing.
    package init(spelling: String) throws(CommandFailure) {
        let wanted = spelling.lowercased()
        guard let found = Self.all.first(where: { $0.spellings.contains(wanted) }) else {
            throw Self.unknown(spelling, among: Self.all.flatMap(\.spellings) + ["all"], shown: Self.all.map(\.plural) + ["all"])
        }
        self = found
    }

    /// Finds a declared kind by any spelling: replicas, events and audit rows cannot be written.
    package static func declaredKind(spelling: String) throws(CommandFailure) -> ResourceKind {
        if let kind = ResourceKind(spelling: spelling) { return kind }
        let kinds = ResourceKind.allCases
        throw unknown(spelling, among: kinds.flatMap { [$0.plural] + $0.aliases }, shown: kinds.map(\.plural))
    }

    private static func unknown(_ spelling: String, among known: [String], shown: [String]) -> CommandFailure {
        let nearest = NearestName.find(spelling, among: known).map { "did you mean \($0)? " } ?? ""
        return CommandFailure(.usage, "unknown kind '\(spelling)'; \(nearest)Kinds are \(shown.joined(separator: ", "))")
    }
}

/// What `get` was asked for.
package enum ListingSelection: Hashable, Sendable {
    case one(Listing)
    /// Every declared kind and the replicas.
    case everything

    package init(spelling: String) throws(CommandFailure) {
        self = spelling.lowercased() == "all" ? .everything : .one(try Listing(spelling: spelling))
    }

    package var listings: [Listing] {
        switch self {
        case .one(let listing): [listing]
        case .everything: ResourceKind.allCases.map(Listing.resources) + [.replicas]
        }
    }
}

/// How `get` prints.
package enum OutputFormat: String, CaseIterable, Sendable {
    case table, wide, json, yaml
}
