/// What request and response heads have in common: their fields, and what those say about framing and the connection.
struct FieldScanner {
    var contentLength: Int?
    var isChunked = false
    var hasTransferEncoding = false
    var saysClose = false
    var saysKeepAlive = false
    /// `Connection` names fields beside `close` and `keep-alive`; ``markNominated(in:table:)`` finds them.
    private var nominates = false

    /// Reads all field lines between the start line and the end of the head.
    mutating func scan(
        _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int, table: inout HeaderTable
    ) throws(HeadProblem) {
        var position = start
        while position < end {
            let first = bytes[position]
            if first == HTTPByte.carriageReturn {
                // The end of the head is the first empty line, so this one is it.
                guard position &+ 2 == end else { throw .forbiddenByte }
                break
            }
            position = try scanLine(bytes, from: position, to: end, table: &table)
        }
        if nominates { try markNominated(in: bytes, table: &table) }
    }

    @inline(__always)
    private mutating func scanLine(
        _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int, table: inout HeaderTable
    ) throws(HeadProblem) -> Int {
        var position = start
        while position < end, HTTPByte.isToken(bytes[position]) { position &+= 1 }
        guard position < end, bytes[position] == HTTPByte.colon, position > start else {
            throw nameProblem(bytes, start: start, stop: position, end: end)
        }
        let nameCount = position &- start
        position &+= 1
        while position < end, bytes[position] == HTTPByte.space || bytes[position] == HTTPByte.tab { position &+= 1 }
        let valueStart = position
        position = bytes.endOfFieldValue(from: position, to: end)
        guard position &+ 1 < end, bytes[position] == HTTPByte.carriageReturn, bytes[position &+ 1] == HTTPByte.lineFeed else {
            throw .forbiddenByte
        }
        var valueEnd = position
        while valueEnd > valueStart, bytes[valueEnd &- 1] == HTTPByte.space || bytes[valueEnd &- 1] == HTTPByte.tab {
            valueEnd &-= 1
        }
        let kind = HeaderField.Kind.of(bytes, at: start, count: nameCount)
        let field = HeaderField(
            kind: kind, nameStart: UInt16(truncatingIfNeeded: start), nameCount: UInt16(truncatingIfNeeded: nameCount),
            valueStart: UInt16(truncatingIfNeeded: valueStart), valueCount: UInt16(truncatingIfNeeded: valueEnd &- valueStart),
            lineEnd: UInt16(truncatingIfNeeded: position &+ 2))
        guard table.append(field) else { throw .tooManyFields }
        switch kind {
        case .contentLength: try takeLength(bytes, field.value)
        case .transferEncoding: try takeTransferEncoding(bytes, field.value)
        case .connection: try takeConnection(bytes, field.value)
        default: break
        }
        return position &+ 2
    }

    private func nameProblem(_ bytes: UnsafeRawBufferPointer, start: Int, stop: Int, end: Int) -> HeadProblem {
        guard stop < end else { return .malformedFieldName }
        let isSpace = bytes[stop] == HTTPByte.space || bytes[stop] == HTTPByte.tab
        if isSpace { return stop == start ? .foldedField : .spaceBeforeColon }
        return .malformedFieldName
    }

    /// One decimal number; a list of equal ones is the same number (RFC 9112 section 6.3, rule 5).
    private mutating func takeLength(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) throws(HeadProblem) {
        var position = value.lowerBound
        while true {
            var number = 0
            let digits = position
            while position < value.upperBound, HTTPByte.isDigit(bytes[position]) {
                let (product, overflowed) = number.multipliedReportingOverflow(by: 10)
                let (sum, carried) = product.addingReportingOverflow(Int(bytes[position] &- 48))
                guard !overflowed, !carried else { throw .malformedContentLength }
                number = sum
                position &+= 1
            }
            guard position > digits else { throw .malformedContentLength }
            if let known = contentLength, known != number { throw .differingContentLengths }
            contentLength = number
            while position < value.upperBound, isBlank(bytes[position]) { position &+= 1 }
            guard position < value.upperBound else { return }
            guard bytes[position] == HTTPByte.comma else { throw .malformedContentLength }
            position &+= 1
            while position < value.upperBound, isBlank(bytes[position]) { position &+= 1 }
        }
    }

    private mutating func takeTransferEncoding(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) throws(HeadProblem) {
        guard !hasTransferEncoding, bytes.spells("chunked", at: value.lowerBound, count: value.count) else {
            throw .unsupportedTransferEncoding
        }
        hasTransferEncoding = true
        isChunked = true
    }

    private mutating func takeConnection(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) throws(HeadProblem) {
        try forEachElement(bytes, value) { element in
            if bytes.spells("close", at: element.lowerBound, count: element.count) {
                saysClose = true
            } else if bytes.spells("keep-alive", at: element.lowerBound, count: element.count) {
                saysKeepAlive = true
            } else {
                nominates = true
            }
        }
    }

    private func markNominated(in bytes: UnsafeRawBufferPointer, table: inout HeaderTable) throws(HeadProblem) {
        for field in table.fields where field.kind == .connection {
            try forEachElement(bytes, field.value) { table.markHopByHop(name: $0, in: bytes) }
        }
    }

    /// The elements of a comma-separated list, without the blanks around them; each must be a token.
    private func forEachElement(
        _ bytes: UnsafeRawBufferPointer, _ value: Range<Int>, _ body: (Range<Int>) -> Void
    ) throws(HeadProblem) {
        var position = value.lowerBound
        var count = 0
        while position < value.upperBound {
            while position < value.upperBound, isBlank(bytes[position]) || bytes[position] == HTTPByte.comma { position &+= 1 }
            let start = position
            while position < value.upperBound, HTTPByte.isToken(bytes[position]) { position &+= 1 }
            let stop = position
            while position < value.upperBound, isBlank(bytes[position]) { position &+= 1 }
            guard position == value.upperBound || bytes[position] == HTTPByte.comma else { throw .forbiddenByte }
            guard stop > start else { continue }
            count &+= 1
            guard count <= HTTPLimits.maximumConnectionOptions else { throw .tooManyFields }
            body(start..<stop)
        }
    }

    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool { byte == HTTPByte.space || byte == HTTPByte.tab }
}
