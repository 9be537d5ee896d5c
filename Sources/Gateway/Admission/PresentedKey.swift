import FleetRouting
import FleetTransport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The key a request shows, where the field's clients put it: `authorization: Bearer …` (OpenAI), `x-api-key` (Anthropic),
/// `api-key` (Azure).
///
/// A connection shows the same key with every request, so the last one is kept beside its digest and not hashed again.
struct PresentedKey {
    /// A longer one is nobody's; ours are 70 bytes.
    static let maximumBytes = 512

    private var last: [UInt8] = []
    private var lastDigest: KeyDigest?

    /// Its digest; nil where the request shows none. The first field that holds one counts, and none is passed on.
    mutating func digest(_ bytes: UnsafeRawBufferPointer, _ fields: [HeaderField]) -> KeyDigest? {
        for field in fields where field.kind == .credential {
            guard let key = Self.key(bytes, field), !key.isEmpty, key.count <= Self.maximumBytes else { continue }
            return digest(of: UnsafeRawBufferPointer(rebasing: bytes[key]))
        }
        return nil
    }

    private mutating func digest(of key: UnsafeRawBufferPointer) -> KeyDigest? {
        let isLast = last.count == key.count && last.withUnsafeBytes { Self.isEqual($0, key) }
        if isLast { return lastDigest }
        lastDigest = withSHA256(of: key) { KeyDigest($0) }
        last.removeAll(keepingCapacity: true)
        last.append(contentsOf: key)
        return lastDigest
    }

    /// Whether both hold the same bytes; they are of one length.
    private static func isEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard let start = left.baseAddress, let other = right.baseAddress else { return left.count == right.count }
        return memcmp(start, other, left.count) == 0
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
