import FleetRouting
import FleetTransport

/// The key a request shows, where the field's clients put it: `authorization: Bearer …` (OpenAI), `x-api-key` (Anthropic),
/// `api-key` (Azure).
enum PresentedKey {
    /// A longer one is nobody's; ours are 70 bytes.
    static let maximumBytes = 512

    /// Its digest; nil where the request shows none. The first field that holds one counts, and none is passed on.
    static func digest(_ bytes: UnsafeRawBufferPointer, _ fields: [HeaderField]) -> KeyDigest? {
        for field in fields where field.kind == .credential {
            guard let key = key(bytes, field), !key.isEmpty, key.count <= maximumBytes else { continue }
            return withSHA256(of: UnsafeRawBufferPointer(rebasing: bytes[key])) { KeyDigest($0) }
        }
        return nil
    }

    private static func key(_ bytes: UnsafeRawBufferPointer, _ field: HeaderField) -> Range<Int>? {
        guard bytes.spells("authorization", at: field.name.lowerBound, count: field.name.count) else { return field.value }
        let value = field.value
        guard bytes.begins(with: "bearer ", at: value.lowerBound, count: value.count) else { return nil }
        var start = value.lowerBound + 7
        while start < value.upperBound, bytes[start] == HTTPByte.space { start += 1 }
        return start..<value.upperBound
    }
}
