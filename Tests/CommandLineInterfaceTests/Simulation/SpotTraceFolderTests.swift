import CommandLineInterface
import FleetControl
import FleetSimulation
import FleetTransport
import SolverLibraries
import Testing

/// Files in memory.
private struct MemoryFiles: FleetFileAccess {
    var folder = "traces"
    var files: [String: String]

    func names(inFolder path: String) throws -> [String]? { path == folder ? Array(files.keys) : nil }
    func content(of path: String, limit: Int) throws -> [UInt8]? {
        guard let text = files[String(path.dropFirst(folder.count + 1))] else { return nil }
        guard text.utf8.count <= limit else { throw CommandFailure(.invalid, "it is larger than \(limit) bytes") }
        return Array(text.utf8)
    }
    func standardInput(limit: Int) throws -> [UInt8] { [] }
    func absolute(_ path: String) -> String { path }
}

@Suite("Folders of spot traces")
struct SpotTraceFolderTests {
    private static func day(_ number: Int, gap: Int = 21_600, count: Int = 4) -> String {
        #"{"metadata": {"gap_seconds": \#(gap), "more": 1}, "data": [\#([String](repeating: "\(number)", count: count).joined(separator: ", "))]}"#
    }

    private func failure(_ files: [String: String]) -> CommandFailure? {
        do {
            _ = try SpotTraceFolder.read("traces", access: MemoryFiles(files: files))
            return nil
        } catch {
            return error as? CommandFailure
        }
    }

