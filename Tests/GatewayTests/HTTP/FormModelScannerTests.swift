import Gateway
import SeededCases
import Testing

@Suite("The model of a form")
struct FormModelScannerTests {
    enum Outcome: Equatable {
        case model(String)
        case refused(BodyProblem)
    }

    static func scan(_ body: [UInt8], boundary: String = "b", cut: Int = .max) -> Outcome {
        var scanner = FormModelScanner()
        scanner.reset(boundary: Array(boundary.utf8))
        do throws(BodyProblem) {
            var start = 0
            while start < body.count {
                let end = min(body.count, cut == .max ? body.count : start + cut)
                let piece = Array(body[start..<end])
                let result: Result<Void, BodyProblem> = piece.withUnsafeBytes { raw in
                    do throws(BodyProblem) { return .success(try scanner.scan(raw)) } catch { return .failure(error) }
                }
                try result.get()
                start = end
            }
            try scanner.finish()
            return .model(String(decoding: scanner.model, as: UTF8.self))
        } catch {
            return .refused(error)
        }
    }

    static func scan(_ body: String, cut: Int = .max) -> Outcome { scan(Array(body.utf8), cut: cut) }

    static let file =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n-\r\n--c\r\n"
    static func model(_ name: String) -> String { "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\(name)\r\n" }

    @Test("is found before and behind a file, however the body is cut", arguments: [1, 2, 3, 5, 7, 64, .max])
    func finds(cut: Int) {
        #expect(Self.scan(Self.model("whisper-1") + Self.file + "--b--\r\n", cut: cut) == .model("whisper-1"))
        #expect(Self.scan(Self.file + Self.model("org/m:1 x") + "--b--", cut: cut) == .model("org/m:1 x"))
        #expect(Self.scan(Self.model("a\r\n-\r\n--") + "--b--\r\n", cut: cut) == .model("a\r\n-\r\n--"))
    }

    @Test("may be written with a token, a type of text, and further parameters")
    func spellings() {
        for head in [
            "content-disposition:form-data;name=model", "Content-Disposition: form-data; name=\"model\"; x=y",
            "Content-Type: text/plain; charset=UTF-8\r\nContent-Disposition: form-data; name=\"model\"",
        ] {
            #expect(Self.scan("--b\r\n\(head)\r\n\r\nm\r\n--b--\r\n") == .model("m"), "\(head)")
        }
    }

    @Test("is refused where it is missing, given twice, in other letters' case, or no text")
    func refused() {
        let end = "--b--\r\n"
        func part(_ disposition: String, _ more: String = "") -> String {
            "--b\r\nContent-Disposition: form-data; \(disposition)\r\n\(more)\r\nm\r\n"
        }
        #expect(Self.scan(Self.file + end) == .refused(.missingModel))
        #expect(Self.scan(Self.model("") + end) == .refused(.missingModel))
        #expect(Self.scan(Self.model("a") + Self.model("b") + end) == .refused(.repeatedModel))
        #expect(Self.scan(part("name=\"Model\"") + end) == .refused(.misspeltModel))
        #expect(Self.scan(part("name=\"model\"; filename=\"m\"") + end) == .refused(.modelNotText))
        #expect(Self.scan(Self.model(String(repeating: "m", count: 257)) + end) == .refused(.modelTooLong))
        #expect(Self.scan(Self.model(String(repeating: "m", count: 256)) + end) == .model(String(repeating: "m", count: 256)))
        for disposition in [
            "name=\"mo\\del\"", "name*=utf-8''model", "name=\"x\"; name=\"model\"", "name=\"_charset_\"", "filename=\"model\"",
            "name=\"model", "name =\"model\"",
        ] {
            #expect(Self.scan(part(disposition) + Self.model("m") + end) == .refused(.malformedForm), "\(disposition)")
        }
        #expect(
            Self.scan(part("name=\"model\"", "Content-Transfer-Encoding: base64\r\n") + end) == .refused(.malformedForm))
        #expect(
            Self.scan(part("name=\"model\"", "Content-Type: text/plain; charset=utf-16\r\n") + end) == .refused(.malformedForm))
    }

    @Test("is not looked for in what two readers could cut differently")
    func ambiguous() {
        let model = Self.model("m")
        for body in [
            "preamble\r\n" + model + "--b--\r\n", model + "--b \r\n\r\nx\r\n--b--\r\n", model + "--bc\r\n\r\n--b--\r\n",
            model + "--b\r\n\r\nno head\r\n--b--\r\n", model + "--b--\r\nepilogue", model + "--b--\r\n\r\n", model, model + "--b",
            // A line that only some take for a boundary, because of how it begins.
            "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\na\n--b\r\n" + model + "--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\na\r--b\r\n" + model + "--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n--b\r\n" + model + "--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"x\"\n\r\n\r\na\r\n" + model + "--b--\r\n",
            "--b\r\nContent-Disposition: form-data;\r\n name=\"x\"\r\n\r\na\r\n" + model + "--b--\r\n",
        ] {
            #expect(Self.scan(body) == .refused(.malformedForm), "\(body)")
        }
        #expect(Self.scan("{\"model\":\"m\"}") == .refused(.malformedForm))
        #expect(Self.scan("") == .refused(.malformedForm))
        let heads = String(repeating: "X: \(String(repeating: "y", count: 1_000))\r\n", count: 5)
        #expect(Self.scan("--b\r\n\(heads)\r\n") == .refused(.malformedForm))
    }

    @Test("Property: any bytes and any cut give the same as the whole, and never two models")
    func property() {
        let pieces = [
            "--b", "\r\n", "--", "\r", "\n", "Content-Disposition: form-data; name=\"model\"", "\r\n\r\n", "m", "b", "-",
            "Content-Disposition: form-data; name=\"file\"; filename=\"f\"", Self.model("x"), Self.file, "--b--\r\n",
        ]
        for seed in 0..<caseCount(perMille: 100) {
            var random = SeededGenerator(seed: seed)
            var body = random.isOne(in: 2) ? "--b\r\n" : ""
            for _ in 0..<random.below(12) { body += random.pick(pieces) }
            if random.isOne(in: 2) { body += "\r\n--b--\r\n" }
            let whole = Self.scan(body)
            for cut in 1...4 { #expect(Self.scan(body, cut: cut) == whole, "seed \(seed): \(body)") }
        }
    }

    @Test("A boundary is read off the type, unless it is missing, repeated or could be read differently")
    func boundaries() {
        func boundary(_ type: String) -> String? {
            Array(type.utf8).withUnsafeBytes { FormBoundary.read($0, 0..<$0.count) }.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(boundary("multipart/form-data; boundary=abc") == "abc")
        #expect(boundary("Multipart/Form-Data;charset=utf-8; Boundary=\"a'()+_,-./:=?9\"") == "a'()+_,-./:=?9")
        for type in [
            "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=a; boundary=a",
            "multipart/form-data; boundary=\"a b\"", "multipart/form-data; boundary=\"a\\b\"",
            "multipart/form-data; boundary=a; boundary*=b", "multipart/form-data; boundary=a trailing",
            "multipart/mixed; boundary=a", "multipart/form-data; boundary=\(String(repeating: "a", count: 71))",
        ] {
            #expect(boundary(type) == nil, "\(type)")
        }
    }
}
