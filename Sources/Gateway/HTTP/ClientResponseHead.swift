import NIOCore

/// Writes the head a client gets: the upstream's, without what is for one hop and what only the gateway may say, with where and
/// why the request was served.
struct ClientResponseHead {
    enum Framing: Equatable {
        /// The upstream's framing stands: nothing of the body changes.
        case asSent
        /// The body is complete and this long.
        case length(Int)
        /// The body ends with the connection.
        case untilClose
    }

    static let maximumAddedBytes = 1_024 + RateLimitFields.maximumBytes

    /// `x-tradewind-plane` and `x-tradewind-replica` with CRLFs.
    let placeLines: [UInt8]
    /// `set-cookie: …` with CRLF; empty where none is set.
    let sessionLine: [UInt8]
    let reason: StaticString
    let identity: RequestIdentity
    let framing: Framing
    let closes: Bool
    let isForHTTP10: Bool
    /// What the tenant has left; an upstream's own fields give way to it.
    let rateLimits: RateLimitFields?

    /// Appends the head to `out`. `bytes` are those `head` and `fields` were read from.
    func write(_ bytes: UnsafeRawBufferPointer, head: ResponseHead, fields: [HeaderField], to out: inout ByteBuffer) {
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count + sessionLine.count + Self.maximumAddedBytes) {
            memory in
            var cursor = ByteCursor(memory)
            cursor.write("HTTP/1.1 ")
            cursor.write(decimal: head.status)
            cursor.write(byte: HTTPByte.space)
            cursor.write(bytes, head.reason)
            cursor.write("\r\n")
            writePassing(bytes, fields, &cursor)
            if case .length(let count) = framing {
                cursor.write("content-length: ")
                cursor.write(decimal: count)
                cursor.write("\r\n")
            }
            cursor.write(placeLines)
            cursor.write(sessionLine)
            cursor.write("x-tradewind-reason: ")
            cursor.write(reason)
            cursor.write("\r\n")
            rateLimits?.write(&cursor)
            identity.lines.withUnsafeBytes { cursor.write($0, 0..<identity.requestLineCount) }
            if closes {
                cursor.write("connection: close\r\n")
            } else if isForHTTP10 {
                cursor.write("connection: keep-alive\r\n")
            }
            cursor.write("\r\n")
            return cursor.count
        }
    }

    @inline(__always)
    private func writePassing(_ bytes: UnsafeRawBufferPointer, _ fields: [HeaderField], _ cursor: inout ByteCursor) {
        var run = 0..<0
        for field in fields where passes(field.kind) {
            let line = Int(field.nameStart)..<Int(field.lineEnd)
            if run.upperBound == line.lowerBound {
                run = run.lowerBound..<line.upperBound
            } else {
                cursor.write(bytes, run)
                run = line
            }
        }
        cursor.write(bytes, run)
    }

    @inline(__always)
    private func passes(_ kind: HeaderField.Kind) -> Bool {
        switch kind {
        case .other, .contentType, .host, .expect, .credential, .forwarding: true
        case .rateLimit: rateLimits == nil
        case .contentLength, .transferEncoding: framing == .asSent
        case .connection, .hopByHop, .upgrade, .tradewind, .requestID, .traceParent: false
        }
    }
}
