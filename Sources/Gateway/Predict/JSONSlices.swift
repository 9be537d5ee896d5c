/// Cuts JSON into its parts without decoding them, so that numbers and texts pass as they were written. Only for bytes that
/// ``ModelFieldScanner`` has found to be JSON.
struct JSONSlices {
    struct Member: Equatable {
        /// As written, without its quotes; one with an escape is refused by ``members(_:)``.
        var key: Range<Int>
        var value: Range<Int>
    }

    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The members of the object that a range holds; nil where it holds no object, or one with a repeated or escaped key, or
    /// with more than ``most`` members.
    func members(_ range: Range<Int>) -> [Member]? {
        guard range.count >= 2, bytes[range.lowerBound] == 123 else { return nil }
        var members: [Member] = []
        var position = blanks(range.lowerBound + 1)
        while position < range.upperBound, bytes[position] == 34 {
            let keyEnd = text(position)
            let key = position + 1..<keyEnd - 1
            guard members.count < Self.most, !key.contains(where: { bytes[$0] == 92 }),
                !members.contains(where: { bytes[$0.key].elementsEqual(bytes[key]) })
            else { return nil }
            let start = blanks(blanks(keyEnd) + 1)
            let end = value(start)
            members.append(Member(key: key, value: start..<end))
            position = blanks(end)
            guard position < range.upperBound, bytes[position] == 44 else { break }
            position = blanks(position + 1)
        }
        return members
    }

    /// More members than any request of these APIs has.
    static let most = 64

    /// The elements of the array that a range holds; nil where it holds none.
    func elements(_ range: Range<Int>) -> [Range<Int>]? {
        guard range.count >= 2, bytes[range.lowerBound] == 91 else { return nil }
        var elements: [Range<Int>] = []
        var position = blanks(range.lowerBound + 1)
        while position < range.upperBound, bytes[position] != 93 {
            let end = value(position)
            elements.append(position..<end)
            position = blanks(end)
            guard position < range.upperBound, bytes[position] == 44 else { break }
            position = blanks(position + 1)
        }
        return elements
    }

    /// The value of the member with a name.
    func value(of name: StaticString, in members: [Member]) -> Range<Int>? {
        members.first { $0.key.count == name.utf8CodeUnitCount && bytes.begins(with: name, in: $0.key) }?.value
    }

    func isText(_ range: Range<Int>) -> Bool { bytes[range.lowerBound] == 34 }

    /// A whole number that is not negative; nil for anything else.
    func index(_ range: Range<Int>) -> Int? {
        guard range.count <= 9, range.allSatisfy({ HTTPByte.isDigit(bytes[$0]) }) else { return nil }
        return range.reduce(0) { $0 * 10 + Int(bytes[$1] - 48) }
    }

    /// The whole document without blanks around it.
    var document: Range<Int> {
        let start = blanks(0)
        return start..<(start < bytes.count ? value(start) : start)
    }

    private func blanks(_ start: Int) -> Int {
        var position = start
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
        return position
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

    /// Behind the text that begins at a quote.
    private func text(_ start: Int) -> Int {
        var position = start + 1
        while position < bytes.count, bytes[position] != 34 { position += bytes[position] == 92 ? 2 : 1 }
        return min(position + 1, bytes.count)
    }

    /// Behind the value that begins here.
    private func value(_ start: Int) -> Int {
        var position = start
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case 34:
                position = text(position)
                if depth == 0 { return position }
                continue
            case 123, 91: depth += 1
            case 125, 93:
                if depth == 0 { return position }
                depth -= 1
                if depth == 0 { return position + 1 }
            case 44, 32, 9, 10, 13: if depth == 0 { return position }
            default: break
            }
            position += 1
        }
        return position
    }
}
