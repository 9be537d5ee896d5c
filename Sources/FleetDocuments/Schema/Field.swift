import FleetModel

/// What is known of a field apart from its type: for messages, for references, for the documented lists.
package struct FieldDescription: Equatable, Sendable {
    package let name: String
    package let isRequired: Bool
    package let accepted: String
    package let fields: [FieldDescription]
    /// Recognised only to say why it is refused.
    package let isRefused: Bool
}

/// One field of a mapping: the single place that says how it is called, read and written.
struct Field<Owner: Sendable>: Sendable {
    let description: FieldDescription
    let read: @Sendable (DocumentNode, inout Owner, inout Reading) -> Void
    /// Nil where the field need not be written.
    let write: @Sendable (Owner) -> OutputValue?

    var name: String { description.name }

    private init(
        _ name: String, isRequired: Bool, accepted: String, fields: [FieldDescription], isRefused: Bool = false,
        read: @escaping @Sendable (DocumentNode, inout Owner, inout Reading) -> Void,
        write: @escaping @Sendable (Owner) -> OutputValue?
    ) {
        description = FieldDescription(
            name: name, isRequired: isRequired, accepted: accepted, fields: fields, isRefused: isRefused)
        self.read = read
        self.write = write
    }

    /// A field that must be there.
    static func required<Value>(
        _ name: String, _ target: any WritableKeyPath<Owner, Value> & Sendable, _ rule: ValueRule<Value>
    ) -> Field {
        Field(
            name, isRequired: true, accepted: rule.accepted, fields: rule.fields,
            read: { node, owner, reading in
                if let value = rule.read(node, &reading) { owner[keyPath: target] = value }
            },
            write: { rule.write($0[keyPath: target]) })
    }

    /// A field that keeps the blank owner's value where it is left out, and is written only when it differs from it.
    static func optional<Value: Equatable>(
        _ name: String, _ target: any WritableKeyPath<Owner, Value> & Sendable, default standard: Value, _ rule: ValueRule<Value>
    ) -> Field {
        Field(
            name, isRequired: false, accepted: rule.accepted, fields: rule.fields,
            read: { node, owner, reading in
                if let value = rule.read(node, &reading) { owner[keyPath: target] = value }
            },
            write: { owner in owner[keyPath: target] == standard ? nil : rule.write(owner[keyPath: target]) })
    }

    /// A field whose absence means something of its own.
    static func optional<Value>(
        _ name: String, _ target: any WritableKeyPath<Owner, Value?> & Sendable, _ rule: ValueRule<Value>
    ) -> Field {
        Field(
            name, isRequired: false, accepted: rule.accepted, fields: rule.fields,
            read: { node, owner, reading in
                if let value = rule.read(node, &reading) { owner[keyPath: target] = value }
            },
            write: { $0[keyPath: target].map(rule.write) })
    }

    /// Fields of the same owner that stand together in the document under a name of their own.
    static func group(_ name: String, isRequired: Bool = false, _ fields: [Field]) -> Field {
        Field(
            name, isRequired: isRequired, accepted: mappingOf(fields), fields: fields.map(\.description),
            read: { node, owner, reading in readFields(fields, from: node, into: &owner, &reading) },
            write: { owner in
                let object = writeFields(fields, of: owner)
                return object.isEmpty && !isRequired ? nil : object
            })
    }

    /// A field that is recognised only to say why it is refused.
    static func refused(_ name: String, _ message: String, accepted: String) -> Field {
        Field(
            name, isRequired: false, accepted: accepted, fields: [], isRefused: true,
            read: { node, _, reading in reading.report(line: node.line, message, accepted: accepted) }, write: { _ in nil })
    }

}

func mappingOf<Owner>(_ fields: [Field<Owner>]) -> String {
    let names = fields.filter { !$0.description.isRefused }.map(\.name)
    return names.isEmpty ? "{}" : "a mapping with \(NearestWord.choices(names))"
}

/// Reads every entry of a mapping, and says which fields are unknown or missing.
/// Returns false where the node is no mapping.
@discardableResult
func readFields<Owner>(_ fields: [Field<Owner>], from node: DocumentNode, into owner: inout Owner, _ reading: inout Reading)
    -> Bool
{
    guard case .mapping(let entries) = node.content else {
        reading.report(line: node.line, "\(node.kindName) is given", accepted: mappingOf(fields))
        return false
    }
    for entry in entries {
        guard let field = fields.first(where: { $0.name == entry.key }) else {
            reportUnknown(entry, among: fields.filter { !$0.description.isRefused }.map(\.name), &reading)
            continue
        }
        if case .unreadable = entry.value.content {
            reading.markFailed(reading.path.key(entry.key))
            continue
        }
        reading.descend(key: entry.key) { field.read(entry.value, &owner, &$0) }
    }
    for field in fields where field.description.isRequired && !entries.contains(where: { $0.key == field.name }) {
        reading.descend(key: field.name) {
            $0.report(line: node.line, "the field is missing", accepted: field.description.accepted)
        }
    }
    return true
}

func writeFields<Owner>(_ fields: [Field<Owner>], of owner: Owner) -> OutputValue {
    .object(fields.compactMap { field in field.write(owner).map { (key: field.name, value: $0) } })
}

/// Names the known field that was most likely meant; findings that rest on that one are dropped.
func reportUnknown(_ entry: DocumentNode.Entry, among known: [String], _ reading: inout Reading) {
    guard reading.problems.count < DocumentLimit.problems else { return }
    let nearest = NearestWord.nearest(to: entry.key, among: known)
    if let nearest { reading.markFailed(reading.path.key(nearest)) }
    let hint = nearest.map { "the nearest is \($0); " } ?? ""
    reading.descend(key: entry.key) {
        $0.report(
            line: entry.line, "unknown field",
            accepted: "\(hint)known here: \(known.isEmpty ? "none" : known.joined(separator: ", "))")
    }
}

/// A mapping of fixed fields.
struct Shape<Owner: Sendable>: Sendable {
    /// What stands before the first field is read.
    let blank: Owner
    let fields: [Field<Owner>]

    init(blank: Owner, _ fields: [Field<Owner>]) { (self.blank, self.fields) = (blank, fields) }

    func read(_ node: DocumentNode, _ reading: inout Reading) -> Owner? {
        var owner = blank
        return readFields(fields, from: node, into: &owner, &reading) ? owner : nil
    }

    func write(_ owner: Owner) -> OutputValue { writeFields(fields, of: owner) }

    var rule: ValueRule<Owner> {
        ValueRule(accepted: mappingOf(fields), fields: fields.map(\.description), read: read, write: write)
    }
}
