import Foundation
import LinearOptimization
import SolverLibraries
import Testing

@Suite("Choosing a solver")
struct SolverChoiceTests {
    @Test("HiGHS is found, and calls itself by its version", .enabled(if: TestSolver.highsIsHere, TestSolver.highsReason))
    func highs() throws {
        let name = try SolverChoice.highs.resolve().solver.name
        #expect(name.hasPrefix("HiGHS 1."))
        let automatic = try SolverChoice.auto.resolve()
        #expect(automatic.solver.name == name)
        #expect(automatic.note == nil)
    }

    @Test("CBC is always there and says which it is")
    func cbc() throws {
        let resolution = try SolverChoice.cbc.resolve()
        #expect(resolution.solver.name.hasPrefix("CBC "))
        #expect(resolution.solver.name.contains("Clp 1."))
        #expect(resolution.note == nil)
    }

    @Test("without HiGHS, auto is CBC and says how to get HiGHS", .enabled(if: !TestSolver.highsIsHere, "HiGHS is here"))
    func automaticWithoutHighs() throws {
        let automatic = try SolverChoice.auto.resolve()
        #expect(automatic.solver.name.hasPrefix("CBC "))
        #expect(automatic.note?.contains("highsbox") == true)
    }

    @Test("a library asked for by path and not there is an error, not another solver", arguments: [SolverChoice.highs, .auto])
    func missing(_ choice: SolverChoice) {
        let failure = #expect(throws: SolverFailure.self) { try choice.resolve(highsPath: "/nowhere/libhighs.so.1") }
        #expect(failure?.description.contains("/nowhere/libhighs.so.1") == true)
    }

    @Test("the working directory is never searched", arguments: ["libhighs.so.1", "./libhighs.so.1", "lib/libhighs.so", ""])
    func relative(path: String) {
        let failure = #expect(throws: SolverFailure.self) { try SolverChoice.highs.resolve(highsPath: path) }
        #expect(failure?.description.contains("absolute path") == true)
    }

    @Test("another library is told from HiGHS")
    func another() throws {
        let maps = try #require(
            FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd().map { String(decoding: $0, as: UTF8.self) })
        let path = try #require(maps.split(separator: " ").map(String.init).lazy.compactMap(Self.pathOfMathLibrary).first)
        let failure = #expect(throws: SolverFailure.self) { try SolverChoice.highs.resolve(highsPath: path) }
        #expect(failure?.description.contains("has no function Highs_version") == true)
    }

    private static func pathOfMathLibrary(_ word: String) -> String? {
        let path = word.split(separator: "\n").first.map(String.init) ?? ""
        return path.hasPrefix("/") && path.contains("/libm.so") ? path : nil
    }

    @Test("versions from 1.7 on are taken", arguments: ["1.7.0", "1.10.0", "1.15.1", "2.0.0"])
    func newEnough(version: String) throws {
        #expect(try HighsVersion(version, of: "libhighs.so.1").description == version)
    }

    @Test("older versions and what is none are refused", arguments: ["1.6.9", "0.9", "", "1", "new", "1.x", ".7", "-1.7.0"])
    func tooOld(version: String) {
        let failure = #expect(throws: SolverFailure.self) { try HighsVersion(version, of: "libhighs.so.1") }
        #expect(failure?.description.contains("1.7 or newer is needed") == true)
    }

    @Test("names are those a person types")
    func names() {
        #expect(SolverChoice.allCases.map(\.rawValue) == ["auto", "highs", "cbc"])
        #expect(SolverChoice(rawValue: "gurobi") == nil)
    }
}
