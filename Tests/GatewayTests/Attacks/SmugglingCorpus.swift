/// Bytes by which requests are smuggled past proxies, one message each, and what must become of it. Sources: RFC 9112; PortSwigger's
/// HTTP desync research (Kettle, 2019 to 2025); llhttp's, Node's and nginx's advisories on lenient parsing.
///
/// Whatever a message hides asks for `/fixed/smuggled`: no replica may ever see it.
struct SmugglingCase: Sendable {
    enum Verdict: Sendable, Equatable {
        /// One answer with this status, then the end of the connection; no replica sees a byte.
        case refused(Int)
        /// One answer of the gateway's own, and the connection goes on.
        case answered(Int)
        /// A replica sees so many well-formed requests with this body, and each is answered with 200.
        case forwarded(Int, body: String = "")
        /// As many, then one answer with a status, then the end.
        case forwardedThenRefused(Int, status: Int)
        /// Nothing is answered: the gateway waits for the rest, or ends the connection.
        case unanswered
    }

    let name: String
    let bytes: String
    let verdict: Verdict

    init(_ name: String, _ bytes: String, _ verdict: Verdict) { (self.name, self.bytes, self.verdict) = (name, bytes, verdict) }
}

enum SmugglingCorpus {
    static let hidden = "GET /fixed/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    static let all =
        lengthAndCoding + codings + lengths + lines + names + requestLines + targets + hosts + hops + chunks + trailers
        + sequences

    private static func post(_ fields: String, _ rest: String) -> String {
        "POST /fixed/x HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(rest)"
    }

    private static func get(_ fields: String) -> String { "GET /fixed/x HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(hidden)" }

    private static func line(_ line: String, host: String = "Host: a\r\n") -> String { "\(line)\r\n\(host)\r\n" }

