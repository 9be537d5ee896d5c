/// From byte keys to small integers: an open-addressing table built once and read without allocating.
///
/// At most half full, so a lookup ends after a few places whatever bytes are asked for.
struct ByteKeyIndex: Sendable {
    private struct Place: Sendable {
        var hash: UInt64
        var start: Int32
        var count: Int32
        /// -1 marks an empty place.
        var value: Int32
    }

    private let places: [Place]
    private let keys: [UInt8]
    private let ignoresCase: Bool

    /// - Parameter entries: where a key occurs twice the first entry holds.
    init(_ entries: [(key: String, value: Int)], ignoringCase ignoresCase: Bool = false) {
        var capacity = 4
        while capacity < entries.count * 2 { capacity *= 2 }
        var places = [Place](repeating: Place(hash: 0, start: 0, count: 0, value: -1), count: capacity)
        var keys: [UInt8] = []
        for entry in entries {
            let bytes = ignoresCase ? entry.key.utf8.map(ByteHash.lowercased) : Array(entry.key.utf8)
            let hash = bytes.withUnsafeBytes(ByteHash.hash)
            var place = Int(truncatingIfNeeded: hash) & (capacity - 1)
            var isTaken = false
            while places[place].value >= 0 {
                let other = places[place]
                if other.hash == hash, keys[Int(other.start)..<Int(other.start + other.count)].elementsEqual(bytes) {
                    isTaken = true
                    break
                }
                place = (place + 1) & (capacity - 1)
            }
            guard !isTaken else { continue }
            places[place] = Place(hash: hash, start: Int32(keys.count), count: Int32(bytes.count), value: Int32(entry.value))
            keys.append(contentsOf: bytes)
        }
        self.places = places
        self.keys = keys
        self.ignoresCase = ignoresCase
    }

    /// The value of a key; nil where it is not held.
    func value(for key: UnsafeRawBufferPointer) -> Int? {
        let hash = ignoresCase ? ByteHash.caseInsensitiveHash(key) : ByteHash.hash(key)
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place].value >= 0 {
            let candidate = places[place]
            if candidate.hash == hash, Int(candidate.count) == key.count, matches(key, at: Int(candidate.start)) {
                return Int(candidate.value)
            }
            place = (place + 1) & mask
        }
        return nil
    }

    private func matches(_ key: UnsafeRawBufferPointer, at start: Int) -> Bool {
        for offset in 0..<key.count {
            let byte = ignoresCase ? ByteHash.lowercased(key[offset]) : key[offset]
            guard byte == keys[start + offset] else { return false }
        }
        return true
    }
}
