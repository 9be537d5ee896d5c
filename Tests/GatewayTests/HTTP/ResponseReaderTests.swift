import Gateway
import NIOCore
import Testing

@Suite("ResponseReader")
struct ResponseReaderTests {
    static func read(
        _ pieces: [String], isHead: Bool = false, decodesChunks: Bool = false
    ) throws -> ResponseReader {
        var reader = ResponseReader()
        reader.start(isHeadRequest: isHead, decodesChunks: decodesChunks)
        for piece in pieces { try reader.receive(ByteBuffer(string: piece)) }
        return reader
    }

    @Test("reads a response with a length, and tells excess bytes")
    func length() throws {
        let reader = try Self.read(["HTTP/1.1 200 OK\r\nContent-Le", "ngth: 5\r\n\r\nhel", "lo"])
        #expect(reader.isComplete && reader.isReusable)
        #expect(String(buffer: reader.body) == "hello")
        #expect(try Self.read(["HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab"]).isReusable == false)
    }

    @Test("skips interim responses, up to a bound")
    func interim() throws {
        let reader = try Self.read([
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
        ])
        #expect(reader.head?.status == 204 && reader.isComplete)
        #expect(throws: ResponseReader.Problem.tooManyInterimResponses) {
            try Self.read([String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 9)])
        }
        #expect(throws: ResponseReader.Problem.switchedProtocols) { try Self.read(["HTTP/1.1 101 Switching\r\n\r\n"]) }
    }

    @Test("expects no body for HEAD, 204 and 304")
    func bodiless() throws {
        #expect(try Self.read(["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"], isHead: true).isComplete)
        #expect(try Self.read(["HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"]).isComplete)
    }

    @Test("reads up to the end of the connection where no length is given")
    func untilClose() throws {
        var reader = try Self.read(["HTTP/1.1 200 OK\r\n\r\nab", "c"])
        #expect(!reader.isComplete)
        let completed = reader.receiveEnd()
        #expect(completed && !reader.isReusable)
        #expect(String(buffer: reader.body) == "abc")
    }

    @Test(
        "a connection that ends early does not complete a response with a length or chunks",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "HTTP/1.1 20",
        ])
    func truncated(_ text: String) throws {
        var reader = try Self.read([text])
        let completed = reader.receiveEnd()
        #expect(!completed)
    }

    @Test("keeps chunks as they came without extensions, or bare for HTTP/1.0")
    func chunks() throws {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nT: 1\r\n\r\n"
        #expect(String(buffer: try Self.read([text]).body) == "5\r\nhello\r\n0\r\n\r\n")
        #expect(String(buffer: try Self.read([text], decodesChunks: true).body) == "hello")
        #expect(String(buffer: try Self.read(text.map(String.init)).body) == "5\r\nhello\r\n0\r\n\r\n")
    }

    @Test(
        "refuses what smuggles",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 999 No\r\n\r\n", "HTTP/1.1 200 OK\nX: y\r\n\r\n", "garbage\r\n\r\n",
        ])
    func refuses(_ text: String) {
        #expect(throws: ResponseReader.Problem.self) { try Self.read([text]) }
    }
}
