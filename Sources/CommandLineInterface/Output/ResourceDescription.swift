package import FleetTransport

/// One resource with what the control plane knows about it, for people.
package struct ResourceDescription: Equatable, Sendable {
    package var resource: JSONValue
    package var replicas: [JSONValue]
    package var events: [JSONValue]

    package init(resource: JSONValue, replicas: [JSONValue] = [], events: [JSONValue] = []) {
        self.resource = resource
        self.replicas = replicas
        self.events = events
    }

    /// `now` is in seconds since 1970, UTC.
    package func rendered(now: Double) -> String {
        [
            summary(now: now), section("Spec", Self.shortened(resource["spec"])),
            section("Status", resource["status"].removing(["conditions"])), conditions(now: now),
            table("Replicas", replicas, of: .replicas, now: now), table("Events", events, of: .events, now: now),
        ].joined()
    }

    private func summary(now: Double) -> String {
        let metadata = resource["metadata"]
        let labels = metadata["labels"].members.sorted { $0.key < $1.key }.map { "\($0.key)=\(ItemReading.plain($0.value))" }
        let observed = ItemReading.plain(resource["status"]["observedGeneration"])
        let generation = ItemReading.plain(metadata["generation"])
        let rows = [
            ("Name", ItemReading(resource).name), ("Kind", ItemReading.plain(resource["kind"])),
            ("Labels", labels.joined(separator: ", ")),
            ("Generation", observed.isEmpty ? generation : "\(generation) (observed \(observed))"),
            ("Version", ItemReading.plain(metadata["resourceVersion"])),
            ("Age", AgeText.text(seconds: ItemReading(resource).age(now: now))),
        ]
        return rows.filter { !$0.1.isEmpty }.map { title, value in
            let label = "\(title):"
            return label + String(repeating: " ", count: 13 - label.count) + TerminalText.escaped(value) + "\n"
        }.joined()
    }

    /// Entries of a list that are shown; of a longer one, such as a plan's replicas, only the number is.
    private static let entriesShown = 24

    private static func shortened(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements) where elements.count > entriesShown:
            .string("\(elements.count) entries, shown by get with -o yaml")
        case .object(let members): .object(members.mapValues(shortened))
        default: value
        }
    }

    private func section(_ title: String, _ value: JSONValue) -> String {
        guard !value.members.isEmpty else { return "" }
        let lines = YAMLText.document(value).split(separator: "\n").map { "  \($0)\n" }
        return "\(title):\n" + lines.joined()
    }

    private func conditions(now: Double) -> String {
        let conditions = resource["status"]["conditions"].elements
        guard !conditions.isEmpty else { return "" }
        let rows = conditions.map { condition in
            let changed = condition["lastTransitionTime"].text.flatMap { AgeText.seconds(since: $0, now: now) }
            return [
                ItemReading.plain(condition["type"]), ItemReading.plain(condition["status"]),
                ItemReading.plain(condition["reason"]), AgeText.text(seconds: changed), ItemReading.plain(condition["message"]),
            ]
        }
        let table = Table(headings: ["TYPE", "STATUS", "REASON", "AGE", "MESSAGE"], rows: rows)
        return "Conditions:\n" + table.rendered(indentation: "  ")
    }

    private func table(_ title: String, _ items: [JSONValue], of listing: Listing, now: Double) -> String {
        guard !items.isEmpty else { return "" }
        let isWide = listing == .replicas
        return "\(title):\n" + Table(items, of: listing, isWide: isWide, now: now).rendered(indentation: "  ")
    }
}
