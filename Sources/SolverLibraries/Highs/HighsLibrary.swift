import LinearOptimization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// HiGHS's C interface (highs_c_api.h), looked up in a shared library while running.
///
/// The types here are those of a `HighsInt` of 32 bits, which the loader verifies.
final class HighsLibrary: Sendable {
    typealias Model = UnsafeMutableRawPointer
    typealias Doubles = UnsafePointer<Double>
    typealias Integers = UnsafePointer<Int32>
    typealias Name = UnsafePointer<CChar>

    /// Where the library was found, as it was asked for.
    let origin: String
    let version: HighsVersion

    let create: @Sendable @convention(c) () -> Model?
    let destroy: @Sendable @convention(c) (Model?) -> Void
    let run: @Sendable @convention(c) (Model) -> Int32
    let clearSolver: @Sendable @convention(c) (Model) -> Int32
    let zeroAllClocks: @Sendable @convention(c) (Model) -> Int32

    let setBoolOption: @Sendable @convention(c) (Model, Name, Int32) -> Int32
    let setIntOption: @Sendable @convention(c) (Model, Name, Int32) -> Int32
    let setDoubleOption: @Sendable @convention(c) (Model, Name, Double) -> Int32
    let setStringOption: @Sendable @convention(c) (Model, Name, Name) -> Int32

    /// Columns, rows, terms, matrix format, sense, offset, costs, column bounds, row bounds, starts, indices, values.
    let passLinear:
        @Sendable @convention(c) (
            Model, Int32, Int32, Int32, Int32, Int32, Double, Doubles, Doubles, Doubles, Doubles, Doubles, Integers, Integers,
            Doubles
        ) -> Int32
    /// As `passLinear`, with what kind each column is.
    let passInteger:
        @Sendable @convention(c) (
            Model, Int32, Int32, Int32, Int32, Int32, Double, Doubles, Doubles, Doubles, Doubles, Doubles, Integers, Integers,
            Doubles,
            Integers
        ) -> Int32
    /// Rows, bounds, terms, starts, indices, values.
    let addRows: @Sendable @convention(c) (Model, Int32, Doubles, Doubles, Int32, Integers, Integers, Doubles) -> Int32
    let changeColumnBounds: @Sendable @convention(c) (Model, Integers, Doubles, Doubles) -> Int32
    let changeRowBounds: @Sendable @convention(c) (Model, Integers, Doubles, Doubles) -> Int32
    let changeCosts: @Sendable @convention(c) (Model, Integers, Doubles) -> Int32
    let setSolution: @Sendable @convention(c) (Model, Doubles, Doubles?, Doubles?, Doubles?) -> Int32

    let modelStatus: @Sendable @convention(c) (Model) -> Int32
    let intInfo: @Sendable @convention(c) (Model, Name, UnsafeMutablePointer<Int32>) -> Int32
    let longInfo: @Sendable @convention(c) (Model, Name, UnsafeMutablePointer<Int64>) -> Int32
    let doubleInfo: @Sendable @convention(c) (Model, Name, UnsafeMutablePointer<Double>) -> Int32
    /// Values and duals of columns, then of rows.
    let solution:
        @Sendable @convention(c) (
            Model, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>,
            UnsafeMutablePointer<Double>
        ) -> Int32

    /// Loads a library and looks every function up. The library stays loaded: HiGHS keeps state of its own for every thread.
    ///
    /// - Parameter name: a path, or a bare name for the system's search, which includes the executable's folder.
    init(opening name: String) throws(SolverFailure) {
        guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            throw SolverFailure("\(name) could not be loaded: \(dlerror().map { String(cString: $0) } ?? "no reason given")")
        }
        let symbols = Symbols(handle: handle, library: name)
        let text: @convention(c) () -> Name? = try symbols.find("Highs_version")
        version = try HighsVersion(text().map { String(cString: $0) } ?? "", of: name)
        origin = name

        create = try symbols.find("Highs_create")
        destroy = try symbols.find("Highs_destroy")
        run = try symbols.find("Highs_run")
        clearSolver = try symbols.find("Highs_clearSolver")
        zeroAllClocks = try symbols.find("Highs_zeroAllClocks")
        setBoolOption = try symbols.find("Highs_setBoolOptionValue")
        setIntOption = try symbols.find("Highs_setIntOptionValue")
        setDoubleOption = try symbols.find("Highs_setDoubleOptionValue")
        setStringOption = try symbols.find("Highs_setStringOptionValue")
        passLinear = try symbols.find("Highs_passLp")
        passInteger = try symbols.find("Highs_passMip")
        addRows = try symbols.find("Highs_addRows")
        changeColumnBounds = try symbols.find("Highs_changeColsBoundsByMask")
        changeRowBounds = try symbols.find("Highs_changeRowsBoundsByMask")
        changeCosts = try symbols.find("Highs_changeColsCostByMask")
        setSolution = try symbols.find("Highs_setSolution")
        modelStatus = try symbols.find("Highs_getModelStatus")
        intInfo = try symbols.find("Highs_getIntInfoValue")
        longInfo = try symbols.find("Highs_getInt64InfoValue")
        doubleInfo = try symbols.find("Highs_getDoubleInfoValue")
        solution = try symbols.find("Highs_getSolution")
        try validateIntegers(symbols)
    }

    private struct Symbols {
        let handle: UnsafeMutableRawPointer
        let library: String

        func find<Function>(_ name: String) throws(SolverFailure) -> Function {
            guard let symbol = dlsym(handle, name) else {
                throw SolverFailure("\(library) has no function \(name): it is not HiGHS \(HighsVersion.oldest) or newer")
            }
            return unsafeBitCast(symbol, to: Function.self)
        }
    }

    private func validateIntegers(_ symbols: Symbols) throws(SolverFailure) {
        let size: @convention(c) (Model) -> Int32 = try symbols.find("Highs_getSizeofHighsInt")
        guard let model = create() else { throw SolverFailure("\(origin) could not allocate a model") }
        defer { destroy(model) }
        guard size(model) == MemoryLayout<Int32>.size else {
            throw SolverFailure(
                """
                \(origin) was built with integers of \(size(model)) bytes (HIGHSINT64); a build with 4 is needed, as \
                distributions ship it
                """
            )
        }
    }
}
