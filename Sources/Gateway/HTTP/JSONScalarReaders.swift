/// Reads one JSON number, cut anywhere (RFC 8259 section 6).
struct JSONNumberReader: Sendable {
    private enum State { case minus, zero, integer, point, fraction, exponent, exponentSign, exponentDigits }

    private var state = State.minus

    mutating func start(_ first: UInt8) { state = first == 45 ? .minus : first == 48 ? .zero : .integer }

    /// Whether the byte belongs to the number; false when the number ended before it.
    mutating func accept(_ byte: UInt8) throws(BodyProblem) -> Bool {
        let isDigit = HTTPByte.isDigit(byte)
        switch state {
        case .minus:
            guard isDigit else { throw .malformed }
            state = byte == 48 ? .zero : .integer
        case .zero, .integer:
            if isDigit {
                guard state == .integer else { throw .malformed }
            } else if byte == 46 {
                state = .point
            } else if byte | 0x20 == 101 {
                state = .exponent
            } else {
                return false
            }
        case .point:
            guard isDigit else { throw .malformed }
            state = .fraction
        case .fraction:
            if byte | 0x20 == 101 { state = .exponent } else if !isDigit { return false }
        case .exponent:
            guard isDigit || byte == 43 || byte == 45 else { throw .malformed }
            state = isDigit ? .exponentDigits : .exponentSign
        case .exponentSign:
            guard isDigit else { throw .malformed }
            state = .exponentDigits
        case .exponentDigits:
            if !isDigit { return false }
        }
        return true
    }
}

/// Reads `true`, `false` or `null`, cut anywhere.
struct JSONLiteralReader: Sendable {
    private var first: UInt8 = 0
    private var count = 0

    var isTrue: Bool { first == 116 }

    mutating func start(_ byte: UInt8) {
        first = byte
        count = 1
    }

    /// Takes the next byte; true when the literal is complete.
    mutating func accept(_ byte: UInt8) throws(BodyProblem) -> Bool {
        let word: StaticString = first == 116 ? "true" : first == 102 ? "false" : "null"
        guard byte == word.utf8Start[count] else { throw .malformed }
        count += 1
        return count == word.utf8CodeUnitCount
    }
}