    private static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body) }

    // MARK: Framing said twice

    static let lengthAndCoding: [SmugglingCase] = [
        .init("CL.TE", post("Content-Length: 48\r\nTransfer-Encoding: chunked", "0\r\n\r\n\(hidden)"), .refused(400)),
        .init("TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4", "2c\r\n\(hidden)\r\n0\r\n\r\n"), .refused(400)),
        .init(
            "CL.TE with a length of 0", post("Content-Length: 0\r\nTransfer-Encoding: chunked", "0\r\n\r\n\(hidden)"),
            .refused(400)),
        .init(
            "TE hidden from one by Connection",
            post("Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n\(hidden)"),
            .refused(400)),
        .init(
            "TE in HTTP/1.0",
            "POST /fixed/x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\(hidden)", .refused(400)),
        .init(
            "TE and CL in HTTP/1.0",
            "POST /fixed/x HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\(hidden)",
            .refused(400)),
    ]

    static let codings: [SmugglingCase] =
        [
            ("xchunked", ": xchunked"), ("chunkedx", ": chunkedx"), ("identity", ": identity"), ("empty", ":"), ("blank", ":  "),
            ("gzip, chunked", ": gzip, chunked"), ("chunked, gzip", ": chunked, gzip"),
            ("chunked, chunked", ": chunked, chunked"),
            ("chunked,", ": chunked,"), (",chunked", ": ,chunked"), ("quoted", ": \"chunked\""), ("parameter", ": chunked;q=1"),
            ("vertical tab before", ": \u{0B}chunked"), ("vertical tab behind", ": chunked\u{0B}"),
            ("form feed", ":\u{0C}chunked"), ("NUL behind", ": chunked\u{0}"), ("backspace", ": \u{8}chunked"),
            ("no-break space", ":\u{A0}chunked"), ("CR behind", ": chunked\r"), ("CR before", ":\rchunked"),
            ("space before colon", " : chunked"), ("tab before colon", "\t: chunked"), ("folded value", ":\r\n chunked"),
            ("folded behind", ": chunked\r\n x"), ("folded with a tab", ":\r\n\tchunked"), ("LF alone behind", ": chunked\nX: y"),
            ("long s", ": chunKed\u{17F}"),
        ].map { name, rest in
            SmugglingCase("coding: \(name)", post("Transfer-Encoding\(rest)", "0\r\n\r\n\(hidden)"), .refused(400))
        } + [
            .init(
                "coding twice, the second unknown",
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "0\r\n\r\n\(hidden)"), .refused(400)),
            .init(
                "coding twice, the first unknown",
                post("Transfer-Encoding: x\r\nTransfer-Encoding: chunked", "0\r\n\r\n\(hidden)"), .refused(400)),
            .init(
                "coding twice, the same",
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n\(hidden)"), .refused(400)),
            .init("coding behind CR", post("X: y\rTransfer-Encoding: chunked", "0\r\n\r\n\(hidden)"), .refused(400)),
            .init("coding behind a blank line's blank", post(" Transfer-Encoding: chunked", "0\r\n\r\n\(hidden)"), .refused(400)),
            .init(
                "coding in capitals", post("TRANSFER-ENCODING:\tChunked \t", "2\r\nok\r\n0\r\n\r\n"), .forwarded(1, body: "ok")),
            // Another field: a body without length is none, and what follows is no request.
            .init(
                "coding with an underscore", post("Transfer_Encoding: chunked", "0\r\n\r\n\(hidden)"),
                .forwardedThenRefused(1, status: 400)),
            .init("coding with NUL in its name", post("Transfer-Encoding\u{0}: chunked", "0\r\n\r\n\(hidden)"), .refused(400)),
            .init("coding with a colon in its name", post("Transfer-Encoding:: chunked", "0\r\n\r\n\(hidden)"), .refused(400)),
        ]

    // MARK: Lengths

    static let lengths: [SmugglingCase] =
        [
            "+2", "-1", "0x2", "2.0", "2e0", "", " ", "2 2", "2,", ",2", "2,3", "2;", "\"2\"", "２", "2\u{0}", "2\u{0B}",
            "\u{0C}2", "2\r",
            "99999999999999999999", "9223372036854775808", "18446744073709551618", "184467440737095516162",
            "2\r\nContent-Length: 3", "3\r\nContent-Length: 2", "2\r\n 3", "\r\n 2", "2\r\nContent-Length:", "2_0", "two",
        ].map { SmugglingCase("length: \($0.debugDescription)", post("Content-Length: \($0)", "ok\(hidden)"), .refused(400)) } + [
            .init("length: twice the same", post("Content-Length: 2\r\nContent-Length: 2", "ok"), .forwarded(1, body: "ok")),
            .init("length: a list of the same", post("Content-Length: 2, 2", "ok"), .forwarded(1, body: "ok")),
            .init("length: leading zeros", post("Content-Length: 0002", "ok"), .forwarded(1, body: "ok")),
            .init("length: blanks around", post("content-LENGTH:\t 2 \t", "ok"), .forwarded(1, body: "ok")),
            .init(
                "length: with an underscore", post("Content_Length: 100\r\nContent-Length: 2", "ok"), .forwarded(1, body: "ok")),
            .init("length: 0 and a request behind", post("Content-Length: 0", ""), .forwarded(1)),
            .init("length: too small", post("Content-Length: 1", "ok\r\n\r\n"), .forwardedThenRefused(1, status: 400)),
            .init(
                "length: of a GET", "GET /fixed/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok", .forwarded(1, body: "ok")),
            .init("length: larger than what comes", post("Content-Length: 10", "ok"), .unanswered),
            .init("length: larger than is taken", post("Content-Length: 68719476736", ""), .refused(413)),
        ]

    // MARK: Lines and names

    static let lines: [SmugglingCase] = [
        .init("LF ends the request line", "GET /fixed/x HTTP/1.1\nHost: a\r\n\r\n\(hidden)", .refused(400)),
        .init("LF ends a field", "GET /fixed/x HTTP/1.1\r\nHost: a\nX: y\r\n\r\n\(hidden)", .refused(400)),
        .init("LF ends all lines", "GET /fixed/x HTTP/1.1\nHost: a\n\n\(hidden)", .refused(400)),
        .init("LF ends the head", "GET /fixed/x HTTP/1.1\r\nHost: a\r\n\n\(hidden)", .refused(400)),
        .init("CR LF LF", "GET /fixed/x HTTP/1.1\r\nHost: a\r\nX: y\n\r\n\(hidden)", .refused(400)),
        .init("CR CR LF ends a field", get("X: y\r"), .refused(400)),
        .init("CR in a value", get("X: y\rz"), .refused(400)),
        .init("CR ends the head", "GET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\r\n\(hidden)", .refused(400)),
        .init("CR ends the request line", "GET /fixed/x HTTP/1.1\rHost: a\r\n\r\n\(hidden)", .refused(400)),
        .init("NUL in a value", get("X: y\u{0}z"), .refused(400)),
        .init("DEL in a value", get("X: y\u{7F}z"), .refused(400)),
        .init("escape in a value", get("X: y\u{1B}[2J"), .refused(400)),
        .init("folded field", get("X: y\r\n z"), .refused(400)),
        .init("folded first field", "GET /fixed/x HTTP/1.1\r\n Host: a\r\n\r\n\(hidden)", .refused(400)),
        .init("blank line with a blank", "GET /fixed/x HTTP/1.1\r\nHost: a\r\n \r\n\(hidden)", .refused(400)),
        .init("no colon", get("X"), .refused(400)),
        .init("bytes beyond ASCII in a value", "GET /fixed/x HTTP/1.1\r\nHost: a\r\nX: ü\r\n\r\n", .forwarded(1)),
        .init("one empty line before", "\r\n\(line("GET /fixed/x HTTP/1.1"))", .forwarded(1)),
    ]

    static let names: [SmugglingCase] =
        [
            "X y: z", "X : z", "X\t: z", ": z", "X\u{0}: z", "X\u{7F}: z", "X(: z", "X,Y: z", "X/Y: z", "X@Y: z", "X[Y]: z",
            "X{Y}: z",
            "X\"Y\": z", "X;Y: z", "X=Y: z", "ü: z", "X\u{A0}: z", "X\r: z",
        ].map { SmugglingCase("name: \($0.debugDescription)", get($0), .refused(400)) }

    // MARK: The request line

    static let requestLines: [SmugglingCase] =
        [
            ("HTTP/0.9", "GET /fixed/x"), ("no version", "GET /fixed/x "), ("lower case", "GET /fixed/x http/1.1"),
            ("two digits", "GET /fixed/x HTTP/1.10"), ("no minor", "GET /fixed/x HTTP/1"), ("letters", "GET /fixed/x HTTP/1.x"),
            ("comma", "GET /fixed/x HTTP/1,1"), ("behind a blank", "GET /fixed/x HTTP/1.1 "),
            ("other protocol", "GET /fixed/x ICAP/1.0"),
            ("two blanks", "GET  /fixed/x HTTP/1.1"), ("two blanks behind", "GET /fixed/x  HTTP/1.1"),
            ("tab", "GET\t/fixed/x HTTP/1.1"),
            ("tab behind", "GET /fixed/x\tHTTP/1.1"), ("blank before", " GET /fixed/x HTTP/1.1"),
            ("three words", "GET /fixed/x y HTTP/1.1"),
            ("no target", "GET HTTP/1.1"), ("NUL in the method", "GE\u{0}T /fixed/x HTTP/1.1"),
            ("colon method", "GET: /fixed/x HTTP/1.1"),
            ("quoted method", "\"GET\" /fixed/x HTTP/1.1"), ("umlaut method", "GËT /fixed/x HTTP/1.1"),
            ("long method", String(repeating: "G", count: 100) + " /fixed/x HTTP/1.1"),
            ("form feed", "GET\u{0C}/fixed/x HTTP/1.1"),
        ].map { SmugglingCase("line: \($0)", line($1) + hidden, .refused(400)) } + [
            .init("line: HTTP/1.2", line("GET /fixed/x HTTP/1.2") + hidden, .refused(505)),
            .init("line: HTTP/2.0", line("GET /fixed/x HTTP/2.0") + hidden, .refused(505)),
            .init("line: HTTP/9.9", line("GET /fixed/x HTTP/9.9") + hidden, .refused(505)),
            .init("line: HTTP/0.9 with a version", line("GET /fixed/x HTTP/0.9") + hidden, .refused(505)),
            .init("line: HTTP/1.0", line("GET /fixed/x HTTP/1.0"), .forwarded(1)),
            .init("line: HTTP/1.0 without Host", line("GET /fixed/x HTTP/1.0", host: ""), .forwarded(1)),
            .init("line: TLS hello", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}\u{3}\u{3}", .refused(400)),
            .init("line: SSH", "SSH-2.0-OpenSSH_9.9\r\n\r\n", .refused(400)),
            .init(
                "line: proxy protocol", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + line("GET /fixed/x HTTP/1.1"), .refused(400)),
            .init("line: unknown method", line("BREW /fixed/x HTTP/1.1"), .forwarded(1)),
        ]

    static let targets: [SmugglingCase] =
        [
            "fixed/x", "*", "/fixed/x#y", "/fixed/../v1", "/fixed/..", "/fixed/./x", "/fixed/%2e%2e/v1", "/fixed/.%2E/v1",
            "/fixed/%2e",
            "/fixed/%00", "/fixed/%0d%0aX:%20y", "/fixed/%", "/fixed/%2", "/fixed/%zz", "/fixed/x\u{7F}", "/fixed/x\u{0}",
            "/fixed/ü",
            "/fixed/..\\v1", "/fixed/..%5cv1", "/fixed\\..\\v1", "/fixed/x?a=%", "https://a/fixed/x", "ftp://a/fixed/x",
            "http:///fixed/x",
            "http://", "http:/fixed/x", "http://a", "http://u@a/fixed/x", "http://a\\/fixed/x", "//a/../fixed/x", "/fixed/x\"y",
            "/fixed/<x>", "/fixed/x|y", "/fixed/{x}", "/fixed/x^y", "/fixed/x`y",
        ].map { SmugglingCase("target: \($0.debugDescription)", line("GET \($0) HTTP/1.1") + hidden, .refused(400)) } + [
            .init("target: absolute form", line("GET http://a/fixed/x HTTP/1.1"), .forwarded(1)),
            .init("target: absolute form of another host", line("GET http://b/fixed/x HTTP/1.1"), .forwarded(1)),
            .init("target: two slashes", line("GET //a/fixed/x HTTP/1.1"), .answered(404)),
            .init("target: * for OPTIONS", line("OPTIONS * HTTP/1.1"), .answered(404)),
            .init("target: CONNECT", line("CONNECT a:443 HTTP/1.1") + hidden, .refused(400)),
            .init("target: CONNECT of a path", line("CONNECT /fixed/x HTTP/1.1"), .answered(405)),
            .init("target: TRACE", line("TRACE /fixed/x HTTP/1.1"), .answered(405)),
            .init("target: three dots", line("GET /fixed/... HTTP/1.1"), .forwarded(1)),
            .init("target: dots in the query", line("GET /fixed/x?a=/../b HTTP/1.1"), .forwarded(1)),
            .init("target: a prefix that only begins alike", line("GET /fixedx HTTP/1.1"), .answered(404)),
            .init("target: other case", line("GET /FIXED/x HTTP/1.1"), .answered(404)),
        ]

    static let hosts: [SmugglingCase] =
        [
            ("missing", ""), ("twice", "Host: a\r\nHost: b\r\n"), ("twice the same", "Host: a\r\nHost: a\r\n"),
            ("empty", "Host:\r\n"),
            ("two words", "Host: a b\r\n"), ("with a path", "Host: a/b\r\n"),
            ("with a user", "Host: u@a\r\n"),
            ("with a query", "Host: a?b\r\n"), ("with a fragment", "Host: a#b\r\n"), ("quoted", "Host: \"a\"\r\n"),
            ("with NUL", "Host: a\u{0}\r\n"),
            ("backslash", "Host: a\\b\r\n"), ("beyond ASCII", "Host: ä\r\n"), ("folded", "Host: a\r\n b\r\n"),
            ("blank before colon", "Host : a\r\n"),
        ].map { SmugglingCase("host: \($0)", line("GET /fixed/x HTTP/1.1", host: $1) + hidden, .refused(400)) } + [
            // RFC 3986 allows it in a name; replicas get their own address as Host.
            .init("host: a list", line("GET /fixed/x HTTP/1.1", host: "Host: a,b\r\n"), .forwarded(1)),
            .init("host: address with a port", line("GET /fixed/x HTTP/1.1", host: "Host: [::1]:8080\r\n"), .forwarded(1)),
        ]

    // MARK: One hop

    static let hops: [SmugglingCase] = [
        .init(
            "hop: Connection names the length", post("Connection: content-length\r\nContent-Length: 2", "ok"),
            .forwarded(1, body: "ok")),
        .init(
            "hop: Connection names Host", post("Connection: host, close\r\nContent-Length: 2", "ok"), .forwarded(1, body: "ok")),
        .init(
            "hop: Connection names the coding",
            post("Connection: transfer-encoding\r\nTransfer-Encoding: chunked", "2\r\nok\r\n0\r\n\r\n"), .forwarded(1, body: "ok")
        ),
        .init("hop: Connection is no list of tokens", get("Connection: close; x"), .refused(400)),
        .init(
            "hop: upgrade to h2c",
            post("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 2", "ok"),
            .forwarded(1, body: "ok")),
        .init("hop: TE and Trailer", post("TE: trailers\r\nTrailer: X\r\nContent-Length: 2", "ok"), .forwarded(1, body: "ok")),
        .init("hop: unknown expectation", post("Expect: 200-ok\r\nContent-Length: 2", "ok"), .refused(417)),
        .init("hop: expectation with more", post("Expect: 100-continue, x\r\nContent-Length: 2", "ok"), .refused(417)),
        .init(
            "hop: many connection options", get("Connection: " + Array(repeating: "x", count: 200).joined(separator: ",")),
            .refused(431)),
    ]

    // MARK: Chunks

    static let chunks: [SmugglingCase] =
        [
            "G\r\n", "-2\r\nok\r\n", "+2\r\nok\r\n", "0x2\r\nok\r\n", " 2\r\nok\r\n", "\r\n2\r\nok\r\n", ";x\r\nok\r\n",
            "2\nok\r\n", "2\rok\r\n",
            "2\r\rok\r\n", "2\r\nokk\r\n", "2\r\nok\n", "2\r\nok\r\r", "2\r\nok0\r\n", "2\u{0}\r\nok\r\n", "2 x\r\nok\r\n",
            "2;x\ny\r\nok\r\n",
            "2;x\u{0}\r\nok\r\n", "2;\rx\r\nok\r\n", "FFFFFFFFFFFFFFFFF\r\nok\r\n", "10000000000000002\r\nok\r\n",
            "0000000000000000002\r\nok\r\n",
            "2,2\r\nok\r\n", "two\r\nok\r\n", "２\r\nok\r\n", "2\u{0B}\r\nok\r\n", "0\n\r\n", "0\r\n\n", "0\r\n\rX", "0\r\r\n\r\n",
            "2;" + String(repeating: "x", count: 100_000) + "\r\nok\r\n",
        ].map {
            SmugglingCase("chunk: \($0.prefix(24).debugDescription)", chunked($0 + "0\r\n\r\n" + hidden), .refused(400))
        } + [
            .init("chunk: extension", chunked("2;a=b;c=\"d\"\r\nok\r\n0;e\r\n\r\n"), .forwarded(1, body: "ok")),
            .init("chunk: extension behind blanks", chunked("2 \t;a\r\nok\r\n0\r\n\r\n"), .forwarded(1, body: "ok")),
            .init("chunk: blank behind the size", chunked("2 \r\nok\r\n0\r\n\r\n"), .forwarded(1, body: "ok")),
            .init("chunk: zeros before the size", chunked("0002\r\nok\r\n000\r\n\r\n"), .forwarded(1, body: "ok")),
            .init(
                "chunk: a request as data", chunked("2b\r\nGET /fixed/y HTTP/1.1\r\nHost: a\r\nX: 1234\r\n\r\n\r\n0\r\n\r\n"),
                .forwarded(1, body: "GET /fixed/y HTTP/1.1\r\nHost: a\r\nX: 1234\r\n\r\n")),
            .init("chunk: larger than is taken, and not sent", chunked("FFFFFFFFFFFFFFF\r\nok"), .unanswered),
            .init("chunk: nothing behind the last", chunked("2\r\nok\r\n0\r\n"), .unanswered),
        ]

    static let trailers: [SmugglingCase] = [
        .init("trailer: dropped", chunked("2\r\nok\r\n0\r\nX: y\r\n\r\n"), .forwarded(1, body: "ok")),
        .init(
            "trailer: framing in it", chunked("2\r\nok\r\n0\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n"),
            .forwarded(1, body: "ok")),
        .init("trailer: a request in it", chunked("0\r\nGET /fixed/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"), .forwarded(1)),
        .init("trailer: LF alone", chunked("0\r\nX: y\n\r\n\(hidden)"), .refused(400)),
        .init("trailer: NUL", chunked("0\r\nX: \u{0}\r\n\r\n\(hidden)"), .refused(400)),
        .init("trailer: folded", chunked("0\r\nX: y\r\n z\r\n\r\n\(hidden)"), .refused(400)),
        .init("trailer: begins with a blank", chunked("0\r\n X: y\r\n\r\n\(hidden)"), .refused(400)),
        .init("trailer: endless", chunked("0\r\n" + String(repeating: "X: y\r\n", count: 20_000) + "\r\n"), .refused(400)),
    ]

    // MARK: One after the other

    static let sequences: [SmugglingCase] = [
        .init("two requests", line("GET /fixed/x HTTP/1.1") + line("GET /fixed/y HTTP/1.1"), .forwarded(2)),
        .init(
            "a request, then garbage", line("GET /fixed/x HTTP/1.1") + "\u{0}garbage\r\n\r\n",
            .forwardedThenRefused(1, status: 400)),
        .init(
            "a request, then one that smuggles", line("GET /fixed/x HTTP/1.1") + lengthAndCoding[0].bytes,
            .forwardedThenRefused(1, status: 400)),
        .init(
            "behind Connection: close", "GET /fixed/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + hidden, .forwarded(1)),
        .init("behind HTTP/1.0", line("GET /fixed/x HTTP/1.0") + hidden, .forwarded(1)),
        .init(
            "a line too long", line("GET /fixed/" + String(repeating: "x", count: 70_000) + " HTTP/1.1") + hidden, .refused(431)),
        .init("a field too long", get("X: " + String(repeating: "y", count: 70_000)), .refused(431)),
        .init("too many fields", get(Array(repeating: "X: y", count: 2_000).joined(separator: "\r\n")), .refused(431)),
        .init("a head without end", "GET /fixed/x HTTP/1.1\r\nHost: a\r\nX: y", .unanswered),
    ]
}
