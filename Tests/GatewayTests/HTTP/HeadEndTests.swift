import Gateway
import Testing

@Suite("HeadEnd")
struct HeadEndTests {
    @Test("finds the end of a head that comes byte by byte")
    func byteByByte() {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\nrest".utf8)
        var end = HeadEnd()
        for count in 1...bytes.count {
            let answer = bytes[..<count].withUnsafeBytes { end.search($0) }
            if count < 27 {
                #expect(answer == .needsMore)
            } else {
                #expect(answer == .found(27))
                return
            }
        }
    }

    @Test("refuses a bare line feed as soon as it is there")
    func bareLineFeed() {
        var end = HeadEnd()
        #expect(Array("GET / HTTP/1.1\n".utf8).withUnsafeBytes { end.search($0) } == .bareLineFeed)
    }

    @Test("refuses a head beyond the limit and takes one at it")
    func limit() {
        var end = HeadEnd()
        let long = [UInt8](repeating: 97, count: HTTPLimits.maximumHeadBytes)
        #expect(long.withUnsafeBytes { end.search($0) } == .tooLong)
        end.reset()
        let fitting = long.dropLast(4) + Array("\r\n\r\n".utf8)
        #expect(Array(fitting).withUnsafeBytes { end.search($0) } == .found(HTTPLimits.maximumHeadBytes))
    }
}
