import FleetModel

extension Budget {
    static let shape = Shape<Budget>(
        blank: Budget(metadata: .blank, ceiling: USDPerHour(1)),
        [
            .optional("workloads", \.workloads, default: [], .list(.name("the name of a Workload"))),
            .required("ceiling", \.ceiling, .quantity),
        ])
}

extension PlacementPlan {
    static let shape = Shape<PlacementPlan>(
        blank: PlacementPlan(metadata: .blank, blocks: [], hours: [], replicas: []),
        [
            .optional("fleetGeneration", \.fleetGeneration, .counter),
            .required("blocks", \.blocks, .list(.text("a name of a block such as day"))),
            .required("hours", \.hours, .list(.whole("blocks before it in the list"))),
            .optional("nodes", \.nodes, default: [], .list(nodesShape.rule)),
            .required("replicas", \.replicas, .list(replicasShape.rule)),
        ])

    private static let nodesShape = Shape<Nodes>(
        blank: Nodes(plane: "", pool: "", block: "", count: 0),
        [
            .required("plane", \.plane, .name("the name of a WorkloadPlane")),
            .required("pool", \.pool, .name("the name of one of its pools")),
            .required("block", \.block, .text("the name of a block")),
            .required("count", \.count, .whole("nodes")),
        ])

    private static let replicasShape = Shape<Replicas>(
        blank: Replicas(workload: "", plane: "", pool: "", block: "", count: 0),
        [
            .required("workload", \.workload, .name("the name of a Workload")),
            .required("plane", \.plane, .name("the name of a WorkloadPlane")),
            .required("pool", \.pool, .name("the name of one of its pools")),
            .required("block", \.block, .text("the name of a block")),
            .required("count", \.count, .whole("replicas")),
        ])
}
