import FleetModel

/// How one kind of value is read from a document and written to one.
struct ValueRule<Value: Sendable>: Sendable {
    /// What is accepted, in words.
    let accepted: String
    /// The fields inside, where the value is a mapping of fixed fields.
    let fields: [FieldDescription]
    /// Reads the value. Nil after a problem was reported.
    let read: @Sendable (DocumentNode, inout Reading) -> Value?
    let write: @Sendable (Value) -> OutputValue

    init(
        accepted: String, fields: [FieldDescription] = [], read: @escaping @Sendable (DocumentNode, inout Reading) -> Value?,
        write: @escaping @Sendable (Value) -> OutputValue
    ) {
        self.accepted = accepted
        self.fields = fields
        self.read = read
        self.write = write
    }

    /// The same text for a value of another type.
    func mapped<Other: Sendable>(
        _ from: @escaping @Sendable (Value) -> Other, back: @escaping @Sendable (Other) -> Value
    ) -> ValueRule<Other> {
        ValueRule<Other>(
            accepted: accepted, fields: fields, read: { node, reading in read(node, &reading).map(from) },
            write: { write(back($0)) })
    }

    /// A value that may still be refused once it has been read.
    func resolved<Other: Sendable>(
        _ from: @escaping @Sendable (Value, DocumentNode, inout Reading) -> Other?, back: @escaping @Sendable (Other) -> Value
    ) -> ValueRule<Other> {
        ValueRule<Other>(
            accepted: accepted, fields: fields,
            read: { node, reading in
                guard let value = read(node, &reading) else { return nil }
                return from(value, node, &reading)
            },
            write: { write(back($0)) })
    }
}

extension ValueRule {
    /// A scalar whose text alone decides.
    static func scalar(
        accepted: String, isSecret: Bool = false, read: @escaping @Sendable (String, _ isQuoted: Bool) -> Value?,
        write: @escaping @Sendable (Value) -> OutputValue
    ) -> ValueRule {
        ValueRule(
            accepted: accepted,
            read: { node, reading in
                guard case .scalar(let text, let isQuoted) = node.content, !node.isNull else {
                    reading.report(line: node.line, "\(node.kindName) is given", accepted: accepted)
                    return nil
                }
                if let value = read(text, isQuoted) { return value }
                let shown = isSecret ? "the value" : isQuoted ? "text in quotes, \(quoted(text))," : quoted(text)
                reading.report(line: node.line, "\(shown) is not accepted", accepted: accepted)
                return nil
            },
            write: write)
    }

    static func list<Element: Sendable>(_ element: ValueRule<Element>) -> ValueRule where Value == [Element] {
        ValueRule(
            accepted: "a list of \(element.accepted)", fields: element.fields,
            read: { node, reading in
                guard case .sequence(let nodes) = node.content else {
                    reading.report(
                        line: node.line, "\(node.kindName) is given", accepted: "a list: each entry \(element.accepted)")
                    return nil
                }
                var values: [Element] = []
                var isWhole = true
                for (position, node) in nodes.enumerated() {
                    if case .unreadable = node.content {
                        isWhole = false
                        continue
                    }
                    let value = reading.descend(index: position) { element.read(node, &$0) }
                    if let value { values.append(value) } else { isWhole = false }
                }
                // Later checks name entries by position, which would shift past an entry that could not be read.
                if !isWhole { reading.markFailed(reading.path) }
                return values
            },
            write: { .list($0.map(element.write)) })
    }

    /// One value, or a list of them. One is written without a list; none is never written where the field is optional.
    static func oneOrMore<Element: Sendable>(_ element: ValueRule<Element>) -> ValueRule where Value == [Element] {
        let many = ValueRule.list(element)
        let accepted = "\(element.accepted), or a list of them"
        return ValueRule(
            accepted: accepted, fields: element.fields,
            read: { node, reading in
                if case .sequence(let values) = node.content {
                    guard values.isEmpty else { return many.read(node, &reading) }
                    reading.report(line: node.line, "an empty list is given", accepted: "\(accepted); or leave the field out")
                    return nil
                }
                return element.read(node, &reading).map { [$0] }
            },
            write: { $0.count == 1 ? element.write($0[0]) : many.write($0) })
    }

    /// A mapping from free keys, kept in its written order.
    static func entries<Element: Sendable>(
        keys: String, _ element: ValueRule<Element>
    ) -> ValueRule where Value == [KeyedValue<Element>] {
        ValueRule(
            accepted: "a mapping from \(keys) to \(element.accepted)", fields: element.fields,
            read: { node, reading in
                guard case .mapping(let entries) = node.content else {
                    reading.report(
                        line: node.line, "\(node.kindName) is given", accepted: "a mapping from \(keys) to \(element.accepted)")
                    return nil
                }
                return entries.compactMap { entry in
                    if case .unreadable = entry.value.content { return nil }
                    return reading.descend(key: entry.key) { element.read(entry.value, &$0) }.map {
                        KeyedValue(key: entry.key, value: $0)
                    }
                }
            },
            write: { .object($0.map { (key: $0.key, value: element.write($0.value)) }) })
    }
}

extension ValueRule where Value == [String: String] {
    /// A mapping from free keys to texts, written sorted. Values are never repeated in messages.
    static var texts: ValueRule {
        ValueRule<[KeyedValue<String>]>.entries(keys: "names", .secretText).mapped(
            { Dictionary($0.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first }) },
            back: { $0.sorted { $0.key < $1.key }.map { KeyedValue(key: $0.key, value: $0.value) } })
    }
}

/// One entry of a mapping with free keys.
struct KeyedValue<Value: Sendable>: Sendable {
    let key: String
    let value: Value
}
