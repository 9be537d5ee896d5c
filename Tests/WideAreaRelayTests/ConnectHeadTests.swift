import Testing
import WideAreaRelay

@Suite struct ConnectHeadTests {
    private func read(_ text: String, limit: Int = 8_192) -> ConnectHead.Result {
        var head = ConnectHead(limit: limit)
        return head.read(Array(text.utf8))
    }

    @Test("finds the target and what belongs to the tunnel, whatever the pieces")
    func pieces() {
        let text = Array("CONNECT 127.0.0.1:8080 HTTP/1.1\r\nhost: x\r\n\r\nrest".utf8)
        #expect(read(String(decoding: text, as: UTF8.self)) == .target(host: "127.0.0.1", port: 8_080, rest: Array("rest".utf8)))
        var head = ConnectHead(limit: 8_192)
        for byte in text.dropLast(5) { #expect(head.read([byte]) == .incomplete) }
        #expect(head.read(text.suffix(5)) == .target(host: "127.0.0.1", port: 8_080, rest: Array("rest".utf8)))
    }

    @Test(
        "connects to loopback",
        arguments: [
            ("127.0.0.1:1", "127.0.0.1"), ("127.255.3.4:65535", "127.255.3.4"), ("[::1]:80", "::1"),
            ("localhost:80", "127.0.0.1"),
        ])
    func accepts(authority: String, host: String) {
        guard case .target(host, _, []) = read("CONNECT \(authority) HTTP/1.1\r\n\r\n") else {
            Issue.record("\(authority) was refused")
            return
        }
    }

    @Test(
        "and to nothing else",
        arguments: [
            "10.0.0.1:80", "example.com:80", "0.0.0.0:80", "127.1:80", "128.0.0.1:80", "127.0.0.1.example.com:80", "[::]:80",
            "[::ffff:127.0.0.1]:80", "169.254.169.254:80", "127.0.0.256:80", "127.00.0.1:80", "127.0.0.010:80", "LOCALHOST.:80",
        ])
    func forbids(authority: String) {
        #expect(read("CONNECT \(authority) HTTP/1.1\r\n\r\n") == .refused(.forbidden))
    }

    @Test(
        "what is no CONNECT request is refused",
        arguments: [
            "CONNECT 127.0.0.1 HTTP/1.1", "CONNECT 127.0.0.1:0 HTTP/1.1", "CONNECT 127.0.0.1:65536 HTTP/1.1",
            "CONNECT :80 HTTP/1.1",
            "CONNECT ::1:80 HTTP/1.1", "CONNECT 127.0.0.1:+80 HTTP/1.1", "CONNECT  127.0.0.1:80 HTTP/1.1",
            "CONNECT 127.0.0.1:80 HTTP/2",
            "CONNECT 127.0.0.1:80", "", "\u{0}\u{1}", "CONNECT 127.0.0.1:80 HTTP/1.1\r\nx: \u{0}",
        ])
    func malformed(line: String) {
        #expect(read("\(line)\r\n\r\n") == .refused(.badRequest))
    }

    @Test("other methods are refused by name")
    func methods() { #expect(read("GET 127.0.0.1:80 HTTP/1.1\r\n\r\n") == .refused(.methodNotAllowed)) }

    @Test("a head beyond the limit is refused, complete or not")
    func tooLarge() {
        #expect(read(String(repeating: "a", count: 8_193)) == .refused(.headTooLarge))
        #expect(read(String(repeating: "a", count: 8_192)) == .incomplete)
        let long = "CONNECT 127.0.0.1:80 HTTP/1.1\r\nx: \(String(repeating: "a", count: 8_192))\r\n\r\n"
        #expect(read(long) == .refused(.headTooLarge))
        // Bytes of the tunnel behind a short head do not count.
        let short = "CONNECT 127.0.0.1:80 HTTP/1.1\r\n\r\n\(String(repeating: "a", count: 9_000))"
        #expect(read(short) == .target(host: "127.0.0.1", port: 80, rest: Array(repeating: 97, count: 9_000)))
    }
}
