package import FleetTransport

/// What a change to a watched listing is.
package enum WatchChange: String, Equatable, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
}

/// Follows one listing: knows the newest version seen, so that a broken watch goes on where it was, and what of the changes to
/// show.
package struct WatchCursor: Equatable, Sendable {
    /// A change to show.
    package struct Change: Equatable, Sendable {
        package var kind: WatchChange
        package var item: JSONValue

        package init(kind: WatchChange, item: JSONValue) { (self.kind, self.item) = (kind, item) }
    }

    /// What the control plane sends before it ends a watch that fell behind: the listing has to be read again.
    package static let endedEvent = "ERROR"

    package let listing: Listing
    package let name: String?
    /// The newest version seen; nil before the first list.
    package private(set) var resourceVersion: String?

    package init(listing: Listing, name: String?) {
        self.listing = listing
        self.name = name
    }

    /// Takes a list; its items that pass the name are the starting point.
    package mutating func listed(_ list: JSONValue) -> [JSONValue] {
        resourceVersion = list["metadata"]["resourceVersion"].text ?? list["metadata"]["resourceVersion"].integer.map { "\($0)" }
        return list["items"].elements.filter(passes)
    }

    /// Takes one event of the stream; nil where there is nothing to show (another resource, an event of another kind). Throws
    /// a conflict where the listing has to be read again, and where a change cannot be read.
    package mutating func received(event: String, data: String) throws(CommandFailure) -> Change? {
        if event == Self.endedEvent { throw CommandFailure(.conflict, "the control plane ended the watch") }
        guard let kind = WatchChange(rawValue: event) else { return nil }
        guard let item = try? JSONValue(bytes: Array(data.utf8)) else {
            throw CommandFailure(.serverFailed, "the control plane sent a change that is not JSON")
        }
        let version = item["metadata"]["resourceVersion"]
        if let newest = version.text ?? version.integer.map({ "\($0)" }) { resourceVersion = newest }
        return passes(item) ? Change(kind: kind, item: item) : nil
    }

    private func passes(_ item: JSONValue) -> Bool {
        guard let name else { return true }
        return FleetClient.matches(item, listing: listing, name: name)
    }
}
