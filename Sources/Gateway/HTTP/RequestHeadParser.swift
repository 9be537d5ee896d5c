/// Reads request heads by RFC 9112, strictly: whatever two readers could understand differently is refused.
package enum RequestHeadParser {
    /// Reads a complete head, empty line included (``HeadEnd`` finds it). Fields go to `table`, as offsets into `bytes`.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer, table: inout HeaderTable
    ) throws(HeadProblem) -> RequestHead {
        precondition(bytes.count <= HTTPLimits.maximumHeadBytes && bytes.count >= 4)
        table.reset()
        var head = RequestHead()
        head.byteCount = bytes.count
        let fieldsStart = try requestLine(bytes, into: &head)
        var scanner = FieldScanner()
        try scanner.scan(bytes, from: fieldsStart, to: bytes.count, table: &table)
        try takeFields(bytes, table, into: &head)
        try settleFraming(scanner, into: &head)
        head.keepsAlive = head.isHTTP10 ? scanner.saysKeepAlive && !scanner.saysClose : !scanner.saysClose
        return head
    }

    // MARK: Request line

    private static func requestLine(_ bytes: UnsafeRawBufferPointer, into head: inout RequestHead) throws(HeadProblem) -> Int {
        let end = bytes.count
        var position = 0
        while position < end, HTTPByte.isToken(bytes[position]) { position &+= 1 }
        guard position > 0, position <= HTTPLimits.maximumMethodBytes, position < end, bytes[position] == HTTPByte.space else {
            throw .malformedMethod
        }
        head.methodBytes = 0..<position
        head.method = method(bytes, count: position)
        position &+= 1
        let targetStart = position
        while position < end, bytes[position] > HTTPByte.space, bytes[position] != 0x7F { position &+= 1 }
        let targetEnd = position
        // SP "HTTP/1.1" CR LF
        guard position &+ 11 <= end, bytes[position] == HTTPByte.space else { throw .malformedRequestLine }
        position &+= 1
        guard bytes[position] == 72, bytes[position &+ 1] == 84, bytes[position &+ 2] == 84, bytes[position &+ 3] == 80,
            bytes[position &+ 4] == HTTPByte.slash, HTTPByte.isDigit(bytes[position &+ 5]), bytes[position &+ 6] == 46,
            HTTPByte.isDigit(bytes[position &+ 7]), bytes[position &+ 8] == HTTPByte.carriageReturn,
            bytes[position &+ 9] == HTTPByte.lineFeed
        else { throw .malformedRequestLine }
        let (major, minor) = (bytes[position &+ 5], bytes[position &+ 7])
        if major == 50, bytes[0] == 80, head.method == .other, head.methodBytes.count == 3 { throw .http2Preface }
        guard major == 49, minor == 48 || minor == 49 else { throw .unsupportedVersion }
        head.isHTTP10 = minor == 48
        try target(bytes, targetStart..<targetEnd, into: &head)
        return position &+ 10
    }

    private static func method(_ bytes: UnsafeRawBufferPointer, count: Int) -> RequestHead.Method {
        // Methods are case-sensitive (RFC 9110 section 9.1).
        func reads(_ text: StaticString) -> Bool {
            for index in 0..<count where bytes[index] != text.utf8Start[index] { return false }
            return true
        }
        switch count {
        case 3: return reads("GET") ? .get : reads("PUT") ? .put : .other
        case 4: return reads("POST") ? .post : reads("HEAD") ? .head : .other
        case 5: return reads("PATCH") ? .patch : reads("TRACE") ? .trace : .other
        case 6: return reads("DELETE") ? .delete : .other
        case 7: return reads("OPTIONS") ? .options : reads("CONNECT") ? .connect : .other
        default: return .other
        }
    }

    /// Origin form, `*` for OPTIONS, or absolute form with `http`; anything else is refused (CONNECT has nothing else).
    private static func target(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, into head: inout RequestHead
    ) throws(HeadProblem) {
        guard let first = range.first else { throw .malformedTarget }
        var start = range.lowerBound
        if bytes[first] == 42, range.count == 1, head.method == .options {
            (head.target, head.path) = (range, range)
            return
        }
        if bytes.begins(with: "http://", at: start, count: range.count) {
            var stop = start &+ 7
            while stop < range.upperBound, HTTPByte.isHost(bytes[stop]) { stop &+= 1 }
            head.host = start &+ 7..<stop
            guard !head.host.isEmpty else { throw .malformedTarget }
            start = stop
        }
        guard start < range.upperBound, bytes[start] == HTTPByte.slash else { throw .malformedTarget }
        head.target = start..<range.upperBound
        head.path = start..<(try pathEnd(bytes, head.target))
    }

    /// Checks every byte of the target, and that no segment of the path is `.` or `..` in any spelling: a replica that resolved
    /// them would serve another path than the route matched.
    private static func pathEnd(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(HeadProblem) -> Int {
        var position = range.lowerBound
        var end = range.upperBound
        var dots = 0
        var others = 0
        while position < range.upperBound {
            let byte = bytes[position]
            guard HTTPByte.isTarget(byte) else { throw .malformedTarget }
            var value = byte
            if byte == 37 {
                guard position &+ 2 < range.upperBound, let high = HTTPByte.hexValue(bytes[position &+ 1]),
                    let low = HTTPByte.hexValue(bytes[position &+ 2])
                else { throw .malformedTarget }
                value = high << 4 | low
                // A NUL, an encoded slash or backslash are read differently by different servers.
                guard value >= 32, value != 0x7F else { throw .malformedTarget }
                position &+= 2
            }
            position &+= 1
            guard end == range.upperBound else { continue }
            if byte == 63 { end = position &- 1 }
            if value == HTTPByte.slash || value == 92 || byte == 63 {
                guard others > 0 || dots == 0 || dots > 2 else { throw .malformedTarget }
                (dots, others) = (0, 0)
            } else if value == 46 {
                dots &+= 1
            } else {
                others &+= 1
            }
        }
        guard end < range.upperBound || others > 0 || dots == 0 || dots > 2 else { throw .malformedTarget }
        return end
    }

    // MARK: Fields

    private static func takeFields(
        _ bytes: UnsafeRawBufferPointer, _ table: HeaderTable, into head: inout RequestHead
    ) throws(HeadProblem) {
        var hasHost = false
        let hasAuthority = !head.host.isEmpty
        for field in table.fields {
            switch field.kind {
            case .host:
                guard !hasHost else { throw .repeatedHost }
                hasHost = true
                guard field.value.allSatisfy({ HTTPByte.isHost(bytes[$0]) }) else { throw .malformedHost }
                if !hasAuthority { head.host = field.value }
            case .expect:
                if bytes.spells("100-continue", at: field.value.lowerBound, count: field.value.count) {
                    head.expectsContinue = !head.isHTTP10
                } else {
                    head.hasUnknownExpectation = true
                }
            case .upgrade: head.asksUpgrade = true
            case .contentType: head.contentType = field.value
            case .requestID: head.requestID = field.value
            case .traceParent: head.traceParent = field.value
            case .other, .contentLength, .transferEncoding, .connection, .hopByHop, .credential, .forwarding, .tradewind,
                .rateLimit:
                break
            }
        }
        guard hasHost || head.isHTTP10 else { throw .missingHost }
        guard !hasHost || !head.host.isEmpty else { throw .malformedHost }
    }

    private static func settleFraming(_ scanner: FieldScanner, into head: inout RequestHead) throws(HeadProblem) {
        if scanner.hasTransferEncoding {
            guard !head.isHTTP10 else { throw .chunkedBeforeHTTP11 }
            guard scanner.contentLength == nil else { throw .lengthAndTransferEncoding }
            head.framing = .chunked
        } else if let length = scanner.contentLength, length > 0 {
            head.framing = .length(length)
        }
    }
}
