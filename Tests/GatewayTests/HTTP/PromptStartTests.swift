import Gateway
import Testing

@Suite("Where a prompt begins")
struct PromptStartTests {
    private func start(_ body: String, cut: Int) throws -> Int? {
        var scanner = ModelFieldScanner()
        let bytes = Array(body.utf8)
        for first in stride(from: 0, to: bytes.count, by: cut) {
            try bytes[first..<min(first + cut, bytes.count)].withUnsafeBytes { try scanner.scan($0) }
        }
        try scanner.finish()
        return scanner.promptStart
    }

    @Test("is behind the first top-level key that brings it, however the body is cut", arguments: [1, 2, 7, 1_000])
    func offset(cut: Int) throws {
        for key in ["messages", "system", "prompt", "instructions", "input"] {
            let head = "{\"metadata\":{\"prompt\":\"no\"},\"model\":\"m\",\"\(key)\""
            #expect(try start(head + ":\"text\",\"messages\":[]}", cut: cut) == head.utf8.count)
        }
        #expect(try start("{\"model\":\"m\",\"x\":\"messages\"}", cut: cut) == nil)
    }

    @Test(
        "instructions behind the prompt are found with their whole value, however the body is cut", arguments: [1, 2, 7, 1_000])
    func lateInstructions(cut: Int) throws {
        for (key, value) in [
            ("system", "\"be \\\"brief\""), ("system", "[{\"type\":\"text\",\"text\":\"]\"}]"), ("instructions", "[]"),
        ] {
            let head = "{\"messages\":[{\"system\":\"no\"}],\"model\":\"m\",\"\(key)\""
            var scanner = ModelFieldScanner()
            let bytes = Array("\(head): \(value) ,\"x\":[1]}".utf8)
            for first in stride(from: 0, to: bytes.count, by: cut) {
                try bytes[first..<min(first + cut, bytes.count)].withUnsafeBytes { try scanner.scan($0) }
            }
            try scanner.finish()
            let end = head.utf8.count + 2 + value.utf8.count
            #expect(scanner.lateInstructions == head.utf8.count..<end, "\(key) \(value)")
        }
        var first = ModelFieldScanner()
        try Array("{\"system\":\"a\",\"messages\":[],\"model\":\"m\"}".utf8).withUnsafeBytes { try first.scan($0) }
        #expect(first.lateInstructions == nil)
    }
}
