import FleetDocuments
import FleetModel
import Foundation
import Testing

/// Files meant to cost much or to mislead.
@Suite("Hostile documents")
struct HostileDocumentTests {
    @Test("an alias bomb is refused without being expanded")
    func aliasBomb() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...60 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        text += "? *a60\n: x\n"
        let told = problems(in: text)
        #expect(told.contains { $0.contains("aliases are not read") })
        #expect(told.contains { $0.contains("anchors are not read") })
    }

    @Test("a * in quotes, comments and the middle of words is no alias")
    func starsAreText() throws {
        let text = sampleFleet.replacingOccurrences(
            of: "[./serve, --port, \"{port}\"]", with: "[a*b, \"*c\", '**', \"\u{E000}*\"] # *d")
        let resources = try FleetDecoder.decode([FleetFile(name: "f", text: text)]).get()
        #expect(FleetEncoder.json(resources[6]).contains("[\"a*b\",\"*c\",\"**\",\"\u{E000}*\"]"))
    }

    @Test("depth is bounded, in the parser's recursion as in ours", arguments: ["[", "{a: ", "- ", "? "])
    func depth(opening: String) {
        for count in [40, 2_000, 90_000] {
            let told = problems(in: String(repeating: opening, count: count))
            #expect((1...4).contains(told.count), "\(opening) \(count): \(told)")
        }
        let sequence = "a: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        let mapping = String(repeating: "{a: ", count: 40) + "b" + String(repeating: "}", count: 40)
        let block = String(repeating: "- ", count: 40) + "b"
        for text in [sequence, mapping, block] {
            #expect(problems(in: text).contains("fleet.yaml:1: document: values are nested too deeply; at most 32 levels"))
        }
    }

    @Test("size and number of values are bounded")
    func size() {
        #expect(
            problems(in: String(repeating: " ", count: DocumentLimit.fileBytes + 1)) == [
                "fleet.yaml:1: document: the file has 4194305 bytes; at most 4194304 bytes in a file"
            ])
        #expect(problems(in: String(repeating: "- a\n", count: 300_000)).first?.contains("too many values") == true)
        #expect(
            problems(in: String(repeating: "---\na: b\n", count: 5_000)).last?.contains("more problems are not shown") == true)
        #expect(problems(in: String(repeating: "--- ~\n", count: 5_000)).first?.contains("too many documents") == true)
    }

    @Test(
        "characters that make lines ambiguous are refused with their line",
        arguments: ["\u{0}", "\u{1B}", "\u{85}", "\u{2028}", "\r", "\u{FFFE}"])
    func characters(character: String) {
        #expect(problems(in: "# one\n# two \(character)x\n").first?.hasPrefix("fleet.yaml:2: document: ") == true)
    }

    @Test("lines may end in CRLF")
    func carriageReturns() {
        #expect(problems(in: sampleFleet.replacingOccurrences(of: "\n", with: "\r\n")) == [])
        let broken = sampleFleet.replacingOccurrences(of: "maxAttempts: 2", with: "maxAttempts: x")
        #expect(problems(in: broken) == problems(in: broken.replacingOccurrences(of: "\n", with: "\r\n")))
    }

    @Test("every repetition of a key is told at its own line, quoted or not, in blocks and in flows")
    func repeatedKeys() {
        let text = """
            kind: Provider
            apiVersion: tradewind.dev/v1alpha1
            "kind": Provider
            metadata: { name: a, name: b, "name": c }
            spec:
              kind: reseller
              kind: neocloud
              kind: hyperscaler
            """
        #expect(
            problems(in: text) == [
                "fleet.yaml:3: kind: key \"kind\" is given again, first on line 1; each key once",
                "fleet.yaml:4: metadata.name: key \"name\" is given again, first on line 4; each key once",
                "fleet.yaml:4: metadata.name: key \"name\" is given again, first on line 4; each key once",
                "fleet.yaml:7: spec.kind: key \"kind\" is given again, first on line 6; each key once",
                "fleet.yaml:8: spec.kind: key \"kind\" is given again, first on line 6; each key once",
            ])
        let many = "a:\n" + String(repeating: "  b: c\n", count: 50)
        #expect(problems(in: many) == ["fleet.yaml:18: document: key \"b\" is repeated; each key once"])
    }
}
