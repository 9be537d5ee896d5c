/// The head of one part of a form: whether it is the one that names the model.
struct FormPartHead {
    private(set) var isModel = false
    private var hasDisposition = false
    private var hasFileName = false
    private var isEncoded = false
    private var hasForeignType = false

    /// - Parameter bytes: the head with its empty line.
    init(_ bytes: UnsafeRawBufferPointer) throws(BodyProblem) {
        var start = 0
        while start < bytes.count - 2 {
            var end = start
            while bytes[end] != HTTPByte.carriageReturn {
                guard bytes[end] >= 32 || bytes[end] == HTTPByte.tab else { throw .malformedForm }
                end += 1
            }
            guard bytes[end + 1] == HTTPByte.lineFeed else { throw .malformedForm }
            try readLine(bytes, start..<end)
            start = end + 2
        }
        guard hasDisposition else { throw .malformedForm }
        guard isModel else { return }
        guard !hasFileName else { throw .modelNotText }
        guard !isEncoded, !hasForeignType else { throw .malformedForm }
    }

    private mutating func readLine(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) throws(BodyProblem) {
        var position = line.lowerBound
        while position < line.upperBound, HTTPByte.isToken(bytes[position]) { position += 1 }
        let name = line.lowerBound..<position
        guard !name.isEmpty, position < line.upperBound, bytes[position] == HTTPByte.colon else { throw .malformedForm }
        position += 1
        while position < line.upperBound, bytes[position] == HTTPByte.space { position += 1 }
        let value = position..<line.upperBound
        if bytes.spells("content-disposition", at: name.lowerBound, count: name.count) {
            guard !hasDisposition else { throw .malformedForm }
            hasDisposition = true
            try readDisposition(bytes, value)
        } else if bytes.spells("content-transfer-encoding", at: name.lowerBound, count: name.count) {
            isEncoded = true
        } else if bytes.spells("content-type", at: name.lowerBound, count: name.count) {
            let isText = ["text/plain", "text/plain; charset=utf-8", "text/plain;charset=utf-8"].contains {
                bytes.spells($0, at: value.lowerBound, count: value.count)
            }
            hasForeignType = hasForeignType || !isText
        }
    }

    private mutating func readDisposition(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) throws(BodyProblem) {
        guard bytes.begins(with: "form-data", at: value.lowerBound, count: value.count) else { throw .malformedForm }
        var parameters = FormParameters(bytes, value.lowerBound + 9..<value.upperBound)
        var hasName = false
        while let parameter = parameters.next() {
            let (start, count) = (parameter.name.lowerBound, parameter.name.count)
            if bytes.begins(with: "filename", at: start, count: count) { hasFileName = true }
            guard bytes.begins(with: "name", at: start, count: count) else { continue }
            // `name*` would be another spelling of the same (RFC 7578 section 4.2 forbids it).
            guard count == 4, !hasName else { throw .malformedForm }
            hasName = true
            try take(name: parameter.value, bytes)
        }
        guard hasName, parameters.isWellFormed else { throw .malformedForm }
    }

    private mutating func take(name: Range<Int>, _ bytes: UnsafeRawBufferPointer) throws(BodyProblem) {
        // This part would tell how the others are to be decoded (RFC 7578 section 4.6).
        guard !bytes.spells("_charset_", at: name.lowerBound, count: name.count) else { throw .malformedForm }
        guard bytes.spells("model", at: name.lowerBound, count: name.count) else { return }
        guard name.allSatisfy({ bytes[$0] >= 97 }) else { throw .misspeltModel }
        isModel = true
    }
}
