import Foundation
import Testing

@Suite("Layers")
struct LayerTests {
    /// What each target may import, beside the standard library. A target that is not listed fails the test.
    private static let core = [
        "EngineTiming", "FleetControl", "FleetModel", "FleetPlanning", "FleetRouting", "FleetSimulation", "LinearOptimization",
    ]
    private static let allowedInCore: [String: Set<String>] = [
        "EngineTiming": [], "FleetModel": [], "FleetControl": ["FleetModel"], "FleetRouting": ["FleetModel", "Synchronization"],
        "FleetPlanning": ["FleetModel", "LinearOptimization", "Synchronization"], "LinearOptimization": [],
        "FleetSimulation": ["EngineTiming", "FleetControl", "FleetModel", "FleetRouting", "LinearOptimization"],
    ]
    /// Which of our own modules a shell may import.
    private static let allowedInShells: [String: Set<String>] = [
        "CatalogueTables": [],
        "ClpWallClock": [],
        "CoinSolvers": [],
        "CommandLineInterface": [
            "FleetCatalogue", "FleetControl", "FleetDocuments", "FleetModel", "FleetPlanning", "FleetSimulation",
            "FleetTransport", "LinearOptimization",
        ],
        "ControlPlane": ["FleetControl", "FleetDocuments", "FleetModel", "FleetTransport"],
        "FleetCatalogue": ["CatalogueTables", "FleetModel"],
        "FleetDocuments": ["FleetCatalogue", "FleetModel"],
        "FleetTransport": ["FleetModel"],
        "Gateway": ["FleetModel", "FleetRouting", "FleetTransport"],
        "MetadataDoubles": ["FleetModel", "FleetTransport"],
        "ProcessSupervision": [],
        "SimulatedEngine": ["EngineTiming"],
        "SolverLibraries": ["ClpWallClock", "CoinSolvers", "LinearOptimization"],
        "WideAreaRelay": ["FleetModel"],
        "WorkloadPlanes": ["FleetControl", "FleetModel", "FleetTransport", "ProcessSupervision"],
    ]

    private func imports(of text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), keyword <= 2, words.count > keyword + 1,
                words[..<keyword].allSatisfy({ $0.hasPrefix("@") || ["package", "public", "internal", "private"].contains($0) })
            else { return nil }
            return String(words.last!.split(separator: ".")[0])
        }
    }

    private func sources(of target: String) -> [(path: String, text: String)] {
        Repository.files(in: ["Sources/\(target)"], ending: [".swift"])
    }

    @Test("core targets import nothing but the core below them", arguments: core)
    func coreImports(target: String) throws {
        let sources = sources(of: target)
        #expect(!sources.isEmpty)
        let allowed = try #require(Self.allowedInCore[target])
        for file in sources {
            for module in imports(of: file.text) {
                #expect(allowed.contains(module), "\(file.path) imports \(module); \(target) may import \(allowed.sorted())")
            }
        }
    }

    @Test("core targets read no clock, no randomness and start no task", arguments: core)
    func coreIsPure(target: String) {
        let forbidden = [
            "Date()", "ContinuousClock", "SuspendingClock", "UUID()", "SystemRandomNumberGenerator", "Task {", "Task.detached",
            "print(",
            ".randomElement()", ".shuffled()",
        ]
        for file in sources(of: target) {
            for word in forbidden { #expect(!file.text.contains(word), "\(file.path) uses \(word)") }
            for line in file.text.split(separator: "\n") where line.contains(".random(in:") {
                #expect(line.contains("using:"), "\(file.path) draws from the system's randomness: \(line)")
            }
        }
    }

    @Test("shells import only the modules the architecture gives them")
    func shellImports() throws {
        let own = Set(Self.core + Array(Self.allowedInShells.keys))
        let targets = try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: "Sources").path())
        for target in targets.sorted() where !Self.core.contains(target) && target != "tradewind" {
            let allowed = try #require(Self.allowedInShells[target], "say in LayerTests what \(target) may import")
            for file in sources(of: target) {
                for module in imports(of: file.text) where own.contains(module) {
                    #expect(allowed.contains(module), "\(file.path) imports \(module); \(target) may import \(allowed.sorted())")
                }
            }
        }
    }
}
