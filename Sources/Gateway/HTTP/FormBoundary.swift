/// The boundary between the parts of a form, from its `Content-Type` (RFC 2046 section 5.1.1).
package enum FormBoundary {
    /// Longest boundary.
    package static let maximumBytes = 70

    /// Whether a `Content-Type` says that the body has parts.
    static func isForm(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) -> Bool {
        bytes.begins(with: "multipart/", at: value.lowerBound, count: value.count)
    }

    /// The boundary of `multipart/form-data`; nil where there is none, more than one, or one that two readers could cut
    /// differently.
    package static func read(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) -> [UInt8]? {
        guard bytes.begins(with: "multipart/form-data", at: value.lowerBound, count: value.count) else { return nil }
        var parameters = FormParameters(bytes, value.lowerBound + 19..<value.upperBound)
        var boundary: [UInt8]?
        while let parameter = parameters.next() {
            guard parameter.isNamed("boundary", in: bytes) else {
                // `boundary*` would be another spelling of the same (RFC 2231).
                guard !bytes.begins(with: "boundary", at: parameter.name.lowerBound, count: parameter.name.count) else {
                    return nil
                }
                continue
            }
            guard boundary == nil, (1...maximumBytes).contains(parameter.value.count),
                parameter.value.allSatisfy({ isBoundary(bytes[$0]) })
            else { return nil }
            boundary = Array(bytes[parameter.value])
        }
        return parameters.isWellFormed ? boundary : nil
    }

    /// `bcharsnospace`; a space, allowed inside a boundary, is taken off by some readers.
    private static func isBoundary(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case 39, 40, 41, 43, 95, 44, 45, 46, 47, 58, 61, 63: true
        default: false
        }
    }
}

/// The parameters behind a field's first word: `; name=value`, each a token or a quoted string without a backslash, which readers
/// understand differently.
struct FormParameters {
    struct Parameter {
        var name: Range<Int>
        /// Without its quotes.
        var value: Range<Int>

        func isNamed(_ text: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
            bytes.spells(text, at: name.lowerBound, count: name.count)
        }
    }

    private let bytes: UnsafeRawBufferPointer
    private var position: Int
    private let end: Int
    /// Everything read so far was written by the rules.
    private(set) var isWellFormed = true

    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        (position, end) = (range.lowerBound, range.upperBound)
    }

    mutating func next() -> Parameter? {
        skipBlanks()
        guard position < end else { return nil }
        guard bytes[position] == 59 else { return fail() }
        position += 1
        skipBlanks()
        let name = position
        while position < end, HTTPByte.isToken(bytes[position]) { position += 1 }
        let nameEnd = position
        guard nameEnd > name, position < end, bytes[position] == 61 else { return fail() }
        position += 1
        guard let value = position < end && bytes[position] == 34 ? quoted() : token() else { return fail() }
        return Parameter(name: name..<nameEnd, value: value)
    }

    private mutating func quoted() -> Range<Int>? {
        position += 1
        let start = position
        while position < end, bytes[position] != 34 {
            guard bytes[position] != 92, bytes[position] >= 32 else { return nil }
            position += 1
        }
        guard position < end else { return nil }
        position += 1
        return start..<position - 1
    }

    private mutating func token() -> Range<Int>? {
        let start = position
        while position < end, HTTPByte.isToken(bytes[position]) { position += 1 }
        return position > start ? start..<position : nil
    }

    private mutating func fail() -> Parameter? {
        isWellFormed = false
        position = end
        return nil
    }

    private mutating func skipBlanks() {
        while position < end, bytes[position] == HTTPByte.space || bytes[position] == HTTPByte.tab { position += 1 }
    }
}
