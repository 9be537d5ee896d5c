import NIOCore
import NIOHPACK

/// Turns the header section of an HTTP/2 request into the head the gateway's parser reads, strictly by RFC 9113 section 8:
/// nothing a client sends can become a second field, line or request.
struct StreamRequestHead {
    /// Why a request is malformed: its stream is reset (RFC 9113 section 8.1.1).
    enum Problem: Error, Equatable {
        case pseudoField(String)
        case fieldName
        case fieldValue
        case connectionField
        case contentLength
        case authority
        case connectMethod
    }

    /// HTTP/1.1 bytes up to and with the empty line.
    private(set) var bytes = ByteBuffer()
    private(set) var isHead = false
    private(set) var contentLength: Int?
    private(set) var isChunked = false

    private var method = ""
    private var path = ""
    private var scheme = ""
    private var authority: String?
    private var host: String?
    private var cookies: [String] = []

    /// - Parameter hasBody: the request does not end with this header section.
    init(_ headers: HPACKHeaders, hasBody: Bool) throws(Problem) {
        var lines = ByteBuffer()
        var isPastPseudoFields = false
        for (name, value, _) in headers {
            guard Self.isFieldValue(value) else { throw .fieldValue }
            if name.utf8.first == HTTPByte.colon {
                guard !isPastPseudoFields else { throw .pseudoField(name) }
                try takePseudoField(name, value)
            } else {
                isPastPseudoFields = true
                guard Self.isFieldName(name) else { throw .fieldName }
                if try takes(name, value) { Self.write(name, value, to: &lines) }
            }
        }
        try checkPseudoFields()
        if !cookies.isEmpty { Self.write("cookie", cookies.joined(separator: "; "), to: &lines) }
        isHead = method == "HEAD"
        guard hasBody || (contentLength ?? 0) == 0 else { throw .contentLength }
        isChunked = hasBody && contentLength == nil
        if isChunked { lines.writeString("transfer-encoding: chunked\r\n") }
        bytes.writeString("\(method) \(path) HTTP/1.1\r\n")
        if let authority = authority ?? host { bytes.writeString("host: \(authority)\r\n") }
        bytes.writeBuffer(&lines)
        bytes.writeString("\r\n")
    }

    private mutating func takePseudoField(_ name: String, _ value: String) throws(Problem) {
        switch name {
        case ":method" where method.isEmpty: method = value
        case ":path" where path.isEmpty: path = value
        case ":scheme" where scheme.isEmpty: scheme = value
        case ":authority" where authority == nil: authority = value
        default: throw .pseudoField(name)
        }
    }

    private func checkPseudoFields() throws(Problem) {
        guard method != "CONNECT" else { throw .connectMethod }
        guard !method.isEmpty, method.utf8.allSatisfy({ HTTPByte.isToken($0) }) else { throw .pseudoField(":method") }
        guard scheme == "http" || scheme == "https" else { throw .pseudoField(":scheme") }
        // Any other form could be read as an absolute one, or as the end of the request line.
        guard path.utf8.first == HTTPByte.slash || path == "*", path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .pseudoField(":path")
        }
        if let authority, let host, authority != host { throw .authority }
        guard (authority ?? host ?? "").utf8.allSatisfy({ HTTPByte.isHost($0) }) else { throw .authority }
    }

    /// Whether the field passes as it stands.
    private mutating func takes(_ name: String, _ value: String) throws(Problem) -> Bool {
        switch name {
        case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade": throw .connectionField
        case "te":
            guard value == "trailers" else { throw .connectionField }
            return false
        case "host":
            guard host == nil else { throw .authority }
            host = value
            return false
        case "cookie":
            cookies.append(value)
            return false
        case "content-length":
            guard contentLength == nil, let length = Self.length(value) else { throw .contentLength }
            contentLength = length
            return true
        default: return true
        }
    }

    private static func write(_ name: String, _ value: String, to lines: inout ByteBuffer) {
        lines.writeString(name)
        lines.writeString(": ")
        lines.writeString(value)
        lines.writeString("\r\n")
    }

    private static func length(_ text: String) -> Int? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ HTTPByte.isDigit($0) }) else { return nil }
        return Int(text)
    }

    private static func isFieldName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { HTTPByte.isToken($0) && !(65...90).contains($0) }
    }

    /// No control characters, and no white space at either end (RFC 9113 section 8.2.1).
    private static func isFieldValue(_ value: String) -> Bool {
        let isSpace = { (byte: UInt8?) in byte == HTTPByte.space || byte == HTTPByte.tab }
        return value.utf8.allSatisfy { HTTPByte.isFieldValue($0) } && !isSpace(value.utf8.first) && !isSpace(value.utf8.last)
    }
}
