import FleetTransport
import Testing

@Suite("ServerSentEventParser")
struct ServerSentEventParserTests {
    private func parse(_ text: String, limit: Int = 1_000) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser(limit: limit)
        return try parser.read(text.utf8)
    }

    @Test("name, data and id are read; comments and empty events are not events")
    func fields() throws {
        let events = try parse(": hello\n\nevent: snapshot\nid: 7\ndata: one\ndata:two\n\nevent: none\n\ndata: x\n\n")
        #expect(
            events == [
                ServerSentEvent(name: "snapshot", data: "one\ntwo", lastID: "7"),
                ServerSentEvent(name: "message", data: "x", lastID: "7"),
            ])
    }

    @Test("lines may end in CR, LF or CRLF")
    func lineEnds() throws {
        let expected = [ServerSentEvent(name: "a", data: "1")]
        for end in ["\n", "\r", "\r\n"] {
            #expect(try parse("event: a\(end)data: 1\(end)\(end)") == expected)
        }
    }

    @Test("any splitting of the bytes gives the same events")
    func splitting() throws {
        let text = "event: a\r\ndata: één\r\n\r\n: c\ndata: 2\n\ndata: 3\r\r"
        let whole = try parse(text)
        #expect(whole.count == 3)
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            var parser = ServerSentEventParser()
            let pieces = try parser.read(bytes[..<cut]) + parser.read(bytes[cut...])
            #expect(pieces == whole, "cut at \(cut)")
        }
    }

    @Test("an event over the limit is refused, in one line or in many")
    func limit() {
        #expect(throws: ServerSentEventParser.TooLarge.self) {
            try parse("data: " + String(repeating: "x", count: 100), limit: 100)
        }
        #expect(throws: ServerSentEventParser.TooLarge.self) {
            try parse(String(repeating: "data: 0123456789\n", count: 12), limit: 100)
        }
    }
}
