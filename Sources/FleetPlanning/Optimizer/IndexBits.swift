/// A set of small indices, hashable and quick to test: planes of a problem, groups of a service.
struct IndexBits: Hashable, Sendable {
    private(set) var words: [UInt64]

    init(capacity: Int) { words = [UInt64](repeating: 0, count: (capacity + 63) / 64) }

    mutating func insert(_ index: Int) { words[index >> 6] |= 1 << UInt64(index & 63) }
    func contains(_ index: Int) -> Bool { words[index >> 6] & (1 << UInt64(index & 63)) != 0 }
    mutating func formUnion(_ other: IndexBits) { for word in words.indices { words[word] |= other.words[word] } }
    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Ascending.
    var indices: [Int] {
        var found: [Int] = []
        for (word, bits) in words.enumerated() {
            var rest = bits
            while rest != 0 {
                found.append(word * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return found
    }
}
