package import FleetModel
import FleetTransport

/// Why a feed's connection is dropped. What the gateway knew of the plane stays.
package enum FeedProblem: Error, Equatable, CustomStringConvertible {
    case lineTooLong(limit: Int)
    case malformedLine
    case badSignature
    case wrongPlane(String, expected: String)
    case unexpectedStatus(Int)
    case silent(seconds: Int)
    case closed

    package var description: String {
        switch self {
        case .lineTooLong(let limit): "a line of the feed is longer than \(limit) bytes"
        case .malformedLine: "a line of the feed is not '<signature> <report>'"
        case .badSignature: "a line of the feed is not signed with this gateway's and plane's key"
        case .wrongPlane(let name, let expected): "the feed reports plane \(name); it is the feed of plane \(expected)"
        case .unexpectedStatus(401): "the plane refused this gateway's signature (401); both must have the same fleet's tokens"
        case .unexpectedStatus(let status): "the feed answered \(status); 200 is expected"
        case .silent(let seconds): "the feed was silent for \(seconds) s; a line comes every half second"
        case .closed: "the plane closed the feed"
        }
    }
}

/// Reads the lines of one feed response: bounds them, checks each one's signature over the request's nonce and its place in
/// the sequence, and decodes the report. After an error it is of no more use.
package struct FeedLineReader: Sendable {
    /// Longest line, bytes: about 4,000 replicas.
    package static let lineLimit = 1 << 20

    private let key: String
    private let nonce: String
    private let plane: PlaneName
    private let limit: Int
    private var line: [UInt8] = []
    private var sequence: UInt64 = 0

    package init(key: String, nonce: String, plane: PlaneName, limit: Int = lineLimit) {
        self.key = key
        self.nonce = nonce
        self.plane = plane
        self.limit = limit
    }

    /// Takes the next bytes; returns the reports they completed.
    package mutating func read(_ bytes: some Collection<UInt8>) throws(FeedProblem) -> [PlaneReport] {
        var reports: [PlaneReport] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            try append(rest[..<end])
            reports.append(try report())
            rest = rest[rest.index(after: end)...]
        }
        try append(rest)
        return reports
    }

    private mutating func append(_ bytes: some Collection<UInt8>) throws(FeedProblem) {
        guard line.count + bytes.count <= limit else { throw .lineTooLong(limit: limit) }
        line.append(contentsOf: bytes)
    }

    private mutating func report() throws(FeedProblem) -> PlaneReport {
        defer { line.removeAll(keepingCapacity: true) }
        guard let space = line.firstIndex(of: UInt8(ascii: " ")), space == FeedAuthentication.keyLength else {
            throw .malformedLine
        }
        let payload = Array(line[(space + 1)...])
        let signature = String(decoding: line[..<space], as: UTF8.self)
        let expected = FeedAuthentication.lineSignature(key: key, nonce: nonce, sequence: sequence, payload: payload)
        guard FeedAuthentication.matches(signature, expected) else { throw .badSignature }
        sequence += 1
        guard let report = try? FleetJSON.decode(PlaneReport.self, from: payload) else { throw .malformedLine }
        guard report.plane == plane else { throw .wrongPlane(report.plane.rawValue, expected: plane.rawValue) }
        return report
    }
}
