package import FleetModel

/// What the choice depends on, of one request.
package struct RequestFacts: Equatable, Sendable {
    package var workload: WorkloadIndex
    package var balancing: Route.Balancing
    /// Hash of how the request begins (``ByteHash/hash(_:)`` over the start of its prompt); nil asks for no affinity.
    package var prefixHash: UInt64?

    package init(
        workload: WorkloadIndex, balancing: Route.Balancing = .predictedTimeToFirstToken, prefixHash: UInt64? = nil
    ) {
        self.workload = workload
        self.balancing = balancing
        self.prefixHash = prefixHash
    }
}
