/// A ceiling on what the replicas of some workloads may cost in an hour. A plan never exceeds it.
package struct Budget: Equatable, Sendable {
    package var metadata: Metadata
    /// The workloads it counts; empty counts all.
    package var workloads: [WorkloadName]
    /// The most they may cost together, each replica at its share of its node's price. Above 0.
    package var ceiling: USDPerHour

    package var name: BudgetName { BudgetName(metadata.name) }

    package init(metadata: Metadata, workloads: [WorkloadName] = [], ceiling: USDPerHour) {
        self.metadata = metadata
        self.workloads = workloads
        self.ceiling = ceiling
    }

    /// Whether a workload's replicas count.
    package func covers(_ workload: WorkloadName) -> Bool { workloads.isEmpty || workloads.contains(workload) }
}
