import ProcessSupervision
import Testing

@Suite struct ShimLineTests {
    @Test(
        "a report reads back as it was written",
        arguments: [
            ShimReport.started(pid: 42), .exited(0), .exited(255), .signalled(9), .failed("cannot run x: No such file"),
        ])
    func roundTrip(report: ShimReport) {
        #expect(ShimReport(line: String(report.line.dropLast())) == report)
        #expect(report.line.hasSuffix("\n"))
    }

    @Test("a message stays one line of bounded length")
    func message() {
        let line = ShimReport.failed("two\nlines" + String(repeating: "x", count: 2_000)).line
        #expect(line.dropLast().contains("\n") == false)
        #expect(line.utf8.count <= ShimReport.messageLimit + "failed \n".utf8.count)
    }

    @Test(
        "what no shim writes is no report",
        arguments: ["", "started", "started x", "started 0", "started -5", "ended 1", "exited"])
    func foreign(line: String) {
        #expect(ShimReport(line: line) == nil)
    }

    @Test("lines are found whatever the pieces, and an overlong one is dropped whole")
    func splitting() {
        var splitter = LineSplitter(limit: 4)
        #expect(splitter.read(Array("st".utf8)) == [])
        #expect(splitter.read(Array("op\nki".utf8)) == ["stop"])
        #expect(splitter.read(Array("ll\noverlong\nstop\n".utf8)) == ["kill", "stop"])
    }

    @Test("the command line needs its limits and a program")
    func arguments() throws {
        let limits = ["--log", "l", "--max-log-bytes", "4096", "--grace-milliseconds", "0"]
        let parsed = try #require(ShimArguments(limits + ["--directory", "/", "--", "ls", "--", "-l"]))
        #expect(parsed.command == ["ls", "--", "-l"])
        #expect(parsed.directory == "/" && parsed.log == "l" && parsed.maxLogBytes == 4_096 && parsed.grace == .zero)
        #expect(ShimArguments(limits + ["--"]) == nil)
        #expect(ShimArguments(limits + ["ls"]) == nil)
        #expect(ShimArguments(Array(limits.dropLast(2)) + ["--", "ls"]) == nil)
        #expect(ShimArguments(["--log", "l", "--max-log-bytes", "1", "--grace-milliseconds", "0", "--", "ls"]) == nil)
        #expect(ShimArguments(["--log", "l", "--max-log-bytes", "4096", "--grace-milliseconds", "-1", "--", "ls"]) == nil)
    }
}
