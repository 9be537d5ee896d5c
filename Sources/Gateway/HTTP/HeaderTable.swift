/// The fields of the head parsed last. Its storage is allocated once and used again for every head of a connection.
package struct HeaderTable: Sendable {
    package private(set) var fields: [HeaderField] = []

    package init() { fields.reserveCapacity(24) }

    package mutating func reset() { fields.removeAll(keepingCapacity: true) }

    /// Adds a field; false when the head has ``HTTPLimits/maximumFields`` already.
    @inline(__always)
    mutating func append(_ field: HeaderField) -> Bool {
        guard fields.count < HTTPLimits.maximumFields else { return false }
        fields.append(field)
        return true
    }

    /// Turns every plain field whose name a `Connection` field gave into one for a single hop.
    mutating func markHopByHop(name: Range<Int>, in bytes: UnsafeRawBufferPointer) {
        mark(.hopByHop) { Self.matches($0.name, name, in: bytes) }
    }

    /// Makes plain fields something else.
    mutating func mark(_ kind: HeaderField.Kind, where isMeant: (HeaderField) -> Bool) {
        for index in fields.indices {
            let field = fields[index]
            guard field.kind == .other || field.kind == .requestID || field.kind == .traceParent, isMeant(field) else { continue }
            fields[index] = HeaderField(
                kind: kind, nameStart: field.nameStart, nameCount: field.nameCount, valueStart: field.valueStart,
                valueCount: field.valueCount, lineEnd: field.lineEnd)
        }
    }

    private static func matches(_ left: Range<Int>, _ right: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { HTTPByte.lowercased(bytes[$0]) == HTTPByte.lowercased(bytes[$1]) }
    }
}
