import NIOCore

/// Writes the head an upstream gets: the client's, without what is for one hop, what only the gateway may say, and the client's
/// key; with the replica as `host` and one unambiguous framing.
struct UpstreamRequestHead {
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    /// Bytes added at most: framing, host, forwarding, request id and trace lines.
    static let maximumAddedBytes = 1_024

    /// `host: …` with CRLF.
    let hostLine: [UInt8]
    /// `x-forwarded-for` and `x-forwarded-proto` with CRLFs.
    let forwardingLines: [UInt8]
    /// `x-request-id` and `traceparent` with CRLFs.
    let identity: RequestIdentity
    let framing: Framing

    /// Appends the head to `out`. `bytes` are those `head` and `fields` were read from.
    func write(_ bytes: UnsafeRawBufferPointer, head: RequestHead, fields: [HeaderField], to out: inout ByteBuffer) {
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes.count + Self.maximumAddedBytes) { memory in
            var cursor = ByteCursor(memory)
            cursor.write(bytes, head.methodBytes)
            cursor.write(byte: HTTPByte.space)
            cursor.write(bytes, head.target)
            cursor.write(" HTTP/1.1\r\n")
            cursor.write(hostLine)
            writePassing(bytes, fields, &cursor)
            switch framing {
            case .none:
                if head.method == .post || head.method == .put || head.method == .patch { cursor.write("content-length: 0\r\n") }
            case .length(let count):
                cursor.write("content-length: ")
                cursor.write(decimal: count)
                cursor.write("\r\n")
            case .chunked: cursor.write("transfer-encoding: chunked\r\n")
            }
            cursor.write(forwardingLines)
            cursor.write(identity.lines)
            cursor.write("\r\n")
            return cursor.count
        }
    }

    /// Copies the fields that pass, neighbours in one piece.
    @inline(__always)
    private func writePassing(_ bytes: UnsafeRawBufferPointer, _ fields: [HeaderField], _ cursor: inout ByteCursor) {
        var run = 0..<0
        for field in fields {
            guard field.kind == .other || field.kind == .contentType else { continue }
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
}
