import CoinSolvers
package import LinearOptimization

/// COIN-OR: relaxations by Clp, integer programs by Cbc. Linked, so it is always there.
package struct CoinSolver: LinearSolver {
    package init() {}

    /// Cbc 2.10.8 was seen to claim proofs of solutions that are not the best (decision 8).
    package var provesIntegerOptima: Bool { false }

    package var name: String {
        "CBC \(String(cString: Cbc_getVersion())) (Clp \(String(cString: Clp_Version())))"
    }

    package func session(for model: LinearModel) throws(SolverFailure) -> any SolverSession { try CoinSession(model) }
}
