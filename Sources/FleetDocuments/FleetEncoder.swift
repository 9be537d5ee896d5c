package import FleetModel

/// Writes resources so that ``FleetDecoder`` reads the same ones back.
package enum FleetEncoder {
    /// One YAML document per resource, in the order given.
    package static func yaml(_ resources: [Resource]) -> String {
        resources.map { YAMLWriter.document(Envelope.write($0, status: nil)) }.joined(separator: "---\n")
    }

    /// Compact JSON with its keys always in the same order: the order of the reference, names of free keys sorted.
    package static func json(_ resource: Resource) -> String { json(resource, statusJSON: nil) }

    /// The same with a `status`.
    /// - Parameter statusJSON: one JSON value, written as it is.
    package static func json(_ resource: Resource, statusJSON: String?) -> String {
        Envelope.write(resource, status: statusJSON.map(OutputValue.json)).compactJSON
    }

    /// Any JSON as YAML, keys in the same order; nil where it is not JSON or exceeds the limits of a document.
    package static func yaml(fromJSON text: String) -> String? {
        guard text.utf8.count <= DocumentLimit.fileBytes, DocumentText.structure(of: text) <= DocumentLimit.structure else {
            return nil
        }
        let document = DocumentText(lineOffset: 0, text: text)
        let parsed = DocumentParser.parse(document, file: "")
        guard parsed.problems.isEmpty, let node = parsed.node else { return nil }
        return YAMLWriter.document(OutputValue(node))
    }
}

extension OutputValue {
    fileprivate init(_ node: DocumentNode) {
        self =
            switch node.content {
            case .scalar(let text, isQuoted: true): .text(text)
            case .scalar(let text, isQuoted: false): .json(text)
            case .sequence(let values): .list(values.map(OutputValue.init))
            case .mapping(let entries): .object(entries.map { (key: $0.key, value: OutputValue($0.value)) })
            case .unreadable: .json("null")
            }
    }
}
