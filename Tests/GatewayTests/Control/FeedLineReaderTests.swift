import FleetModel
import FleetTransport
import Gateway
import Testing

@Suite("Feed line reader")
struct FeedLineReaderTests {
    private let nonce = String(repeating: "a", count: FeedAuthentication.nonceLength)
    private let replica = ListenAddress(host: "127.0.0.1", port: 9)

    private func reader(limit: Int = FeedLineReader.lineLimit) -> FeedLineReader {
        FeedLineReader(key: ControlFixture.key, nonce: nonce, plane: ControlFixture.plane, limit: limit)
    }

    private func line(_ sequence: UInt64, place: UInt64? = nil, nonce: String? = nil, plane: PlaneName = "near") throws -> [UInt8]
    {
        let report = ControlFixture.report(sequence: sequence, replica: replica, plane: plane)
        return Array(try ControlFixture.line(report, nonce: nonce ?? self.nonce, sequence: place ?? sequence).utf8)
    }

    @Test("reads signed lines however the bytes are cut", arguments: [1, 7, 100, 10_000])
    func cuts(size: Int) throws {
        let bytes = try line(0) + line(1) + line(2)
        var reader = reader()
        var sequences: [UInt64] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            sequences += try reader.read(bytes[start..<min(start + size, bytes.count)]).map(\.sequence)
        }
        #expect(sequences == [0, 1, 2])
    }

    @Test("a line signed for another nonce, another place or with another key is refused")
    func signatures() throws {
        let otherNonce = try line(0, nonce: String(repeating: "b", count: 32))
        #expect(throws: FeedProblem.badSignature) {
            var reader = reader()
            _ = try reader.read(otherNonce)
        }
        let skipped = try line(0) + line(2)
        #expect(throws: FeedProblem.badSignature) {
            var reader = reader()
            _ = try reader.read(skipped)
        }
        let report = ControlFixture.report(sequence: 0, replica: replica)
        let otherKey = Array(try ControlFixture.line(report, nonce: nonce, sequence: 0, key: "00").utf8)
        #expect(throws: FeedProblem.badSignature) {
            var reader = reader()
            _ = try reader.read(otherKey)
        }
    }

    @Test("a changed byte anywhere in the line is noticed")
    func tampering() throws {
        let genuine = try line(0)
        for position in stride(from: 0, to: genuine.count - 1, by: 3) {
            var bytes = genuine
            bytes[position] ^= 1
            #expect(throws: FeedProblem.self, "byte \(position)") {
                var reader = reader()
                _ = try reader.read(bytes)
            }
        }
    }

    @Test("another plane's report is refused even with the right signature")
    func wrongPlane() throws {
        let bytes = try line(0, plane: "far")
        #expect(throws: FeedProblem.wrongPlane("far", expected: "near")) {
            var reader = reader()
            _ = try reader.read(bytes)
        }
    }

    @Test("an endless line is refused at the limit, and lines without signature or report are malformed")
    func bounds() throws {
        #expect(throws: FeedProblem.lineTooLong(limit: 50)) {
            var reader = reader(limit: 50)
            for _ in 0..<51 { _ = try reader.read([120]) }
        }
        for text in ["\n", "short {}\n", "\(String(repeating: "0", count: 64))\n"] {
            #expect(throws: FeedProblem.malformedLine) {
                var reader = reader()
                _ = try reader.read(Array(text.utf8))
            }
        }
    }
}