    @Test("become zones by name, with the region their names tell")
    func zones() throws {
        let trace = try SpotTraceFolder.read(
            "traces",
            access: MemoryFiles(files: [
                "us-west-2b_v100_1.json": Self.day(2), "us-east-1a.json": Self.day(1, gap: 43_200, count: 3), "notes.md": "-",
            ]))
        #expect(
            trace
                == SpotTrace(zones: [
                    SpotTrace.Zone(name: "us-east-1a", region: "us-east-1", gapSeconds: 43_200, numbers: [1, 1, 1]),
                    SpotTrace.Zone(name: "us-west-2b_v100_1", region: "us-west-2", gapSeconds: 21_600, numbers: [2, 2, 2, 2]),
                ]))
        #expect(trace.seconds == 86_400)
    }

    @Test(
        "know a region from a zone's name",
        arguments: [
            ("us-east-1a_v100_1.json", "us-east-1"), ("us-central1-b_a100_40gb_8.json", "us-central1"),
            ("eu-west-3.json", "eu-west-3"),
            ("zone-a.json", "zone-a"), ("lab.json", "lab"), (".json", ""), ("1a.json", "1"), ("Ä2é.json", "Ä2é"),
        ])
    func regions(file: String, region: String) {
        #expect(SpotTraceFolder.region(of: file) == region)
    }

    @Test(
        "are refused with the file and what would be right",
        arguments: [
            ("", "this is not JSON"), ("[", "this is not JSON"), ("[]", "the document is not what belongs there"),
            (#"{"metadata": {"gap_seconds": 300}}"#, "data is missing"),
            (#"{"metadata": {}, "data": [1]}"#, "metadata.gap_seconds is missing"),
            (#"{"metadata": {"gap_seconds": 0}, "data": [1]}"#, "metadata.gap_seconds is 0; a whole number of 1 to 86400"),
            (#"{"metadata": {"gap_seconds": -5}, "data": [1]}"#, "metadata.gap_seconds is -5"),
            (#"{"metadata": {"gap_seconds": 86401}, "data": [1]}"#, "metadata.gap_seconds is 86401"),
            (#"{"metadata": {"gap_seconds": 0.5}, "data": [1]}"#, "metadata.gap_seconds is 0.5"),
            (#"{"metadata": {"gap_seconds": "300"}, "data": [1]}"#, "metadata.gap_seconds is not what belongs there"),
            (#"{"metadata": {"gap_seconds": 300}, "data": []}"#, "data is empty"),
            (#"{"metadata": {"gap_seconds": 300}, "data": [1, -1]}"#, "data[1] is -1; a whole number of 0 to 1000000 nodes"),
            (#"{"metadata": {"gap_seconds": 300}, "data": [1, 0.5]}"#, "data[1] is 0.5; a whole number of 0"),
            (#"{"metadata": {"gap_seconds": 300}, "data": [1, null]}"#, "data[1] is not what belongs there"),
            (#"{"metadata": {"gap_seconds": 300}, "data": [[1]]}"#, "data[0] is not what belongs there"),
            (#"{"metadata": {"gap_seconds": 300}, "data": [1e300]}"#, "data[0] is 1e+300; a whole number of 0"),
            (#"{"metadata": {"gap_seconds": 300}, "data": 4}"#, "data is not what belongs there"),
        ])
    func refused(text: String, reason: String) throws {
        let refusal = try #require(failure(["a.json": text, "b.json": Self.day(1)]))
        #expect(refusal.exit == .invalid)
        #expect(refusal.details.count == 1)
        #expect(refusal.details[0].hasPrefix("traces/a.json: \(reason)"), "\(refusal.details[0])")
    }

    @Test("tell every file that is wrong")
    func several() throws {
        let refusal = try #require(failure(["a.json": "{", "b.json": Self.day(-1), "c.json": Self.day(1)]))
        #expect(refusal.details.map { $0.prefix(14) } == ["traces/a.json:", "traces/b.json:"])
    }

    @Test("nested deeper than any trace are refused, not followed")
    func nested() {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(failure(["a.json": #"{"metadata": {"gap_seconds": 300}, "data": \#(deep)}"#])?.exit == .invalid)
    }

    @Test("shorter than a window, empty or not there are refused")
    func missing() {
        #expect(failure(["a.json": Self.day(1, gap: 300)])?.message.contains("lasts 1200 s; a window is 86400 s") == true)
        #expect(failure(["a.txt": ""])?.message.contains("no files that end in .json") == true)
        #expect(throws: CommandFailure.self) {
            try SpotTraceFolder.read("elsewhere", access: MemoryFiles(files: [:]))
        }
        let many = (0...SpotMarket.poolLimit).map { ("z\($0).json", Self.day(1)) }
        #expect(failure(Dictionary(uniqueKeysWithValues: many))?.message.contains("257 zones; 256 are the most") == true)
    }
}

@Suite("Comparisons of spot policies")
struct SpotComparisonTests {
    private func comparison() throws -> SpotComparison {
        let trace = SpotTrace(zones: [
            SpotTrace.Zone(name: "a", gapSeconds: 3_600, numbers: [Int](repeating: 1, count: 30)),
            SpotTrace.Zone(name: "b", gapSeconds: 3_600, numbers: [Int](repeating: 0, count: 30)),
        ])
        return try SpotComparison.run(
            [.policy(.onDemand), .policy(.roundRobin), .clairvoyant], on: trace, traces: "dir", isUnbounded: true,
            SpotExperiment(windows: 2), solver: CoinSolver(),
            concurrently: { count, work in (0..<count).reversed().forEach(work) },
            progress: { done, all in precondition((1...all).contains(done) && all == 6) })
    }

    @Test("give every contestant's figures in the order asked for, as JSON with the experiment's names")
    func json() throws {
        let document = try comparison().document
        let policies = document["policies"].elements
        #expect(policies.map { $0["name"].text } == ["on-demand", "round-robin", "clairvoyant"])
        // Round robin asks a, b and a, then b once more, then a: its third node comes two ticks late, of 2880 − 4.
        #expect(policies.map { $0["availability"].double } == [1, 2_874.0 / 2_876, 1])
        #expect(policies[0]["relativeCost"].double == 1)
        #expect(policies[0]["onDemandShare"].double == 1)
        // Three nodes at 1 of three at 3, whoever knows.
        #expect(abs((policies[2]["relativeCost"].double ?? 0) - 1.0 / 3) < 1e-9)
        #expect(policies[1]["reclaims"].double == 0)
        #expect(document["windows"].integer == 2)
        #expect(document["coldStartSeconds"].integer == 120)
        #expect(document["unbounded"].flag == true)
    }

    @Test("give equal text for equal input")
    func deterministic() throws {
        #expect(JSONText.pretty(try comparison().document) == JSONText.pretty(try comparison().document))
    }

    @Test("are a table for people")
    func table() throws {
        let text = try comparison().page.text
        #expect(text.contains("on-demand     1.00000        1.0000          0.0            1.000"))
        #expect(text.contains("clairvoyant   1.00000        0.3333          0.0            0.000"))
    }
}
