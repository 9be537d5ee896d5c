import FleetModel

/// Names of one list of a problem by position, and what can be said of a name that is not among them.
struct NameIndex {
    let kind: String
    private(set) var names: [String] = []
    private var positions: [String: Int] = [:]

    init(kind: String) { self.kind = kind }

    subscript(name: String) -> Int? { positions[name] }
    var count: Int { names.count }

    /// The name's position; the earlier one where it is there already.
    @discardableResult
    mutating func insert(_ name: String) -> (position: Int, isNew: Bool) {
        if let known = positions[name] { return (known, false) }
        positions[name] = names.count
        names.append(name)
        return (names.count - 1, true)
    }

    func nearest(to name: String) -> String {
        names.isEmpty
            ? "the problem has no \(kind)" : NearestWord.choices(NearestWord.ranked(names, to: name), limit: 4)
    }
}

extension FindingCollector {
    /// A name a person and a solver's file can carry.
    mutating func requireName(_ name: String, _ path: @autoclosure () -> FieldPath) {
        let isPrintable = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        if !isPrintable || !(1...ProblemLimits.nameBytes).contains(name.utf8.count) {
            report(
                path(), "\(quoted(name)) is not a name",
                accepted: "1 to \(ProblemLimits.nameBytes) bytes of text without control characters")
        }
    }

    /// The position of a name that must be known.
    mutating func require(_ name: String, in index: NameIndex, _ path: @autoclosure () -> FieldPath) -> Int? {
        if let position = index[name] { return position }
        report(path(), "there is no \(index.kind) \(quoted(name))", accepted: index.nearest(to: name))
        return nil
    }
}
