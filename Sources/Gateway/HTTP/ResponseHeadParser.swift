/// Reads response heads of upstreams by RFC 9112, as strictly as requests are read: an upstream is not trusted either.
package enum ResponseHeadParser {
    /// Reads a complete head, empty line included. `isHeadRequest` says that the response to HEAD has no body.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer, isHeadRequest: Bool, table: inout HeaderTable
    ) throws(HeadProblem) -> ResponseHead {
        precondition(bytes.count <= HTTPLimits.maximumHeadBytes && bytes.count >= 4)
        table.reset()
        var head = ResponseHead()
        head.byteCount = bytes.count
        let fieldsStart = try statusLine(bytes, into: &head)
        var scanner = FieldScanner()
        try scanner.scan(bytes, from: fieldsStart, to: bytes.count, table: &table)
        for field in table.fields where field.kind == .contentType {
            head.isEventStream = isEventStream(bytes, field.value)
        }
        try settleFraming(scanner, isHeadRequest: isHeadRequest, into: &head)
        let saysAlive = head.isHTTP10 ? scanner.saysKeepAlive && !scanner.saysClose : !scanner.saysClose
        head.keepsAlive = saysAlive && head.framing != .untilClose && head.status != 101
        return head
    }

    private static func statusLine(_ bytes: UnsafeRawBufferPointer, into head: inout ResponseHead) throws(HeadProblem) -> Int {
        // "HTTP/1.1 200" and CR LF at least; the space before an empty reason is left out by some servers.
        guard bytes.count >= 14, bytes[0] == 72, bytes[1] == 84, bytes[2] == 84, bytes[3] == 80, bytes[4] == HTTPByte.slash,
            bytes[5] == 49, bytes[6] == 46, bytes[7] == 49 || bytes[7] == 48, bytes[8] == HTTPByte.space,
            bytes[9] &- 49 < 5, HTTPByte.isDigit(bytes[10]), HTTPByte.isDigit(bytes[11])
        else { throw .malformedStatusLine }
        head.isHTTP10 = bytes[7] == 48
        head.status = Int(bytes[9] &- 48) &* 100 &+ Int(bytes[10] &- 48) &* 10 &+ Int(bytes[11] &- 48)
        var position = 12
        if bytes[position] == HTTPByte.space { position &+= 1 }
        let reasonStart = position
        guard position > 12 || bytes[position] == HTTPByte.carriageReturn else { throw .malformedStatusLine }
        while position < bytes.count, HTTPByte.isFieldValue(bytes[position]) { position &+= 1 }
        guard position &+ 1 < bytes.count, bytes[position] == HTTPByte.carriageReturn, bytes[position &+ 1] == HTTPByte.lineFeed
        else { throw .malformedStatusLine }
        head.reason = reasonStart..<position
        return position &+ 2
    }

    /// The body's length by RFC 9112 section 6.3, rules 1 to 8.
    private static func settleFraming(
        _ scanner: FieldScanner, isHeadRequest: Bool, into head: inout ResponseHead
    ) throws(HeadProblem) {
        if scanner.hasTransferEncoding {
            guard scanner.contentLength == nil else { throw .lengthAndTransferEncoding }
            guard !head.isHTTP10 else { throw .chunkedBeforeHTTP11 }
        }
        head.declaredLength = scanner.contentLength
        if isHeadRequest || head.status < 200 || head.status == 204 || head.status == 304 {
            head.framing = .none
        } else if scanner.isChunked {
            head.framing = .chunked
        } else if let length = scanner.contentLength {
            head.framing = length == 0 ? .none : .length(length)
        } else {
            head.framing = .untilClose
        }
    }

    private static func isEventStream(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) -> Bool {
        guard bytes.begins(with: "text/event-stream", at: value.lowerBound, count: value.count) else { return false }
        guard value.count > 17 else { return true }
        let next = bytes[value.lowerBound &+ 17]
        return next == HTTPByte.semicolon || next == HTTPByte.space || next == HTTPByte.tab
    }
}
