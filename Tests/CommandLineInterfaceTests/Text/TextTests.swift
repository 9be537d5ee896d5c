import CommandLineInterface
import Logging
import Testing

@Suite("Terminal text")
struct TerminalTextTests {
    @Test("leaves ordinary text of any script alone")
    func ordinary() {
        #expect(TerminalText.escaped("Zürich 東京 naïve 🚀 a\\b") == "Zürich 東京 naïve 🚀 a\\b")
    }

    @Test(
        "writes what a terminal could act on as escapes",
        arguments: [
            ("\u{1B}[2Jgone", "\\u{1B}[2Jgone"), ("a\nb\tc\rd", "a\\nb\\tc\\rd"), ("\u{9B}31m", "\\u{9B}31m"),
            ("\u{7F}", "\\u{7F}"),
            ("safe\u{202E}txt.exe", "safe\\u{202E}txt.exe"), ("a\u{2028}b", "a\\u{2028}b"), ("\u{0}", "\\u{0}"),
        ])
    func escapes(text: String, expected: String) {
        #expect(TerminalText.escaped(text) == expected)
    }
}

@Suite("Ages")
struct AgeTextTests {
    @Test(
        "read as kubectl writes them",
        arguments: [
            (0.0, "0s"), (119.9, "119s"), (120, "2m"), (150, "2m30s"), (599, "9m59s"), (600, "10m"), (10_799, "179m"),
            (10_800, "3h"),
            (12_600, "3h30m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (180_000, "2d2h"), (691_200, "8d"),
            (63_071_999, "729d"), (63_072_000, "2y"), (-5, "0s"),
        ])
    func text(seconds: Double, expected: String) {
        #expect(AgeText.text(seconds: seconds) == expected)
    }

    @Test("say so where none is known", arguments: [nil, Double.nan, Double.infinity])
    func unknown(seconds: Double?) {
        #expect(AgeText.text(seconds: seconds) == "-")
    }

    @Test("are counted from RFC 3339 times, with and without fractions")
    func timestamps() {
        #expect(AgeText.seconds(since: "1970-01-01T00:01:00Z", now: 100) == 40)
        #expect(AgeText.seconds(since: "1970-01-01T00:01:00.500Z", now: 100) == 39.5)
        #expect(AgeText.seconds(since: "yesterday", now: 100) == nil)
    }
}

@Suite("Nearest names")
struct NearestNameTests {
    @Test("are found for slips of the finger")
    func near() {
        let kinds = ["workloads", "workloadplanes", "gateways"]
        #expect(NearestName.find("workloas", among: kinds) == "workloads")
        #expect(NearestName.find("GATEWAY", among: kinds) == "gateways")
        #expect(NearestName.find("getaways", among: kinds) == "gateways")
    }

    @Test("are not made up for words that mean something else")
    func far() {
        #expect(NearestName.find("secrets", among: ["workloads", "gateways"]) == nil)
        #expect(NearestName.find("xy", among: ["ab"]) == nil)
        #expect(NearestName.find("chat", among: []) == nil)
    }
}

@Suite("Log lines")
struct LogLineTests {
    @Test("stand in one line with sorted, quoted values, whatever the values hold")
    func line() {
        let line = LogLine.text(
            time: "2026-01-31T09:30:00.000Z", level: .warning, label: "plane", message: "lost\nfeed",
            metadata: ["b": "two words", "a": "1", "c": "\u{1B}[31m", "d": "say \"hi\"", "e": ""])
        #expect(
            line
                == "2026-01-31T09:30:00.000Z warning plane lost\\nfeed a=1 b=\"two words\" c=\\u{1B}[31m d=\"say \\\"hi\\\"\" e=\"\""
        )
    }

    @Test("end with the error")
    func error() {
        struct Broken: Error, CustomStringConvertible { let description = "no space left" }
        let line = LogLine.text(time: "t", level: .error, label: "l", message: "m", metadata: [:], error: Broken())
        #expect(line == "t error l m error=\"no space left\"")
    }
}

@Suite("Log level")
struct LogLevelChoiceTests {
    @Test("comes from the option, then the variable, then is info")
    func precedence() {
        let environment = ["TRADEWIND_LOG": "Error"]
        #expect(LogLevelChoice.level(arguments: ["serve", "--log-level", "debug"], environment: environment) == .debug)
        #expect(LogLevelChoice.level(arguments: ["--log-level=trace", "serve"], environment: environment) == .trace)
        #expect(LogLevelChoice.level(arguments: ["serve"], environment: environment) == .error)
        #expect(LogLevelChoice.level(arguments: ["serve"], environment: [:]) == .info)
    }

    @Test("of arguments behind -- or of words that are no level is not taken")
    func ignored() {
        #expect(LogLevelChoice.level(arguments: ["run", "--", "--log-level", "debug"], environment: [:]) == .info)
        #expect(LogLevelChoice.level(arguments: ["run", "--log-level"], environment: [:]) == .info)
        #expect(
            LogLevelChoice.level(arguments: ["run", "--log-level", "loud"], environment: ["TRADEWIND_LOG": "louder"]) == .info)
    }
}
