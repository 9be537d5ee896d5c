import CommandLineInterface
import FleetSimulation
import FleetTransport
import Testing

/// One file in memory.
private struct OneFile: FleetFileAccess {
    var text: String

    func names(inFolder path: String) throws -> [String]? { nil }
    func content(of path: String, limit: Int) throws -> [UInt8]? { Array(text.utf8) }
    func standardInput(limit: Int) throws -> [UInt8] { [] }
    func absolute(_ path: String) -> String { path }
}

@Suite("Files of recorded requests")
struct RequestTraceFileTests {
    private func read(_ text: String) throws -> [Int64] {
        try RequestTraceFile.read("trace", repeats: false, access: OneFile(text: text)).entries.map(\.nanoseconds)
    }

    @Test("Mooncake's lines count from the first, in milliseconds")
    func mooncake() throws {
        let line = { (time: String) in #"{"timestamp": \#(time), "input_length": 10, "output_length": 2}"# }
        #expect(try read([line("1000"), line("1000.5"), line("4000")].joined(separator: "\n")) == [0, 500_000, 3_000_000_000])
        // The time of day in 2026 is taken; a time that nanoseconds cannot count is refused, with its line.
        #expect(try read(line("1790000000000")) == [0])
        for time in ["9999999999999", "-1", "1e300"] {
            #expect { try read(line(time)) } throws: { "\($0)".contains("trace:1: the line cannot be read") }
        }
    }
}
