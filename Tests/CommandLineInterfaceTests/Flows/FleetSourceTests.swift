import CommandLineInterface
import Testing

private struct ScriptedFiles: FleetFileAccess {
    var folders: [String: [String]] = [:]
    var files: [String: [UInt8]] = [:]
    var input: [UInt8] = []

    func names(inFolder path: String) throws -> [String]? { folders[path] }
    func content(of path: String, limit: Int) throws -> [UInt8]? { files[path] }
    func standardInput(limit: Int) throws -> [UInt8] { input }
    func absolute(_ path: String) -> String { path == "." ? "/here" : path.hasPrefix("/") ? path : "/here/\(path)" }
}

@Suite("Fleet files")
struct FleetSourceTests {
    private func collect(_ paths: [String], _ files: ScriptedFiles) throws -> [FleetSource] {
        try FleetSourceCollection.collect(paths, access: files)
    }

    @Test("of a folder are those that end in .yaml, .yml or .json, sorted, without the hidden ones")
    func folder() {
        #expect(
            FleetSourceCollection.fleetFiles(among: ["b.yml", "a.yaml", "README.md", ".hidden.yaml", "c.JSON", "yaml", "d.yaml~"])
                == ["a.yaml", "b.yml", "c.JSON"])
    }

    @Test("keep their path for messages and their folder for commands")
    func paths() throws {
        let files = ScriptedFiles(
            folders: ["fleet": ["b.yaml", "a.yaml"]],
            files: ["fleet/a.yaml": [97], "fleet/b.yaml": [98], "/etc/c.yaml": [99], "d.yaml": [100]], input: [101])
        let sources = try collect(["fleet", "/etc/c.yaml", "d.yaml", "-"], files)
        #expect(
            sources == [
                FleetSource(name: "fleet/a.yaml", text: "a", folder: "/here/fleet"),
                FleetSource(name: "fleet/b.yaml", text: "b", folder: "/here/fleet"),
                FleetSource(name: "/etc/c.yaml", text: "c", folder: "/etc"),
                FleetSource(name: "d.yaml", text: "d", folder: "/here"),
                FleetSource(name: "-", text: "e", folder: "/here"),
            ])
    }

    @Test("that are missing, empty folders, and text that is not UTF-8 are told")
    func problems() {
        for (path, files) in [
            ("nope.yaml", ScriptedFiles()), ("empty", ScriptedFiles(folders: ["empty": ["README.md"]])),
            ("x.yaml", ScriptedFiles(files: ["x.yaml": [0xFF, 0xFE]])),
        ] {
            let failure = #expect(throws: CommandFailure.self) { try collect([path], files) }
            #expect(failure?.exit == .invalid)
            #expect(failure?.message.contains(path) == true)
        }
    }

    @Test("are limited in their sum")
    func limit() {
        let half = [UInt8](repeating: 35, count: FleetSourceCollection.totalLimit / 2 + 1)
        let files = ScriptedFiles(files: ["a.yaml": half, "b.yaml": half])
        #expect(throws: Never.self) { try collect(["a.yaml"], files) }
        #expect(throws: CommandFailure.self) { try collect(["a.yaml", "b.yaml"], files) }
    }
}
