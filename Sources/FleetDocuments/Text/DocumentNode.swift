/// A value of a document as it was written, with its line. Scalars stay text: what they mean is decided by the field they fill.
struct DocumentNode: Sendable {
    struct Entry: Sendable {
        let key: String
        let line: Int
        let value: DocumentNode
    }

    indirect enum Content: Sendable {
        /// `isQuoted` sets text apart from the plain words `true`, `null` and numbers.
        case scalar(String, isQuoted: Bool)
        case mapping([Entry])
        case sequence([DocumentNode])
        /// Was refused with a message of its own: an alias, an anchor, a tag, too deep.
        case unreadable
    }

    /// Counted from 1. A mapping or list that is a key's value has the key's line.
    let line: Int
    let content: Content

    /// What it is, for messages that say what was found.
    var kindName: String {
        switch content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(let text, isQuoted: false) where Self.isNull(text): "nothing"
        case .scalar: "a single value"
        case .unreadable: "something unreadable"
        }
    }

    var isNull: Bool {
        if case .scalar(let text, isQuoted: false) = content { return Self.isNull(text) }
        return false
    }

    static func isNull(_ text: String) -> Bool { ["", "~", "null", "Null", "NULL"].contains(text) }

    subscript(key: String) -> Entry? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }
    }
}
