import Glibc
import ProcessSupervision
import Testing

@Suite struct RotatingLogTests {
    private func write(_ text: String, to log: inout RotatingLog) {
        Array(text.utf8).withUnsafeBytes { log.write($0) }
    }

    @Test("never holds more than twice its limit and keeps the newest bytes")
    func rotates() throws {
        let scratch = Scratch()
        var log = try RotatingLog(path: scratch.file("deep/er/log"), limit: 10)
        write("0123456789", to: &log)
        #expect(scratch.text("deep/er/log.1") == nil)
        write("abcdefghijKLMNOPQRSTu", to: &log)
        log.close()
        #expect(scratch.text("deep/er/log.1") == "KLMNOPQRST")
        #expect(scratch.text("deep/er/log") == "u")
    }

    @Test("continues an existing file, counting what is there")
    func continues() throws {
        let scratch = Scratch()
        for text in ["first", "second"] {
            var log = try RotatingLog(path: scratch.file("log"), limit: 8)
            write(text, to: &log)
            log.close()
        }
        #expect(scratch.text("log.1") == "firstsec")
        #expect(scratch.text("log") == "ond")
    }

    @Test("keeps its bound when the file cannot be moved")
    func unmovable() throws {
        let scratch = Scratch()
        mkdir(scratch.file("log.1"), 0o700)
        var log = try RotatingLog(path: scratch.file("log"), limit: 4)
        write("abcdefghi", to: &log)
        log.close()
        #expect(scratch.text("log") == "i")
    }

    @Test("says why a file cannot be opened")
    func refused() {
        let scratch = Scratch()
        #expect(throws: RotatingLog.Failure.self) { try RotatingLog(path: scratch.path, limit: 10) }
    }
}
