import LinearOptimization

/// The planning problem as a linear or integer program over one or more stretches of time, with the conditions on capacity
/// (``Cover``) added as they are found broken.
///
/// The objective is US dollars an hour, averaged over the stretches.
final class FleetProgram {
    /// One stretch of time: demand by service and group, and its share of the horizon.
    struct Stretch {
        var demand: [[Double]]
        var weight: Double
    }

    /// How nodes of reserved pools are bought.
    enum Reservation {
        /// The same number in every stretch.
        case linked
        /// For each stretch on its own.
        case separate
    }

    /// The columns of one stretch.
    struct Columns {
        /// By pool.
        var nodes: [LinearModel.Column] = []
        /// By service, then option.
        var replicas: [[LinearModel.Column]] = []
        /// By service, then plane of the service; empty where egress is free.
        var flow: [[LinearModel.Column]] = []
        /// By service, then group.
        var unmet: [[LinearModel.Column]] = []
        var unprotected: [[LinearModel.Column]] = []
        /// By service; nil where no minimum is asked for.
        var missing: [LinearModel.Column?] = []
        /// By pool: rows Σ weight · replicas − nodes ≤ 0.
        var packing: [[LinearModel.Row]] = []
    }

    struct CoverRow {
        let cover: Cover
        let terms: CoverTerms
        /// By stretch.
        let rows: [LinearModel.Row]
    }

    let compiled: CompiledProblem
    private(set) var stretches: [Stretch]
    let columns: [Columns]
    private(set) var model: LinearModel
    private(set) var covers: [CoverRow]
    let session: any SolverSession
    /// Rows that hold only for the demand of now.
    var roundingCuts: [LinearModel.Row] = []
    private var known: Set<Cover>
    private var rowCount: Int

    init(
        _ compiled: CompiledProblem, stretches: [Stretch], reservation: Reservation, integer: Bool, covers initial: [Cover],
        solver: any LinearSolver
    ) throws(SolverFailure) {
        var builder = ProgramBuilder(compiled, reservation: reservation, integer: integer)
        let columns = stretches.map { builder.add($0) }
        var model = builder.model
        var known: Set<Cover> = []
        var covers: [CoverRow] = []
        for cover in initial where known.insert(cover).inserted {
            let terms = CoverTerms(cover, in: compiled.services[cover.service])
            let rows = zip(stretches, columns).map { stretch, columns in
                model.addRow(
                    lower: terms.need(stretch.demand[cover.service]), Self.coverRow(cover, terms, columns, compiled))
            }
            covers.append(CoverRow(cover: cover, terms: terms, rows: rows))
        }
        session = try solver.session(for: model)
        (self.compiled, self.stretches, self.columns) = (compiled, stretches, columns)
        (self.model, self.covers, self.known) = (model, covers, known)
        rowCount = model.rowCount
    }

    // MARK: Covers

    /// Conditions every program starts with: each group alone, all groups together, and all together after each loss.
    static func obviousCovers(_ compiled: CompiledProblem) -> [Cover] {
        compiled.services.enumerated().flatMap { index, service -> [Cover] in
            guard !service.groups.isEmpty else { return [] }
            var all = IndexBits(capacity: service.groups.count)
            for group in service.groups.indices { all.insert(group) }
            let single = service.groups.indices.map { group in
                var one = IndexBits(capacity: service.groups.count)
                one.insert(group)
                return Cover(service: index, loss: nil, groups: one)
            }
            let whole = service.groups.count > 1 ? [Cover(service: index, loss: nil, groups: all)] : []
            return single + whole
                + service.constrainingLosses.map { Cover(service: index, loss: $0, groups: all) }
        }
    }

    private static func coverRow(
        _ cover: Cover, _ terms: CoverTerms, _ columns: Columns, _ compiled: CompiledProblem
    ) -> [LinearModel.Term] {
        let service = cover.service
        var row: [LinearModel.Term] = []
        if cover.loss == nil, compiled.services[service].hasEgressCost {
            row += terms.planes.map { LinearModel.Term(columns.flow[service][$0], 1) }
        } else {
            row += terms.options.map { LinearModel.Term(columns.replicas[service][$0.option], $0.rate) }
        }
        row += terms.groups.map { LinearModel.Term(columns.unmet[service][$0], terms.share) }
        if cover.loss != nil { row += terms.groups.map { LinearModel.Term(columns.unprotected[service][$0], 1) } }
        return row
    }

    /// Adds a condition to every stretch; false where it was there.
    func add(_ cover: Cover) -> Bool {
        guard known.insert(cover).inserted else { return false }
        let terms = CoverTerms(cover, in: compiled.services[cover.service])
        let rows = stretches.indices.map { stretch in
            appendRow(
                lower: terms.need(stretches[stretch].demand[cover.service]),
                Self.coverRow(cover, terms, columns[stretch], compiled))
        }
        covers.append(CoverRow(cover: cover, terms: terms, rows: rows))
        return true
    }

    /// Adds Σ terms ≥ lower.
    func appendRow(lower: Double, _ terms: [LinearModel.Term]) -> LinearModel.Row {
        session.addRow(lower: lower, upper: .infinity, terms)
        model.addRow(lower: lower, terms)
        rowCount += 1
        return LinearModel.Row(rowCount - 1)
    }

    // MARK: Changes

    /// Turns one stretch to other demand.
    func aim(_ stretch: Int, at demand: [[Double]]) {
        stretches[stretch].demand = demand
        for cover in covers {
            setRow(cover.rows[stretch], lower: cover.terms.need(demand[cover.cover.service]))
        }
        for (index, service) in compiled.services.enumerated() {
            for group in service.groups.indices {
                setBounds(columns[stretch].unmet[index][group], upper: demand[index][group])
                setBounds(
                    columns[stretch].unprotected[index][group],
                    upper: ProgramBuilder.mostUnprotected(service, demand[index][group]))
            }
            for column in columns[stretch].flow[index] { setBounds(column, upper: demand[index].reduce(0, +)) }
        }
    }

    func setRow(_ row: LinearModel.Row, lower: Double) {
        session.setBounds(row, lower: lower, upper: .infinity)
        model.setBounds(row, lower: lower, upper: .infinity)
    }

    func setBounds(_ column: LinearModel.Column, lower: Double = 0, upper: Double) {
        session.setBounds(column, lower: lower, upper: upper)
        model.setBounds(column, lower: lower, upper: upper)
    }

    func setCost(_ column: LinearModel.Column, _ cost: Double) {
        session.setCost(column, cost)
        model.setCost(column, cost)
    }
}

extension CompiledProblem.Service {
    /// Positions of the losses that no other listed loss includes.
    var constrainingLosses: [Int] {
        losses.indices.filter { workload.survive != .provider || !losses[$0].spotOnly }
    }
}
