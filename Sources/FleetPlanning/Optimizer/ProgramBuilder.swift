import LinearOptimization

/// Writes the columns of stretches of time and the rows that hold whatever is found later: packing, planned flow within
/// capacity, spot share, minimum replicas, budgets.
struct ProgramBuilder {
    private let compiled: CompiledProblem
    private let reservation: FleetProgram.Reservation
    private let integer: Bool
    private(set) var model = LinearModel()
    private var linked: [Int: LinearModel.Column] = [:]

    init(_ compiled: CompiledProblem, reservation: FleetProgram.Reservation, integer: Bool) {
        self.compiled = compiled
        self.reservation = reservation
        self.integer = integer
    }

    /// The most that may go unprotected: all that must survive. Nothing where no loss is to be survived.
    static func mostUnprotected(_ service: CompiledProblem.Service, _ demand: Double) -> Double {
        service.losses.isEmpty ? 0 : service.workload.keptShare * demand
    }

    mutating func add(_ stretch: FleetProgram.Stretch) -> FleetProgram.Columns {
        var columns = FleetProgram.Columns()
        columns.nodes = compiled.problem.pools.indices.map { nodes($0, weight: stretch.weight) }
        for (index, service) in compiled.services.enumerated() {
            let demand = stretch.demand[index]
            columns.replicas.append(service.options.map { replicas($0, of: service) })
            columns.flow.append(
                service.hasEgressCost
                    ? service.egressUSD.map { model.addColumn(upper: demand.reduce(0, +), cost: $0 * stretch.weight) } : [])
            columns.unmet.append(
                demand.map { model.addColumn(upper: $0, cost: compiled.unmetUSD * stretch.weight) })
            columns.unprotected.append(
                demand.map {
                    model.addColumn(
                        upper: Self.mostUnprotected(service, $0), cost: compiled.unprotectedUSD * stretch.weight)
                })
            let minimum = Double(service.workload.minReplicas)
            columns.missing.append(
                minimum > 0
                    ? model.addColumn(upper: minimum, cost: compiled.missingUSD * stretch.weight, isInteger: integer) : nil)
        }
        columns.packing = addPacking(columns)
        for index in compiled.services.indices { addServiceRows(index, columns) }
        addBudgets(columns)
        return columns
    }

    private mutating func nodes(_ index: Int, weight: Double) -> LinearModel.Column {
        let pool = compiled.problem.pools[index]
        // Nodes nobody could use are not bought.
        let limit = compiled.optionsByPool[index].isEmpty ? 0 : Double(pool.maxNodes)
        guard reservation == .linked, pool.tier == .reserved else {
            return model.addColumn(upper: limit, cost: pool.usdPerNodeHour * weight, isInteger: integer)
        }
        if let column = linked[index] { return column }
        let column = model.addColumn(upper: limit, cost: pool.usdPerNodeHour, isInteger: integer)
        linked[index] = column
        return column
    }

    private mutating func replicas(_ option: CompiledProblem.Option, of service: CompiledProblem.Service) -> LinearModel.Column {
        let pool = compiled.problem.pools[option.pool]
        let fitting = Double(pool.acceleratorsPerNode / option.size) * Double(pool.maxNodes)
        return model.addColumn(upper: min(fitting, service.mostUsefulReplicas(option)), isInteger: integer)
    }

    private mutating func addPacking(_ columns: FleetProgram.Columns) -> [[LinearModel.Row]] {
        compiled.optionsByPool.enumerated().map { pool, users in
            guard !users.isEmpty else { return [] }
            let sizes = Set(users.map { compiled.services[$0.service].options[$0.option].size }).sorted()
            let rules = PackingRule.rows(sizes: sizes, capacity: compiled.problem.pools[pool].acceleratorsPerNode)
            return rules.map { weights in
                var row = [LinearModel.Term(columns.nodes[pool], -1)]
                for user in users {
                    let size = compiled.services[user.service].options[user.option].size
                    let weight = weights[sizes.firstIndex(of: size)!]
                    row.append(LinearModel.Term(columns.replicas[user.service][user.option], weight))
                }
                return model.addRow(upper: 0, row)
            }
        }
    }

    private mutating func addServiceRows(_ index: Int, _ columns: FleetProgram.Columns) {
        let service = compiled.services[index]
        let workload = service.workload
        let replicas = columns.replicas[index]
        if service.hasEgressCost {
            for (position, options) in service.optionsByPlane.enumerated() {
                var row = [LinearModel.Term(columns.flow[index][position], 1)]
                row += options.map {
                    LinearModel.Term(replicas[$0], -workload.targetUtilization * service.options[$0].rate)
                }
                model.addRow(upper: 0, row)
            }
        }
        if workload.maxSpotShare < 1, service.options.contains(where: \.isSpot) {
            model.addRow(
                upper: 0,
                zip(replicas, service.options).map { column, option in
                    LinearModel.Term(column, ((option.isSpot ? 1 : 0) - workload.maxSpotShare) * option.rate)
                })
        }
        if let missing = columns.missing[index] {
            model.addRow(
                lower: Double(workload.minReplicas),
                replicas.map { LinearModel.Term($0, 1) } + [LinearModel.Term(missing, 1)])
        }
    }

    private mutating func addBudgets(_ columns: FleetProgram.Columns) {
        for budget in compiled.problem.budgets {
            let named = Set(budget.workloads)
            var row: [LinearModel.Term] = []
            for (index, service) in compiled.services.enumerated() where named.contains(service.workload.name) {
                for (column, option) in zip(columns.replicas[index], service.options) {
                    let pool = compiled.problem.pools[option.pool]
                    let price = pool.usdPerNodeHour / Double(pool.acceleratorsPerNode) * Double(option.size)
                    if price > 0 { row.append(LinearModel.Term(column, price)) }
                }
            }
            if !row.isEmpty { model.addRow(upper: budget.usdPerHour, row) }
        }
    }
}

extension CompiledProblem.Service {
    /// More replicas of one option than this are of no use: they carry all demand, or all that the spot share asks to be carried elsewhere.
    func mostUsefulReplicas(_ option: CompiledProblem.Option) -> Double {
        let blocks = groups.first?.demand.count ?? 0
        let peak = (0..<blocks).map { block in groups.reduce(0) { $0 + $1.demand[block] } }.max() ?? 0
        let share = workload.maxSpotShare
        let beside = share > 0 && share < 1 ? max(1, (1 - share) / share) : 1
        let carrying = peak / workload.targetUtilization * beside / option.rate
        return max(Double(workload.minReplicas), carrying.rounded(.up)) + 1
    }
}
