import FleetDocuments
import FleetModel
import FleetSimulation

/// Recorded demand as CSV, the same when written by `tradewind demand export` as when read by a scenario: a line of names, then one
/// for each stretch of time and workload. An empty origin stands for all users of the workload.
enum RecordedDemandFile {
    static let header = "time,seconds,workload,origin,requestsPerSecond"
    /// Bytes of one file, and lines in it: eight weeks of quarter hours of a thousand workloads fit.
    static let sizeLimit = 512 << 20
    static let lineLimit = 8_000_000
    /// Seconds of one stretch, and requests in a second of it.
    private static let secondsLimit: UInt64 = 7 * 86_400
    private static let rateLimit = 1e9

    private static let right = "2026-01-05T00:00:00Z,900,chat,,12.5"

    private struct Key: Hashable {
        var workload: WorkloadName
        var origin: String?
    }

    static func read(_ path: String, access: some FleetFileAccess) throws -> RecordedDemand {
        guard let bytes = try access.content(of: path, limit: sizeLimit) else {
            throw CommandFailure(.invalid, "there is no file \(path); `tradewind demand export > \(path)` writes one")
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { $0.last == 13 ? $0.dropLast() : $0 }
        guard lines.count <= lineLimit + 1 else {
            throw CommandFailure(.invalid, "\(path) has \(lines.count) lines; \(lineLimit) are the most")
        }
        guard let first = lines.first, String(decoding: first, as: UTF8.self) == header else {
            throw CommandFailure(.invalid, "\(path):1: the line of names is missing; right is \(header)")
        }
        var entries: [Key: [RecordedDemand.Entry]] = [:]
        for (number, line) in lines.enumerated().dropFirst() {
            let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
            guard cells.count == 5, let start = CivilTime.secondsSince1970(cells[0]), let seconds = UInt64(cells[1]),
                (1...secondsLimit).contains(seconds), !cells[2].isEmpty, let rate = Double(cells[4]), rate >= 0,
                rate <= rateLimit
            else {
                throw CommandFailure(.invalid, "\(path):\(number + 1): the line cannot be read; right is \(right)")
            }
            let key = Key(workload: WorkloadName(cells[2]), origin: cells[3].isEmpty ? nil : cells[3])
            entries[key, default: []].append(RecordedDemand.Entry(start: start, seconds: seconds, requestsPerSecond: rate))
        }
        var series: [RecordedDemand.Series] = []
        for (key, unsorted) in entries.sorted(by: {
            ($0.key.workload, $0.key.origin ?? "") < ($1.key.workload, $1.key.origin ?? "")
        }) {
            let sorted = unsorted.sorted { $0.start < $1.start }
            for (earlier, later) in zip(sorted, sorted.dropFirst()) where earlier.start + earlier.seconds > later.start {
                throw CommandFailure(
                    .invalid,
                    "\(path): workload \(key.workload) has two rates at \(CivilDate.text(secondsSince1970: later.start))")
            }
            if key.origin != nil, entries[Key(workload: key.workload, origin: nil)] != nil {
                throw CommandFailure(
                    .invalid, "\(path): workload \(key.workload) has lines with and without an origin; right is one of both")
            }
            series.append(RecordedDemand.Series(workload: key.workload, origin: key.origin, entries: sorted))
        }
        guard !series.isEmpty else { throw CommandFailure(.invalid, "\(path) has no rate; right is \(right)") }
        return RecordedDemand(name: path.split(separator: "/").last.map(String.init) ?? path, series: series)
    }

    /// One line, with its end.
    static func line(_ entry: RecordedDemand.Entry, of workload: WorkloadName) -> String {
        let time = CivilDate.text(secondsSince1970: entry.start)
        return "\(time),\(entry.seconds),\(workload),,\(plainNumber(entry.requestsPerSecond))\n"
    }
}
