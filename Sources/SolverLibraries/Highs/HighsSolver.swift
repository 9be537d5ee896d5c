package import LinearOptimization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// HiGHS, loaded while running where its library is.
package struct HighsSolver: LinearSolver {
    /// Names a library to load instead of searching for one.
    package static let environmentVariable = "TRADEWIND_HIGHS"

    /// How people get the library.
    package static let advice = """
        install it from your distribution (Debian 13: libhighs), or put the libhighs.so of PyPI's package highsbox beside the \
        executable as libhighs.so.1 (scripts/highs.sh does), or name a library in \(environmentVariable)
        """

    private let library: HighsLibrary

    /// - Parameter path: an absolute path; by default that of `TRADEWIND_HIGHS`, or else `libhighs.so.1` and `libhighs.so` are
    ///   searched for where the system keeps libraries and beside the executable, never in the working directory.
    /// - Throws: what was tried and why each failed.
    package init(path: String? = nil) throws(SolverFailure) {
        if let path = path ?? Self.pathFromEnvironment {
            guard path.hasPrefix("/") else {
                throw SolverFailure("the HiGHS library “\(path)” must be an absolute path, such as /usr/lib/libhighs.so.1")
            }
            library = try HighsLibrary(opening: path)
        } else {
            library = try Self.search()
        }
    }

    package static var pathFromEnvironment: String? {
        getenv(environmentVariable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func search() throws(SolverFailure) -> HighsLibrary {
        #if os(Linux)
        let names = ["libhighs.so.1", "libhighs.so"]
        #else
        let names = ["libhighs.1.dylib", "libhighs.dylib"]
        #endif
        var reasons: [String] = []
        for name in names {
            do {
                return try HighsLibrary(opening: name)
            } catch {
                reasons.append(error.description)
            }
        }
        throw SolverFailure("HiGHS is not here (\(reasons.joined(separator: "; "))): \(advice)")
    }

    package var provesIntegerOptima: Bool { true }

    package var name: String { "HiGHS \(library.version)" }

    package func session(for model: LinearModel) throws(SolverFailure) -> any SolverSession {
        try HighsSession(model, library: library)
    }
}
