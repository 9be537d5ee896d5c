package import FleetTransport

/// Reads what tables show from an item of the API, whichever of its fields are there.
package struct ItemReading: Sendable {
    package let item: JSONValue

    package init(_ item: JSONValue) { self.item = item }

    package var name: String { item["metadata"]["name"].text ?? "" }

    /// Seconds since it was made or, for a replica, since it came into its state; nil where the item does not say.
    package func age(now: Double) -> Double? {
        if let age = item["status"]["ageMilliseconds"].double { return age / 1_000 }
        let stamps = [item["lastTimestamp"], item["time"], item["metadata"]["creationTimestamp"]]
        return stamps.compactMap(\.text).first.flatMap { AgeText.seconds(since: $0, now: now) }
    }

    /// What an event or an audit entry is about: `Workload/chat`.
    package var subject: String {
        if let subject = item["subject"].text { return subject }
        let object = item["involvedObject"]
        return [object["kind"].text, object["name"].text].compactMap { $0 }.joined(separator: "/")
    }

    private func condition(_ type: String) -> JSONValue {
        item["status"]["conditions"].elements.first { $0["type"].text == type } ?? .null
    }

    /// Planes and gateways are ready; workloads are available.
    private var service: JSONValue {
        let ready = condition("Ready")
        return ready.isNull ? condition("Available") : ready
    }

    /// `True`, `False` or `Unknown`, and whether it is drained; empty where nothing is known.
    package var readiness: String {
        let ready = service["status"].text ?? ""
        guard condition("Drained")["status"].text == "True" else { return ready }
        return ready.isEmpty ? "drained" : "\(ready),drained"
    }

    /// Why it is ready or not, in one word.
    package var readinessReason: String { service["reason"].text ?? "" }

    /// Ready replicas of those wanted: `2/3`.
    package var replicas: String {
        let replicas = item["status"]["replicas"]
        guard let ready = replicas["ready"].integer, let wanted = replicas["wanted"].integer else { return "" }
        return "\(ready)/\(wanted)"
    }

    /// The version of the snapshot a gateway routes by, and whether a newer one is on its way; empty where it has not said.
    package var snapshot: String {
        guard let version = item["status"]["snapshot"].text else { return "" }
        return readinessReason == "SnapshotPending" ? "\(version) (pending)" : version
    }

    /// `local`, `endpoint`: an enumeration written as a word or as the only key of an object.
    package static func variant(_ value: JSONValue) -> String { value.text ?? value.members.keys.sorted().first ?? "" }

    /// Words with commas between; empty for none.
    package static func list(_ value: JSONValue) -> String {
        value.elements.map { $0.text ?? JSONText.plainScalar($0) ?? "" }.joined(separator: ",")
    }

    /// A scalar as it is read; empty where there is none.
    package static func plain(_ value: JSONValue) -> String {
        value.text ?? (value.isNull ? nil : JSONText.plainScalar(value)) ?? ""
    }
}
