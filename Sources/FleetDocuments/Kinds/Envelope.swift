package import FleetModel

/// The fields every document has around its specification.
enum Envelope {
    static let fields = ["apiVersion", "kind", "metadata", "spec", "status"]

    /// Reads a whole resource. Nil, with a problem reported, where its kind cannot be told.
    static func read(_ node: DocumentNode, _ reading: inout Reading) -> Resource? {
        guard case .mapping(let entries) = node.content else {
            reading.report(
                line: node.line, "\(node.kindName) is given", accepted: "a mapping with \(NearestWord.choices(fields))")
            return nil
        }
        for entry in entries where !fields.contains(entry.key) { reportUnknown(entry, among: fields, &reading) }
        checkVersion(node, &reading)
        let kind: ResourceKind? = value(of: "kind", in: node, .choice, &reading)
        let metadata = value(of: "metadata", in: node, Metadata.shape.rule, &reading)
        guard let kind else { return nil }
        let spec = present("spec", in: node, accepted: "the specification of a \(kind.rawValue)", &reading)
        return reading.descend(key: "spec") { KindSchema.of(kind).read(spec, metadata ?? .blank, &$0) }
    }

    /// A status is told by the control plane and ignored when it comes back.
    static func write(_ resource: Resource, status: OutputValue?) -> OutputValue {
        var members: [(key: String, value: OutputValue)] = [
            ("apiVersion", .text(fleetAPIVersion)), ("kind", .text(resource.kind.rawValue)),
            ("metadata", Metadata.shape.write(resource.metadata)),
        ]
        if let spec = KindSchema.of(resource.kind).write(resource) { members.append(("spec", spec)) }
        if let status { members.append(("status", status)) }
        return .object(members)
    }

    private static func checkVersion(_ node: DocumentNode, _ reading: inout Reading) {
        guard let version = present("apiVersion", in: node, accepted: fleetAPIVersion, &reading) else { return }
        reading.descend(key: "apiVersion") { reading in
            guard case .scalar(let text, _) = version.content else {
                return reading.report(line: version.line, "\(version.kindName) is given", accepted: fleetAPIVersion)
            }
            if text != fleetAPIVersion {
                reading.report(
                    line: version.line, "\(quoted(text)) is not a version of fleet documents", accepted: fleetAPIVersion)
            }
        }
    }

    private static func value<Value>(
        of field: String, in node: DocumentNode, _ rule: ValueRule<Value>, _ reading: inout Reading
    ) -> Value? {
        guard let node = present(field, in: node, accepted: rule.accepted, &reading) else { return nil }
        return reading.descend(key: field) { rule.read(node, &$0) }
    }

    private static func present(
        _ field: String, in node: DocumentNode, accepted: String, _ reading: inout Reading
    ) -> DocumentNode? {
        guard let entry = node[field] else {
            reading.descend(key: field) { $0.report(line: node.line, "the field is missing", accepted: accepted) }
            return nil
        }
        if case .unreadable = entry.value.content {
            reading.markFailed(reading.path.key(field))
            return nil
        }
        return entry.value
    }
}

/// The fields of each kind, as the decoder knows them.
package enum FleetSchema {
    /// The fields of a kind's `spec`.
    package static func fields(of kind: ResourceKind) -> [FieldDescription] { KindSchema.of(kind).fields }
    package static var metadataFields: [FieldDescription] { Metadata.shape.fields.map(\.description) }
}
