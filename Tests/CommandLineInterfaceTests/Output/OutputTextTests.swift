import CommandLineInterface
import FleetDocuments
import FleetModel
import FleetTransport
import Testing

@Suite("Tables")
struct TableTests {
    @Test("align their columns and pad no line's end")
    func aligned() {
        let table = Table(headings: ["NAME", "AGE"], rows: [["embeddings", "5m"], ["a", ""]])
        #expect(table.rendered() == "NAME         AGE\nembeddings   5m\na            -\n")
    }

    @Test("cannot be forged by what stands in a cell")
    func hostile() {
        let table = Table(headings: ["A", "B"], rows: [["x\ny", "\u{1B}]0;t\u{7}"]])
        #expect(table.rendered() == "A      B\nx\\ny   \\u{1B}]0;t\\u{7}\n")
    }

    @Test("that grow never become narrower")
    func growing() {
        var layout = TableLayout()
        layout.widen(for: [["NAME", "S"], ["long-name", "x"]])
        layout.widen(for: [["b", "y"]])
        #expect(layout.line(["b", "y"]) == "b           y")
        #expect(layout.widths == [9, 1])
    }
}

@Suite("JSON text")
struct JSONTextTests {
    @Test("is pretty with sorted keys")
    func pretty() throws {
        let value = try JSONValue(bytes: Array(#"{"b":[1,2.5,-3e0],"a":{"y":null,"x":true},"e":[],"o":{}}"#.utf8))
        #expect(
            JSONText.pretty(value) == """
                {
                  "a": {
                    "x": true,
                    "y": null
                  },
                  "b": [
                    1,
                    2.5,
                    -3
                  ],
                  "e": [],
                  "o": {}
                }
                """)
    }

    @Test(
        "escapes what a terminal could act on and reads back the same",
        arguments: [
            "plain", "\u{1B}[2J", "q\"b\\", "\u{202E}rtl", "\u{E0001}tag", "line\u{2028}end", "é🚀", "\n\t\r\u{0}",
        ])
    func roundTrip(text: String) throws {
        let literal = JSONText.literal(text)
        #expect(!literal.unicodeScalars.contains(where: TerminalText.isUnsafe))
        #expect(try JSONValue(bytes: Array(literal.utf8)) == .string(text))
    }

    @Test("of large numbers keeps every digit")
    func numbers() throws {
        #expect(JSONText.pretty(try JSONValue(bytes: Array("9223372036854775807".utf8))) == "9223372036854775807")
    }

    @Test("that is none is refused")
    func invalid() {
        #expect(throws: (any Error).self) { try JSONValue(bytes: Array("<html>".utf8)) }
    }
}

@Suite("YAML text")
struct YAMLTextTests {
    @Test("puts the envelope first and short lists in one line")
    func document() {
        let value: JSONValue = [
            "spec": ["models": ["chat", "chat-large"], "pools": [["tier": "spot", "name": "a100"]], "empty": []],
            "metadata": ["name": "chat"], "kind": "Workload", "apiVersion": "tradewind.dev/v1alpha1",
        ]
        #expect(
            YAMLText.document(value) == """
                apiVersion: tradewind.dev/v1alpha1
                kind: Workload
                metadata:
                  name: chat
                spec:
                  empty: []
                  models: [chat, chat-large]
                  pools:
                    - name: a100
                      tier: spot

                """)
    }

    @Test(
        "quotes strings some reader would take for something else",
        arguments: [
            "true", "No", "null", "1.5", "1e5", "0x1F", "2026-01-31", "12:30", "", " a", "a ", "a: b", "- a", "#c", "a #b", "*x",
            "10b",
            "@", "[x]", "a,b", "\u{1B}",
        ])
    func quoted(text: String) {
        #expect(YAMLText.document(.string(text)) == JSONText.literal(text) + "\n")
    }

    @Test(
        "leaves names and quantities bare",
        arguments: ["chat", "11 req/s", "80GiB", "120ms", "80%", "/v1/", "on-demand", "H100-80GB"])
    func bare(text: String) {
        #expect(YAMLText.document(.string(text)) == text + "\n")
    }

    @Test("is read back to the same resources by the fleet decoder")
    func decoded() throws {
        let provider: JSONValue = [
            "apiVersion": "tradewind.dev/v1alpha1", "kind": "Provider", "metadata": ["name": "onprem", "labels": ["on": "true"]],
            "spec": ["kind": "on-premises", "attestations": ["SOC2"]],
            "status": ["conditions": [["type": "Ready", "status": "True", "message": "a: \"b\"\nc"]], "none": [:]],
        ]
        let text = YAMLText.documents([provider])
        let resources = try FleetDecoder.decode([FleetFile(name: "f", text: text)], known: []).get()
        #expect(resources.map(\.key.description) == ["Provider/onprem"])
        #expect(resources[0].metadata.labels == ["on": "true"])
    }
}
