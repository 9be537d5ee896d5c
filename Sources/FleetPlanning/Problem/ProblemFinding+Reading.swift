import FleetModel

extension ProblemFinding {
    /// What a reader of problem files says about an error of its decoder. Nil for an error that is not about the file.
    package init?(reading error: any Error) {
        switch error {
        case let finding as ProblemFinding: self = finding
        case DecodingError.keyNotFound(let key, let context):
            self.init(
                path: FieldPath(context.codingPath + [key]), message: "it is missing", accepted: "a value for \(key.stringValue)")
        case DecodingError.valueNotFound(let type, let context):
            self.init(path: FieldPath(context.codingPath), message: "null is no value", accepted: Self.words(for: type))
        case DecodingError.typeMismatch(let type, let context):
            self.init(
                path: FieldPath(context.codingPath), message: "this is something else", accepted: Self.words(for: type))
        case DecodingError.dataCorrupted:
            self.init(path: FieldPath(), message: "this is not JSON", accepted: "one JSON object with the keys of a problem")
        default: return nil
        }
    }

    private static func words(for type: any Any.Type) -> String {
        if type == Int.self || type == UInt64.self { return "a whole number" }
        if type == Double.self { return "a number" }
        if type == String.self { return "a text" }
        if type == Bool.self { return "true or false" }
        return type is any RangeReplaceableCollection.Type ? "a list" : "an object"
    }
}

extension FieldPath {
    init(_ keys: [any CodingKey]) {
        self.init(keys.map { key in key.intValue.map(Step.index) ?? .key(key.stringValue) })
    }
}
