import FleetModel

/// A keyed container whose object holds only keys the type knows, so that a misspelt key is an error and not a default.
struct StrictContainer<Key: CodingKey & CaseIterable> {
    private let values: KeyedDecodingContainer<Key>

    /// - Throws: ``ProblemFinding`` at an unknown key, naming the nearest known one.
    init(_ decoder: any Decoder) throws {
        values = try decoder.container(keyedBy: Key.self)
        let present = try decoder.container(keyedBy: AnyKey.self).allKeys
        guard let unknown = present.map(\.stringValue).sorted().first(where: { Key(stringValue: $0) == nil }) else { return }
        let known = Key.allCases.map(\.stringValue)
        let nearest = NearestWord.nearest(to: unknown, among: known).map { "the nearest is \($0); " } ?? ""
        throw ProblemFinding(
            path: FieldPath(decoder.codingPath).key(unknown), message: "unknown key",
            accepted: "\(nearest)known here: \(known.joined(separator: ", "))")
    }

    func callAsFunction<Value: Decodable>(_ key: Key) throws -> Value {
        try located(key) { try values.decode(Value.self, forKey: key) }
    }

    func callAsFunction<Value: Decodable>(_ key: Key, default value: Value) throws -> Value {
        try located(key) { try values.decodeIfPresent(Value.self, forKey: key) } ?? value
    }

    /// Gives a number that its type cannot hold (1e999, 2.5 nodes) a place: decoders throw an error of their own there and call
    /// the whole text invalid in the end.
    private func located<Value>(_ key: Key, _ decode: () throws -> Value) throws -> Value {
        do {
            return try decode()
        } catch  where !(error is DecodingError || error is ProblemFinding) {
            throw ProblemFinding(
                path: FieldPath(values.codingPath + [key]), message: "the number cannot be held",
                accepted: "a finite number, whole where it counts something")
        }
    }

    /// One of a few words.
    func word<Word: RawRepresentable & CaseIterable>(_ key: Key) throws -> Word where Word.RawValue == String {
        let text: String = try self(key)
        if let word = Word(rawValue: text) { return word }
        throw ProblemFinding(
            path: FieldPath(values.codingPath + [key]), message: "\(quoted(text)) is not one of the values",
            accepted: NearestWord.choices(Word.allCases.map(\.rawValue)))
    }
}

/// Any key of an object.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
