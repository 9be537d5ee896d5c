import NIOCore

/// The fields of a response as HTTP/2 has them: lower case, and without those of one HTTP/1.1 connection.
enum StreamResponseHead {
    static func fields(_ head: ResponseHead, _ reader: ResponseReader) -> [(String, String)] {
        var fields = [(":status", String(head.status))]
        fields.reserveCapacity(reader.table.fields.count + 1)
        reader.headBytes.withUnsafeReadableBytes { bytes in
            for field in reader.table.fields where passes(field.kind) {
                let name = bytes[field.name].map(HTTPByte.lowercased)
                let value = UnsafeRawBufferPointer(rebasing: bytes[field.value])
                fields.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
            }
        }
        return fields
    }

    private static func passes(_ kind: HeaderField.Kind) -> Bool {
        switch kind {
        case .connection, .hopByHop, .transferEncoding, .upgrade: false
        case .other, .host, .contentLength, .contentType, .expect, .credential, .forwarding, .tradewind, .requestID, .traceParent,
            .rateLimit:
            true
        }
    }
}
