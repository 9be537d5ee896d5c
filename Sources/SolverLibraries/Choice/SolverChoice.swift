package import LinearOptimization

/// Which solver a person asks for.
package enum SolverChoice: String, CaseIterable, Sendable {
    /// HiGHS where its library is, else CBC.
    case auto
    case highs, cbc

    /// A solver, and why it is not the one that would be preferred.
    package struct Resolution: Sendable {
        package let solver: any LinearSolver
        /// nil where the preferred solver was found.
        package let note: String?
    }

    /// - Parameter highsPath: an absolute path of HiGHS's library, instead of searching for one.
    /// - Throws: where HiGHS was asked for, by name or by a path, and cannot be had.
    package func resolve(highsPath: String? = nil) throws(SolverFailure) -> Resolution {
        switch self {
        case .cbc: return Resolution(solver: CoinSolver(), note: nil)
        case .highs: return Resolution(solver: try HighsSolver(path: highsPath), note: nil)
        case .auto:
            do {
                return Resolution(solver: try HighsSolver(path: highsPath), note: nil)
            } catch {
                if highsPath != nil || HighsSolver.pathFromEnvironment != nil { throw error }
                return Resolution(solver: CoinSolver(), note: error.description)
            }
        }
    }
}
