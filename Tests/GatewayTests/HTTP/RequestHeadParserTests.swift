import Gateway
import Testing

@Suite("RequestHeadParser")
struct RequestHeadParserTests {
    @Test("reads method, target, path, host and framing")
    func plainRequest() throws {
        let parsed = try parse("POST /v1/chat/completions?x=1 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 12\r\n\r\n")
        #expect(parsed.head.method == .post)
        #expect(parsed.text(parsed.head.target) == "/v1/chat/completions?x=1")
        #expect(parsed.text(parsed.head.path) == "/v1/chat/completions")
        #expect(parsed.text(parsed.head.host) == "a:80")
        #expect(parsed.head.framing == .length(12))
        #expect(parsed.head.keepsAlive)
    }

    @Test(
        "refuses what two readers could understand differently",
        arguments: [
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                HeadProblem.lengthAndTransferEncoding
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", .lengthAndTransferEncoding),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .differingContentLengths),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n", .differingContentLengths),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", .malformedContentLength),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferEncoding),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", .unsupportedTransferEncoding),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                .unsupportedTransferEncoding
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", .unsupportedTransferEncoding),
            ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", .chunkedBeforeHTTP11),
            ("GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n", .foldedField),
            ("GET / HTTP/1.1\r\n X-A: b\r\nHost: a\r\n\r\n", .foldedField),
            ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .spaceBeforeColon),
            ("GET / HTTP/1.1\r\nTransfer-Encoding\t: chunked\r\nHost: a\r\n\r\n", .spaceBeforeColon),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", .forbiddenByte),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", .forbiddenByte),
            ("GET / HTTP/1.1\r\nHost: a\r\nX\u{0}: b\r\n\r\n", .malformedFieldName),
            ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", .malformedFieldName),
            ("GET / HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n", .malformedFieldName),
            ("GET / HTTP/1.1\r\n\r\n", .missingHost),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost),
            ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .malformedHost),
            ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .malformedHost),
            ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedMethod),
            (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedMethod),
            ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET /\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / http/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
            ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", .unsupportedVersion),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .unsupportedVersion),
            ("PRI * HTTP/2.0\r\n\r\n", .http2Preface),
            ("GET v1 HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /v1/../admin HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /v1/%2e%2E/admin HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /v1/. HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /v1/..?a HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /v1%2f..%2fadmin HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
            ("GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        ])
    func refuses(_ text: String, _ problem: HeadProblem) {
        #expect(throws: problem) { try parse(text) }
    }

    @Test("accepts equal repeated lengths, chunked in any case, dots inside segments and an absolute target")
    func accepts() throws {
        #expect(
            try parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3, 3\r\n\r\n").head.framing
                == .length(3))
        #expect(try parse("POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: CHUNKED\r\n\r\n").head.framing == .chunked)
        #expect(try parse("GET /a..b/.well/... HTTP/1.1\r\nHost: a\r\n\r\n").head.method == .get)
        let absolute = try parse("GET http://b:8/x?y HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(absolute.text(absolute.head.host) == "b:8")
        #expect(absolute.text(absolute.head.target) == "/x?y")
        #expect(try parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").head.method == .options)
    }

    @Test("closes by default in HTTP/1.0 and on Connection: close")
    func keepAlive() throws {
        #expect(try !parse("GET / HTTP/1.0\r\n\r\n").head.keepsAlive)
        #expect(try parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").head.keepsAlive)
        #expect(try !parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n").head.keepsAlive)
    }

    @Test("marks fields that Connection names as for one hop")
    func nominated() throws {
        let parsed = try parse("GET / HTTP/1.1\r\nHost: a\r\nX-Secret: 1\r\nConnection: x-secret\r\n\r\n")
        #expect(parsed.fields.map(\.kind) == [.host, .hopByHop, .connection])
    }

    @Test(
        "tells credentials, forwarding and tradewind fields from others",
        arguments: [
            ("Authorization", HeaderField.Kind.credential), ("X-Api-Key", .credential), ("Forwarded", .forwarding),
            ("X-Forwarded-For", .forwarding), ("X-Real-IP", .forwarding), ("X-Tradewind-Plane", .tradewind), ("TE", .hopByHop),
            ("Keep-Alive", .hopByHop), ("Proxy-Authorization", .hopByHop), ("Upgrade", .upgrade), ("X-Request-Id", .requestID),
            ("Traceparent", .traceParent), ("Accept", .other), ("X-Requested", .other),
        ])
    func kinds(_ name: String, _ kind: HeaderField.Kind) throws {
        let parsed = try parse("GET / HTTP/1.1\r\nHost: a\r\n\(name): 1\r\n\r\n")
        #expect(parsed.fields.last?.kind == kind)
    }

    @Test("takes one hundred fields and refuses more")
    func fieldLimit() throws {
        func head(_ count: Int) -> String {
            "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: count - 1) + "\r\n"
        }
        #expect(try parse(head(100)).fields.count == 100)
        #expect(throws: HeadProblem.tooManyFields) { try parse(head(101)) }
    }
}

struct ParsedRequest {
    var head: RequestHead
    var fields: [HeaderField]
    var bytes: [UInt8]

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

func parse(_ text: String) throws -> ParsedRequest {
    var table = HeaderTable()
    let bytes = Array(text.utf8)
    let head = try bytes.withUnsafeBytes { try RequestHeadParser.parse($0, table: &table) }
    return ParsedRequest(head: head, fields: table.fields, bytes: bytes)
}
