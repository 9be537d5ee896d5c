/// Reads the head of a CONNECT request (RFC 9110, 9.3.6) piece by piece.
package struct ConnectHead: Sendable {
    package enum Result: Equatable, Sendable {
        case incomplete
        /// Where to connect, and the bytes behind the head, which belong to the tunnel already.
        case target(host: String, port: Int, rest: [UInt8])
        case refused(Refusal)
    }

    package enum Refusal: Equatable, Sendable {
        case badRequest, forbidden, methodNotAllowed, headTooLarge

        var statusLine: String {
            switch self {
            case .badRequest: "400 Bad Request"
            case .forbidden: "403 Forbidden"
            case .methodNotAllowed: "405 Method Not Allowed"
            case .headTooLarge: "431 Request Header Fields Too Large"
            }
        }

        var explanation: String {
            switch self {
            case .badRequest: "this is not a CONNECT request; accepted: CONNECT HOST:PORT HTTP/1.1"
            case .forbidden: "this relay connects to loopback addresses only; accepted: 127.0.0.0/8, ::1 and localhost"
            case .methodNotAllowed: "this relay takes CONNECT requests only"
            case .headTooLarge: "the head of the request is too large"
            }
        }
    }

    private let limit: Int
    private var bytes: [UInt8] = []
    private var searched = 0

    package init(limit: Int) { self.limit = limit }

    /// Takes the next piece. After any other result than `incomplete` the reader is of no more use.
    package mutating func read(_ piece: some Collection<UInt8>) -> Result {
        bytes.append(contentsOf: piece)
        guard let end = endOfHead() else { return bytes.count > limit ? .refused(.headTooLarge) : .incomplete }
        guard end <= limit else { return .refused(.headTooLarge) }
        return Self.parse(bytes[..<end], rest: Array(bytes[end...]))
    }

    /// The index behind the empty line, which each look starts a little before where the last one ended.
    private mutating func endOfHead() -> Int? {
        var index = max(0, searched - 3)
        while index + 3 < bytes.count {
            if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 { return index + 4 }
            index += 1
        }
        searched = bytes.count
        return nil
    }

    private static func parse(_ head: ArraySlice<UInt8>, rest: [UInt8]) -> Result {
        guard let lineEnd = head.firstIndex(of: 13) else { return .refused(.badRequest) }
        let words = head[..<lineEnd].split(separator: 32, omittingEmptySubsequences: false)
        guard words.count == 3, words[2].elementsEqual("HTTP/1.1".utf8) || words[2].elementsEqual("HTTP/1.0".utf8),
            head.allSatisfy({ $0 == 13 || $0 == 10 || $0 == 9 || (32...126).contains($0) })
        else { return .refused(.badRequest) }
        guard words[0].elementsEqual("CONNECT".utf8) else { return .refused(.methodNotAllowed) }
        guard let (host, port) = authority(String(decoding: words[1], as: UTF8.self)) else { return .refused(.badRequest) }
        guard let address = LoopbackAddress.resolve(host) else { return .refused(.forbidden) }
        return .target(host: address, port: port, rest: rest)
    }

    /// `host:port` or `[v6]:port`, the port 1 to 65535.
    private static func authority(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(digits),
            (1...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return host.isEmpty ? nil : (String(host), port)
    }
}
