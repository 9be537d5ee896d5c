import FoundationEssentials
import Gateway
import SeededCases
import Testing

@Suite("ModelFieldScanner")
struct ModelFieldScannerTests {
    enum Outcome: Equatable {
        case model(String, streams: Bool)
        case refused(BodyProblem)
    }

    static func scan(_ pieces: [[UInt8]]) -> Outcome {
        var scanner = ModelFieldScanner()
        do {
            for piece in pieces { try piece.withUnsafeBytes { try scanner.scan($0) } }
            try scanner.finish()
            return .model(String(decoding: scanner.model, as: UTF8.self), streams: scanner.asksStream)
        } catch let problem as BodyProblem {
            return .refused(problem)
        } catch {
            preconditionFailure("the scanner throws BodyProblem alone")
        }
    }

    static func scan(_ text: String) -> Outcome { scan([Array(text.utf8)]) }

    @Test(
        "finds the model wherever it stands",
        arguments: [
            (#"{"model":"chat"}"#, "chat", false),
            (
                #" { "messages" : [ {"role":"user","content":"\"model\":\"x\""} ] , "stream" : true , "model" : "chat" } "#,
                "chat", true
            ),
            (#"{"a":{"model":"inner"},"b":[{"model":"x"}],"model":"outer","stream":false}"#, "outer", false),
            (#"{"mod\u0065l":"ch\u0061t"}"#, "chat", false),
            (#"{"model":"\ud83d\ude00é"}"#, "😀é", false),
            (#"{"n":-1.5e+3,"t":[true,false,null,0,[],{}],"model":"m"}"#, "m", false),
            (#"{"content":"cut \ud83d","model":"m"}"#, "m", false),
        ])
    func finds(_ text: String, _ model: String, _ streams: Bool) {
        #expect(Self.scan(text) == .model(model, streams: streams))
    }

    @Test(
        "refuses what could carry a request over the fence, and what is no JSON",
        arguments: [
            (#"{"model":"a","model":"b"}"#, BodyProblem.repeatedModel),
            (#"{"model":"a","model":"a"}"#, .repeatedModel),
            (#"{"model":"a","mo\u0064el":"b"}"#, .repeatedModel),
            (#"{"model":"a","Model":"b"}"#, .repeatedModel),
            (#"{"MODEL":"a"}"#, .misspeltModel),
            (#"{"model":1}"#, .modelNotText),
            (#"{"model":["a"]}"#, .modelNotText),
            (#"{"model":null}"#, .modelNotText),
            (#"{"model":""}"#, .missingModel),
            (#"{"a":1}"#, .missingModel),
            (#"{}"#, .missingModel),
            (#"[{"model":"a"}]"#, .notAnObject),
            (#""model""#, .notAnObject),
            ("", .notAnObject),
            (#"{"model":"a"} {"model":"b"}"#, .malformed),
            (#"{"model":"a",}"#, .malformed),
            (#"{"model":"a" "b":1}"#, .malformed),
            (#"{'model':"a"}"#, .malformed),
            (#"{/*"*/"model":"a"}"#, .malformed),
            (#"{"model":"a","n":01}"#, .malformed),
            (#"{"model":"a","n":1.}"#, .malformed),
            (#"{"model":"a","n":nul}"#, .malformed),
            (#"{"model":"a","n":NaN}"#, .malformed),
            (#"{"model":"a","n":[1}"#, .malformed),
            (#"{"model":"a""#, .malformed),
            (#"{"model":"a\x"}"#, .invalidText),
            (#"{"model":"\ud83d"}"#, .invalidText),
            (#"{"model":"\ude00"}"#, .invalidText),
            ("{\"model\":\"a\nb\"}", .invalidText),
        ])
    func refuses(_ text: String, _ problem: BodyProblem) {
        #expect(Self.scan(text) == .refused(problem))
    }

    @Test(
        "refuses invalid UTF-8",
        arguments: [
            [0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0xC3], [0xE2, 0x82],
        ] as [[UInt8]])
    func invalidUTF8(_ sequence: [UInt8]) {
        let bytes = Array(#"{"model":"m","a":"plain text here "#.utf8) + sequence + Array(#""}"#.utf8)
        #expect(Self.scan([bytes]) == .refused(.invalidText))
    }

    @Test("bounds depth and the model's length")
    func bounds() {
        func nested(_ depth: Int) -> String {
            #"{"model":"m","a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        #expect(Self.scan(nested(127)) == .model("m", streams: false))
        #expect(Self.scan(nested(128)) == .refused(.tooDeep))
        #expect(Self.scan(#"{"model":"\#(String(repeating: "a", count: 257))"}"#) == .refused(.modelTooLong))
        #expect(Self.scan(#"{"\#(String(repeating: "k", count: 5_000))":1,"model":"m"}"#) == .model("m", streams: false))
    }

    @Test("gives the same answer however the body is cut, and accepts only what a JSON decoder accepts")
    func generated() throws {
        let seed: UInt64 = 0x7ade_0003
        var random = SeededGenerator(seed: seed)
        var found = 0
        for number in 0..<Int(caseCount()) {
            var bytes = Array(Self.body(&random).utf8)
            if random.below(2) == 0 { HeadFuzzTests.mutate(&bytes, &random) }
            let whole = Self.scan([bytes])
            #expect(Self.scan(HeadFuzzTests.cut(bytes, &random)) == whole, "seed \(seed), case \(number)")
            guard case .model(let name, _) = whole, number % 10 == 0 else { continue }
            found += 1
            struct Body: Decodable { var model: String }
            let decoded = try? JSONDecoder().decode(Body.self, from: Data(bytes))
            #expect(decoded?.model == name, "seed \(seed), case \(number): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(found > Int(caseCount()) / 100)
    }

    private static func body(_ random: inout SeededGenerator) -> String {
        var members = [#""model":"chat""#]
        let others = [
            #""stream":true"#, #""n":1.5e3"#, #""messages":[{"role":"user","content":"héllo \n \u00e9"}]"#, #""x":{"model":"y"}"#,
            #""long":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa""#, #""z":null"#, #""e":[]"#,
        ]
        for index in 0..<random.below(5) { members.append(others[(index + random.below(2)) % others.count]) }
        if random.below(2) == 0 { members.reverse() }
        return "{" + members.joined(separator: random.pick([",", ", ", ",\n  "])) + "}"
    }
}
