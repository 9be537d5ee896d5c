/// Where a value stands in its document: `spec.pools[0].maxNodes`.
package struct FieldPath: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    package enum Step: Hashable, Sendable {
        case key(String)
        case index(Int)
    }

    package private(set) var steps: [Step]

    package init(_ steps: [Step] = []) { self.steps = steps }

    /// Reads a path of plain keys; keys that hold dots or brackets are added with ``key(_:)``.
    package init(stringLiteral value: String) {
        steps = value.split(separator: ".").map { .key(String($0)) }
    }

    package func key(_ name: String) -> FieldPath { FieldPath(steps + [.key(name)]) }
    package func index(_ position: Int) -> FieldPath { FieldPath(steps + [.index(position)]) }

    /// Whether one of the two is the other, or holds it.
    package func overlaps(_ other: FieldPath) -> Bool {
        zip(steps, other.steps).allSatisfy { $0 == $1 }
    }

    private static func isPlain(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-_./".utf8.contains($0)
            }
    }

    package var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let name): text += (text.isEmpty ? "" : ".") + (Self.isPlain(name) ? name : quoted(name))
            case .index(let position): text += "[\(position)]"
            }
        }
        return text
    }
}
