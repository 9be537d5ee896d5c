import Gateway
import SeededCases
import Testing

@Suite("ChunkedDecoder")
struct ChunkedDecoderTests {
    struct Outcome: Equatable {
        var data: [UInt8] = []
        /// What is forwarded: framing and data.
        var forwarded: [UInt8] = []
        var rest: [UInt8] = []
        var isComplete = false
        var isInvalid = false
    }

    static func decode(_ pieces: [[UInt8]]) -> Outcome {
        var decoder = ChunkedDecoder()
        var outcome = Outcome()
        for piece in pieces {
            if outcome.isComplete {
                outcome.rest += piece
                continue
            }
            piece.withUnsafeBytes { raw in
                var position = 0
                while true {
                    let view = UnsafeRawBufferPointer(rebasing: raw[position...])
                    switch decoder.next(view) {
                    case .framing(let count):
                        outcome.forwarded += view[..<count]
                        position += count
                    case .data(let count):
                        outcome.forwarded += view[..<count]
                        outcome.data += view[..<count]
                        position += count
                    case .dropped(let count): position += count
                    case .needsMore: return
                    case .end:
                        outcome.isComplete = true
                        outcome.rest += view
                        return
                    case .invalid:
                        outcome.isInvalid = true
                        return
                    }
                }
            }
            if outcome.isInvalid { return outcome }
        }
        return outcome
    }

    static func decode(_ text: String) -> Outcome { decode([Array(text.utf8)]) }

    @Test("decodes chunks and leaves what follows alone")
    func plain() {
        let outcome = Self.decode("5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\nGET /")
        #expect(outcome.isComplete)
        #expect(outcome.data == Array("hello0123456789".utf8))
        #expect(outcome.rest == Array("GET /".utf8))
    }

    @Test("drops extensions and trailers from what is forwarded")
    func drops() {
        let outcome = Self.decode("5;a=\"b\"\r\nhello\r\n3 ;x\r\nabc\r\n0;last\r\nX-Evil: 1\r\nY: 2\r\n\r\n")
        #expect(outcome.isComplete)
        #expect(outcome.forwarded == Array("5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n".utf8))
    }

    @Test(
        "refuses malformed chunks",
        arguments: [
            "g\r\n", "\r\n", ";a\r\n", "-1\r\n", "0x5\r\nhello\r\n", "5\nhello", "5\r\nhelloX\r\n", "5\r\nhello\n",
            "5 5\r\nhello\r\n",
            "FFFFFFFFFFFFFFFFF\r\n", "1000000000000000\r\n", "5;\u{0}\r\nhello\r\n", "0\r\nX: \u{1}\r\n\r\n",
            "0\r\n folded\r\n\r\n",
            "0\r\n\rX", "5;a\rb\r\nhello\r\n",
        ])
    func refuses(_ text: String) {
        let outcome = Self.decode(text)
        #expect(outcome.isInvalid, "\(text)")
    }

    @Test("bounds extensions and trailers")
    func bounds() {
        let long = String(repeating: "a", count: HTTPLimits.maximumChunkExtensionBytes + 1)
        #expect(Self.decode("1;\(long)\r\nx\r\n").isInvalid)
        let trailer = "X: " + String(repeating: "a", count: 1_000) + "\r\n"
        #expect(Self.decode("0\r\n" + String(repeating: trailer, count: 9)).isInvalid)
    }

    @Test("gives the same answer however the bytes are cut")
    func cuts() {
        let seed: UInt64 = 0x7ade_0002
        var random = SeededGenerator(seed: seed)
        var completed = 0
        for number in 0..<Int(caseCount()) {
            var text = ""
            for _ in 0..<random.below(5) {
                let size = 1 + random.below(40)
                text += String(size, radix: 16) + random.pick(["", "", ";e=1", " "]) + "\r\n"
                text += String(repeating: "d", count: size) + "\r\n"
            }
            text += "0\r\n" + random.pick(["", "", "T: 1\r\n"]) + "\r\n" + random.pick(["", "next"])
            var bytes = Array(text.utf8)
            if random.below(3) == 0 { HeadFuzzTests.mutate(&bytes, &random) }
            let whole = Self.decode([bytes])
            var cut = Self.decode(HeadFuzzTests.cut(bytes, &random))
            if whole.isInvalid {
                cut.forwarded = whole.forwarded
                cut.data = whole.data
            }
            #expect(cut == whole, "seed \(seed), case \(number)")
            if whole.isComplete { completed += 1 }
        }
        #expect(completed > Int(caseCount()) / 2)
    }
}
