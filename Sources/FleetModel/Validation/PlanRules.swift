extension ProblemCollector {
    mutating func checkBudget(_ budget: Budget) {
        require(
            budget.ceiling.value > 0 && budget.ceiling.value <= Limits.usdPerHour, "spec.ceiling",
            "\(budget.ceiling.text) is out of range", accepted: "a price above 0 and at most 1000000000 USD/h, such as 12 USD/h")
        require(
            budget.workloads.count <= Limits.budgetWorkloads, "spec.workloads", "\(budget.workloads.count) workloads are named",
            accepted: "at most \(Limits.budgetWorkloads), or none to count all")
        requireDistinct(budget.workloads.map(\.rawValue), "spec.workloads", what: "workload")
    }

    mutating func checkPlacementPlan(_ plan: PlacementPlan, planes: [WorkloadPlane]) {
        checkBlocks(plan)
        guard !plan.blocks.isEmpty else { return }
        require(
            plan.nodes.count <= Limits.planRows, "spec.nodes", "\(plan.nodes.count) entries are given",
            accepted: "at most \(Limits.planRows) entries")
        require(
            plan.replicas.count <= Limits.planRows, "spec.replicas", "\(plan.replicas.count) entries are given",
            accepted: "at most \(Limits.planRows) entries")
        let blocks = Set(plan.blocks)
        let pools = Dictionary(
            planes.map { ($0.name, Set($0.pools.map(\.name))) }, uniquingKeysWith: { first, _ in first })
        for (position, entry) in plan.nodes.prefix(Limits.planRows).enumerated() {
            checkRow(
                entry.plane, entry.pool, entry.block, entry.count, ("spec.nodes" as FieldPath).index(position), blocks, pools)
        }
        for (position, entry) in plan.replicas.prefix(Limits.planRows).enumerated() {
            checkRow(
                entry.plane, entry.pool, entry.block, entry.count, ("spec.replicas" as FieldPath).index(position), blocks, pools)
        }
        requireDistinctRows(
            plan.nodes.prefix(Limits.planRows).map { "\($0.plane) \($0.pool) \($0.block)" }, "spec.nodes", what: "pool and block")
        requireDistinctRows(
            plan.replicas.prefix(Limits.planRows).map { "\($0.workload) \($0.plane) \($0.pool) \($0.block)" }, "spec.replicas",
            what: "workload, pool and block")
    }

    private mutating func checkBlocks(_ plan: PlacementPlan) {
        let (blocks, hours): (FieldPath, FieldPath) = ("spec.blocks", "spec.hours")
        requireRange(plan.blocks.count, in: 1...HourOfWeek.count, blocks, accepted: "1 to 168 names of blocks")
        guard !plan.blocks.isEmpty else { return }
        for (position, block) in plan.blocks.prefix(HourOfWeek.count).enumerated() {
            require(
                TextRules.isWord(block), blocks.index(position), "\(quoted(block)) is not a name of a block",
                accepted: TextRules.blockName)
        }
        requireDistinct(Array(plan.blocks.prefix(HourOfWeek.count)), blocks, what: "block")
        guard plan.hours.count == 24 || plan.hours.count == HourOfWeek.count else {
            return report(
                hours, "\(plan.hours.count) hours are given",
                accepted: "24 positions in blocks, one for each UTC hour of the day, or 168 for the week from Monday 00:00")
        }
        for (position, block) in plan.hours.enumerated() where !plan.blocks.indices.contains(block) {
            report(
                hours.index(position), "there is no block \(block)",
                accepted: "a position in blocks, 0 to \(plan.blocks.count - 1)", basis: [blocks])
        }
    }

    private mutating func checkRow(
        _ plane: PlaneName, _ pool: PoolName, _ block: String, _ count: Int, _ field: FieldPath, _ blocks: Set<String>,
        _ pools: [PlaneName: Set<PoolName>]
    ) {
        requireRange(count, in: 0...100_000, field.key("count"), accepted: "0 to 100000")
        require(
            blocks.contains(block), field.key("block"), "there is no block \(quoted(block))", accepted: "a name listed in blocks")
        // A plane that is not here is reported as a missing reference, or is stored elsewhere and judged with it there.
        guard let known = pools[plane], !known.contains(pool) else { return }
        report(
            field.key("pool"), "plane \(plane) has no pool \(quoted(pool.rawValue))",
            accepted: known.isEmpty
                ? "another plane: this one has no pool" : NearestWord.choices(known.map(\.rawValue).sorted(), limit: 8),
            basis: [field.key("plane")])
    }

    /// Like ``requireDistinct(_:_:what:leaf:)`` for rows told apart by several fields.
    private mutating func requireDistinctRows(_ keys: [String], _ field: FieldPath, what: String) {
        var seen: [String: Int] = [:]
        for (position, key) in keys.enumerated() {
            if let first = seen[key] {
                report(
                    field.index(position), "its \(what) are those of entry \(first)", accepted: "each \(what) once")
            } else {
                seen[key] = position
            }
        }
    }

    private enum Limits {
        static let usdPerHour = 1e9
        static let budgetWorkloads = 1_024
        /// Rows of nodes or replicas in one plan.
        static let planRows = 20_000
    }
}
