package import FleetSimulation
import FleetTransport

/// Reads recorded requests: Azure's LLM inference trace (CSV: `TIMESTAMP,ContextTokens,GeneratedTokens`) or Mooncake's (JSON
/// lines: `timestamp` in milliseconds, `input_length`, `output_length`).
package enum RequestTraceFile {
    /// Bytes of one file, and requests in it.
    static let sizeLimit = 512 << 20
    static let requestLimit = 10_000_000

    private struct MooncakeLine: Decodable {
        var timestamp: Double
        var inputLength: Double
        var outputLength: Double

        enum CodingKeys: String, CodingKey {
            case timestamp
            case inputLength = "input_length"
            case outputLength = "output_length"
        }
    }

    package static func read(_ path: String, repeats: Bool, access: some FleetFileAccess) throws -> RequestTrace {
        guard let bytes = try access.content(of: path, limit: sizeLimit) else {
            throw CommandFailure(.invalid, "there is no file \(path)")
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        let isJSON = lines.first?.first == UInt8(ascii: "{")
        guard lines.count <= requestLimit + 1 else {
            throw CommandFailure(.invalid, "\(path) has \(lines.count) lines; \(requestLimit) requests are the most")
        }
        var entries: [RequestTrace.Entry] = []
        entries.reserveCapacity(lines.count)
        for (number, line) in lines.enumerated() {
            if !isJSON, number == 0 {
                try require(String(decoding: line, as: UTF8.self), path)
                continue
            }
            guard let entry = isJSON ? mooncake(line) : azure(line) else {
                let right =
                    isJSON ? #"{"timestamp": ms, "input_length": n, "output_length": n}"# : "2023-11-16 18:15:46.6805900,374,44"
                throw CommandFailure(.invalid, "\(path):\(number + 1): the line cannot be read; right is \(right)")
            }
            entries.append(entry)
        }
        guard let first = entries.map(\.nanoseconds).min() else { throw CommandFailure(.invalid, "\(path) has no request") }
        for index in entries.indices { entries[index].nanoseconds -= first }
        let sorted = entries.enumerated().sorted { ($0.element.nanoseconds, $0.offset) < ($1.element.nanoseconds, $1.offset) }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return RequestTrace(name: name, entries: sorted.map(\.element), repeats: repeats)
    }

    private static func require(_ header: String, _ path: String) throws {
        let names = header.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        guard names == ["TIMESTAMP", "ContextTokens", "GeneratedTokens"] else {
            throw CommandFailure(
                .invalid, "\(path): the first line is '\(header)'; right is TIMESTAMP,ContextTokens,GeneratedTokens")
        }
    }

    private static func mooncake(_ line: ArraySlice<UInt8>) -> RequestTrace.Entry? {
        guard let read = try? FleetJSON.decode(MooncakeLine.self, from: Array(line)), (0...9e12).contains(read.timestamp),
            let prompt = tokens(read.inputLength), let output = tokens(read.outputLength)
        else { return nil }
        return RequestTrace.Entry(nanoseconds: Int64(read.timestamp * 1e6), promptTokens: prompt, outputTokens: output)
    }

    private static func tokens(_ value: Double) -> Int32? {
        guard value >= 0, value <= Double(TokenDistribution.limit), value == value.rounded() else { return nil }
        return Int32(value)
    }

    /// `2023-11-16 18:15:46.6805900,374,44`: the time of day and the date count, fractions to the nanosecond.
    private static func azure(_ line: ArraySlice<UInt8>) -> RequestTrace.Entry? {
        let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard cells.count == 3, let time = nanoseconds(cells[0]), let prompt = whole(trimmed(cells[1])),
            let output = whole(trimmed(cells[2])), let promptTokens = tokens(Double(prompt)),
            let outputTokens = tokens(Double(output))
        else { return nil }
        return RequestTrace.Entry(nanoseconds: time, promptTokens: promptTokens, outputTokens: outputTokens)
    }

    private static func trimmed(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        cell.last == 13 ? cell.dropLast() : cell
    }

    private static func whole(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard !digits.isEmpty, digits.count <= 15, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    private static func nanoseconds(_ cell: ArraySlice<UInt8>) -> Int64? {
        let parts = cell.split(separator: UInt8(ascii: " "))
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: UInt8(ascii: "-")).map { whole($0) }
        let clock = parts[1].split(separator: UInt8(ascii: ":"))
        guard date.count == 3, let year = date[0], let month = date[1], let day = date[2], (1_970...2_200).contains(year),
            (1...12).contains(month), (1...31).contains(day), clock.count == 3, let hour = whole(clock[0]),
            let minute = whole(clock[1]), hour < 24, minute < 60
        else { return nil }
        let second = clock[2].split(separator: UInt8(ascii: "."))
        guard let whole = second.first.flatMap({ self.whole($0) }), whole < 61, second.count <= 2 else { return nil }
        var fraction: Int64 = 0
        if second.count == 2 {
            let digits = second[1].prefix(9)
            guard let value = self.whole(digits) else { return nil }
            fraction = (digits.count..<9).reduce(value) { scaled, _ in scaled * 10 }
        }
        // Days from civil (Howard Hinnant's algorithm): a trace spans days, and months at times.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
        return ((days * 24 + hour) * 60 + minute) * 60_000_000_000 + whole * 1_000_000_000 + fraction
    }
}
