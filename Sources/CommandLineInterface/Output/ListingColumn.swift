package import FleetTransport

/// One column of a kind's table.
package struct ListingColumn: Sendable {
    package var heading: String
    /// Shown only by `-o wide`.
    package var isWide: Bool
    /// The cell of an item; `now` is in seconds since 1970, UTC.
    package var cell: @Sendable (_ item: JSONValue, _ now: Double) -> String

    init(_ heading: String, isWide: Bool = false, _ cell: @escaping @Sendable (JSONValue) -> String) {
        self.heading = heading
        self.isWide = isWide
        self.cell = { item, _ in cell(item) }
    }

    private init(heading: String, cell: @escaping @Sendable (JSONValue, Double) -> String) {
        self.heading = heading
        isWide = false
        self.cell = cell
    }

    static let name = ListingColumn("NAME") { ItemReading($0).name }
    static let age = ListingColumn(heading: "AGE") { item, now in AgeText.text(seconds: ItemReading(item).age(now: now)) }
}

extension Table {
    /// The table of a kind. Items come in the server's order.
    package init(_ items: [JSONValue], of listing: Listing, isWide: Bool, now: Double) {
        let columns = listing.columns.filter { isWide || !$0.isWide }
        self.init(headings: columns.map(\.heading), rows: items.map { item in columns.map { $0.cell(item, now) } })
    }
}
