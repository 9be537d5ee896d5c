import FleetControl
package import FleetSimulation
import FleetTransport

/// Reads a folder of availability traces: one JSON file a zone, `{"metadata": {"gap_seconds": G}, "data": [n0, n1, …]}`, the
/// number of spot nodes the zone can hold during each G seconds. Members beyond these are passed over, as are files with other
/// endings.
package enum SpotTraceFolder {
    /// Bytes of one file: a year of minutes, and room.
    package static let sizeLimit = 16 << 20
    /// Numbers of one file.
    package static let numberLimit = 4_000_000
    /// Most nodes of a zone.
    package static let nodeLimit = 1_000_000
    /// Seconds one number may hold.
    package static let gapLimit = 86_400

    private struct Document: Decodable {
        struct Metadata: Decodable {
            var gapSeconds: Double
            enum CodingKeys: String, CodingKey { case gapSeconds = "gap_seconds" }
        }

        var metadata: Metadata
        var data: [Double]
    }

    /// The folder's zones, by name. Throws with a line for each file that is wrong.
    package static func read(_ folder: String, access: some FleetFileAccess) throws -> SpotTrace {
        guard let names = try access.names(inFolder: folder) else {
            throw CommandFailure(.invalid, "there is no folder \(folder); --traces is a folder with one JSON file for each zone")
        }
        let files = names.filter { $0.hasSuffix(".json") }.sorted()
        guard !files.isEmpty else {
            throw CommandFailure(.invalid, "\(folder) has no files that end in .json; it needs one for each zone")
        }
        guard files.count <= SpotMarket.poolLimit else {
            throw CommandFailure(.invalid, "\(folder) has \(files.count) zones; \(SpotMarket.poolLimit) are the most")
        }
        var zones: [SpotTrace.Zone] = []
        var problems: [String] = []
        for file in files {
            let path = folder.hasSuffix("/") ? folder + file : "\(folder)/\(file)"
            do {
                zones.append(try zone(file, path, access))
            } catch let problem as Problem {
                problems.append("\(path): \(problem.text)")
            }
        }
        guard problems.isEmpty else { throw CommandFailure(.invalid, "", details: problems) }
        let trace = SpotTrace(zones: zones)
        guard trace.seconds >= SpotExperiment.windowSeconds else {
            throw CommandFailure(
                .invalid,
                "\(folder): the shortest zone lasts \(trace.seconds) s; a window is \(SpotExperiment.windowSeconds) s")
        }
        return trace
    }

    /// One zone by its file.
    package static func zone(at path: String, access: some FleetFileAccess) throws -> SpotTrace.Zone {
        do {
            return try zone(path.split(separator: "/").last.map(String.init) ?? path, path, access)
        } catch let problem as Problem {
            throw CommandFailure(.invalid, "", details: ["\(path): \(problem.text)"])
        }
    }

    /// The region in a zone's name as Amazon (`us-east-1a`) and Google (`us-central1-a`) write them, up to the first `_` or `.`;
    /// the whole name where there is no such letter at its end.
    package static func region(of file: String) -> String {
        var name = file.prefix { $0 != "_" && $0 != "." }
        guard let last = name.last, last.isASCII, last.isLowercase else { return String(name) }
        let zone = name
        name.removeLast()
        if name.last == "-" {
            name.removeLast()
            return name.last?.isNumber == true ? String(name) : String(zone)
        }
        return name.last?.isNumber == true ? String(name) : String(zone)
    }

    // MARK: One file

    private struct Problem: Error { var text: String }

    private static func zone(_ file: String, _ path: String, _ access: some FleetFileAccess) throws -> SpotTrace.Zone {
        let bytes: [UInt8]
        do {
            bytes = try access.content(of: path, limit: sizeLimit) ?? []
        } catch {
            throw Problem(text: "\(error)")
        }
        let document: Document
        do {
            document = try FleetJSON.decode(Document.self, from: bytes)
        } catch {
            throw Problem(text: reason(error))
        }
        guard let gap = whole(document.metadata.gapSeconds, in: 1...gapLimit) else {
            throw Problem(
                text: "metadata.gap_seconds is \(text(document.metadata.gapSeconds)); a whole number of 1 to \(gapLimit) is right"
            )
        }
        guard !document.data.isEmpty else { throw Problem(text: "data is empty; a trace has a number for each gap") }
        guard document.data.count <= numberLimit else {
            throw Problem(text: "data has \(document.data.count) numbers; \(numberLimit) are the most")
        }
        let numbers = try document.data.enumerated().map { index, value in
            guard let number = whole(value, in: 0...nodeLimit) else {
                throw Problem(text: "data[\(index)] is \(text(value)); a whole number of 0 to \(nodeLimit) nodes is right")
            }
            return number
        }
        return SpotTrace.Zone(
            name: String(file.dropLast(".json".count)), region: region(of: file), gapSeconds: gap, numbers: numbers)
    }

    private static func whole(_ value: Double, in range: ClosedRange<Int>) -> Int? {
        Int(exactly: value).flatMap { range.contains($0) ? $0 : nil }
    }

    private static func text(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? String(value) }

    private static let accepted = #"{"metadata": {"gap_seconds": 300}, "data": [4, 4, 0]} is right"#

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "\(place(context.codingPath + [key])) is missing; \(accepted)"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(place(context.codingPath)) is not what belongs there; \(accepted)"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            "\(place(context.codingPath)) is not what belongs there; \(accepted)"
        default: "this is not JSON; \(accepted)"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        let text = path.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
        }
        return text.isEmpty ? "the document" : text
    }
}
