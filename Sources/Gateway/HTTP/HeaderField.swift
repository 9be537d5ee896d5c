/// One field of a head as offsets into its bytes: nothing is copied and no string is made.
///
/// Offsets count from the head's first byte and fit 16 bits because a head does (``HTTPLimits/maximumHeadBytes``).
package struct HeaderField: Equatable, Sendable {
    /// Fields the gateway acts on; every other one is ``other`` and passes untouched.
    package enum Kind: UInt8, Sendable {
        case other
        case host, contentLength, transferEncoding, connection, contentType, expect
        /// Fields for one hop only (RFC 9110 section 7.6.1) and those a `Connection` field names.
        case hopByHop
        case upgrade
        /// `authorization` and `x-api-key`: the client's key is the gateway's business, never an upstream's.
        case credential
        /// `forwarded`, `x-forwarded-*`, `x-real-ip` and their like: nobody is trusted to set them.
        case forwarding
        /// `x-tradewind-*`: only the gateway says these.
        case tradewind
        case requestID, traceParent
        /// `x-ratelimit-*`: the gateway says them of its own limits.
        case rateLimit
    }

    package let kind: Kind
    package let nameStart: UInt16
    package let nameCount: UInt16
    package let valueStart: UInt16
    package let valueCount: UInt16
    /// Where the line ends, behind its CRLF.
    package let lineEnd: UInt16

    package var name: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameCount) }
    package var value: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueCount) }
}

extension HeaderField.Kind {
    /// Reads the kind off a field name, whatever its case.
    @inline(__always)
    static func of(_ bytes: UnsafeRawBufferPointer, at start: Int, count: Int) -> HeaderField.Kind {
        switch count {
        case 2: bytes.spells("te", at: start, count: count) ? .hopByHop : .other
        case 4: bytes.spells("host", at: start, count: count) ? .host : .other
        case 6: bytes.spells("expect", at: start, count: count) ? .expect : .other
        case 7: ofSeven(bytes, at: start)
        case 9: ofNine(bytes, at: start)
        case 10: ofTen(bytes, at: start)
        case 11: bytes.spells("traceparent", at: start, count: count) ? .traceParent : .other
        default: ofLonger(bytes, at: start, count: count)
        }
    }

    private static func ofSeven(_ bytes: UnsafeRawBufferPointer, at start: Int) -> HeaderField.Kind {
        if bytes.spells("upgrade", at: start, count: 7) { return .upgrade }
        // Azure's clients send their key so.
        if bytes.spells("api-key", at: start, count: 7) { return .credential }
        return bytes.spells("trailer", at: start, count: 7) ? .hopByHop : .other
    }

    private static func ofNine(_ bytes: UnsafeRawBufferPointer, at start: Int) -> HeaderField.Kind {
        if bytes.spells("x-api-key", at: start, count: 9) { return .credential }
        let isForwarding = bytes.spells("forwarded", at: start, count: 9) || bytes.spells("x-real-ip", at: start, count: 9)
        return isForwarding ? .forwarding : .other
    }

    private static func ofTen(_ bytes: UnsafeRawBufferPointer, at start: Int) -> HeaderField.Kind {
        if bytes.spells("connection", at: start, count: 10) { return .connection }
        return bytes.spells("keep-alive", at: start, count: 10) ? .hopByHop : .other
    }

    private static func ofLonger(_ bytes: UnsafeRawBufferPointer, at start: Int, count: Int) -> HeaderField.Kind {
        switch HTTPByte.lowercased(bytes[start]) {
        case 97: bytes.spells("authorization", at: start, count: count) ? .credential : .other
        case 99:
            bytes.spells("content-type", at: start, count: count)
                ? .contentType : bytes.spells("content-length", at: start, count: count) ? .contentLength : .other
        case 112: bytes.begins(with: "proxy-", at: start, count: count) ? .hopByHop : .other
        case 116:
            bytes.spells("transfer-encoding", at: start, count: count)
                ? .transferEncoding : bytes.spells("true-client-ip", at: start, count: count) ? .forwarding : .other
        case 120: ofExtension(bytes, at: start, count: count)
        default: bytes.spells("http2-settings", at: start, count: count) ? .hopByHop : .other
        }
    }

    private static func ofExtension(_ bytes: UnsafeRawBufferPointer, at start: Int, count: Int) -> HeaderField.Kind {
        if bytes.spells("x-request-id", at: start, count: count) { return .requestID }
        if bytes.begins(with: "x-tradewind-", at: start, count: count) { return .tradewind }
        if bytes.begins(with: "x-ratelimit-", at: start, count: count) { return .rateLimit }
        if bytes.spells("x-goog-api-key", at: start, count: count) { return .credential }
        if bytes.begins(with: "x-forwarded", at: start, count: count)
            || bytes.spells("x-client-ip", at: start, count: count)
            || bytes.spells("x-cluster-client-ip", at: start, count: count)
            || bytes.begins(with: "x-original-", at: start, count: count)
        {
            return .forwarding
        }
        return .other
    }
}
