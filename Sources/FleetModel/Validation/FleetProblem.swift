/// Something a fleet declares that cannot be meant: which resource and field, what is wrong, and what would be right.
package struct FleetProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package let key: ResourceKey
    package let field: FieldPath
    package let message: String
    /// What would be accepted instead.
    package let accepted: String
    /// Every field the finding rests on, ``field`` among them. A reader that could not understand one of them drops the finding,
    /// since it would speak of a value nobody wrote.
    package let basis: [FieldPath]

    package init(key: ResourceKey, field: FieldPath, message: String, accepted: String, basis: [FieldPath] = []) {
        self.key = key
        self.field = field
        self.message = message
        self.accepted = accepted
        self.basis = [field] + basis
    }

    package var path: String { field.description }
    package var description: String { "\(key): \(path): \(message); \(accepted)" }
}

/// Gathers the problems of one resource.
struct ProblemCollector {
    let key: ResourceKey
    private(set) var problems: [FleetProblem] = []

    init(key: ResourceKey) { self.key = key }

    mutating func report(_ field: FieldPath, _ message: String, accepted: String, basis: [FieldPath] = []) {
        problems.append(FleetProblem(key: key, field: field, message: message, accepted: accepted, basis: basis))
    }

    mutating func require(_ holds: Bool, _ field: FieldPath, _ message: @autoclosure () -> String, accepted: String) {
        if !holds { report(field, message(), accepted: accepted) }
    }

    mutating func requireRange(
        _ value: Int, in range: ClosedRange<Int>, _ field: FieldPath, accepted: String
    ) {
        require(range.contains(value), field, "\(value) is out of range", accepted: accepted)
    }

    /// Reports each entry that repeats an earlier one.
    mutating func requireDistinct(_ values: [String], _ field: FieldPath, what: String, leaf: String? = nil) {
        var seen: [String: Int] = [:]
        for (position, value) in values.enumerated() {
            if let first = seen[value] {
                let entry = field.index(position)
                report(
                    leaf.map(entry.key) ?? entry, "\(what) \(quoted(value)) is already entry \(first)",
                    accepted: "each \(what) once")
            } else {
                seen[value] = position
            }
        }
    }
}

/// A text of the user's as it may stand in a message: shortened, and without control characters or line breaks.
package func quoted(_ text: String) -> String {
    let limit = 60
    var shown = ""
    for scalar in text.unicodeScalars.prefix(limit) {
        let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
        shown.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
    }
    return "\"\(shown)\(text.unicodeScalars.count > limit ? "…" : "")\""
}
