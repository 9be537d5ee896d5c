package import FleetTransport

/// What changed between two readings of a listing.
package struct ListingComparison: Equatable, Sendable {
    package private(set) var items: [JSONValue]

    package init(_ items: [JSONValue]) { self.items = items }

    /// Takes the newer reading; what was added or changed comes in its order, what is gone after it in the old one's.
    package mutating func replaced(by newer: [JSONValue]) -> [WatchCursor.Change] {
        let old = Self.byName(items)
        let present = Self.byName(newer)
        var changes: [WatchCursor.Change] = []
        for item in newer {
            guard let before = old[ItemReading(item).name] else {
                changes.append(WatchCursor.Change(kind: .added, item: item))
                continue
            }
            if Self.ageless(before) != Self.ageless(item) { changes.append(WatchCursor.Change(kind: .modified, item: item)) }
        }
        for item in items where present[ItemReading(item).name] == nil {
            changes.append(WatchCursor.Change(kind: .deleted, item: item))
        }
        items = newer
        return changes
    }

    private static func byName(_ items: [JSONValue]) -> [String: JSONValue] {
        Dictionary(items.map { (ItemReading($0).name, $0) }, uniquingKeysWith: { _, newer in newer })
    }

    /// Growing older, and the load of the moment, are no changes.
    private static func ageless(_ item: JSONValue) -> JSONValue {
        guard case .object(var members) = item else { return item }
        members["status"] = item["status"].removing(["ageMilliseconds", "running", "waiting"])
        return .object(members)
    }
}
