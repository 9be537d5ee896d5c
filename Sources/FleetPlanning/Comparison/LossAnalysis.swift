/// Takes a part of a bought plan away and routes its users over what is left.
///
/// - A share of a region takes that share of each of its pools' nodes, rounded up, and of each workload as many replicas as those
///   nodes can hold at most: min(y, ⌈share · x⌉ · ⌊a / g⌋). No packing loses more, so what is said to be served is.
/// - What is left may be used whole (utilisation 1), within the failover latency budget; rules hold as ever.
/// - Routing serves the most, then moves the fewest away from where they are, then takes the shortest round trips.
package struct LossAnalysis: Sendable {
    let tables: ProblemTables
    let plan: PlanTables

    package init(problem: PlanningProblem, plan: Plan) {
        tables = ProblemTables(problem)
        self.plan = PlanTables(plan, tables: tables)
    }

    package func outcome(of loss: Loss) -> LossOutcome {
        var outcome = LossOutcome(
            loss: loss, nodes: lostNodes(loss), services: [], moves: [], unserved: [], worstBlock: nil, peakBlock: nil)
        for index in tables.problem.workloads.indices {
            let view = WorkloadView(index: index, tables: tables, plan: plan)
            for block in view.blocks where view.servedByUsers[block].contains(where: { $0 > 0 }) {
                reroute(view, block: block, loss: loss, into: &outcome)
            }
        }
        let blocks = tables.problem.blocks.indices
        let served = totals(outcome.services.map { ($0.block, $0.requestsPerSecond) })
        let unserved = totals(outcome.services.map { ($0.block, $0.unservedRequestsPerSecond) })
        let moved = totals(outcome.services.map { ($0.block, $0.movedRequestsPerSecond) })
        outcome.peakBlock = Self.largest(blocks, served).map { tables.problem.blocks[$0].name }
        outcome.worstBlock = Self.largest(blocks) { (unserved($0), moved($0), served($0)) }.map { tables.problem.blocks[$0].name }
        return outcome
    }

    /// Nodes of a pool that a loss takes in a block.
    func lostNodes(pool: Int, block: Int, loss: Loss) -> Int {
        guard let plane = tables.planeOfPool[pool],
            loss.strikes(tables.problem.pools[pool], of: tables.problem.planes[plane])
        else { return 0 }
        return Self.lost(plan.nodes[pool][block], share: loss.share)
    }

    /// ⌈share · count⌉, forgiving what arithmetic adds.
    static func lost(_ count: Int, share: Double) -> Int {
        min(count, Int((share * Double(count) - 1e-9).rounded(.up)))
    }

    private func lostNodes(_ loss: Loss) -> [LossOutcome.LostNodes] {
        var rows: [LossOutcome.LostNodes] = []
        for (pool, row) in plan.nodes.enumerated() {
            for block in row.indices {
                let lost = lostNodes(pool: pool, block: block, loss: loss)
                guard lost > 0 else { continue }
                rows.append(
                    LossOutcome.LostNodes(
                        plane: tables.problem.pools[pool].plane, pool: tables.problem.pools[pool].name,
                        block: tables.problem.blocks[block].name, lost: lost, of: row[block]))
            }
        }
        return rows
    }

    /// Requests per second that a workload's replicas left by a loss can serve, by plane.
    func capacity(_ view: WorkloadView, block: Int, loss: Loss) -> [Double] {
        var capacity = [Double](repeating: 0, count: tables.problem.planes.count)
        for run in view.runs where run.counts[block] > 0 {
            guard let fit = view.fit(pool: run.pool) else { continue }
            let lost = lostNodes(pool: run.pool, block: block, loss: loss)
            let left = max(0, run.counts[block] - lost * fit.replicasPerNode)
            capacity[fit.plane] += Double(left) * fit.throughput
        }
        return capacity
    }

    private func reroute(_ view: WorkloadView, block: Int, loss: Loss, into outcome: inout LossOutcome) {
        let routing = LossRouting(view: view, block: block, capacity: capacity(view, block: block, loss: loss))
        outcome.services.append(routing.service)
        outcome.moves += routing.moves
        outcome.unserved += routing.unserved(after: loss)
    }

    private func totals(_ rows: [(String, Double)]) -> (Int) -> Double {
        var totals = [Double](repeating: 0, count: tables.problem.blocks.count)
        for (name, rate) in rows { if let block = tables.blockIndex[name] { totals[block] += rate } }
        return { totals[$0] }
    }

    /// The first of the largest.
    private static func largest<Key>(_ range: Range<Int>, _ key: (Int) -> Key) -> Int? where Key: Comparable {
        range.max { (key($0), $1) < (key($1), $0) }
    }

    private static func largest(_ range: Range<Int>, _ key: (Int) -> (Double, Double, Double)) -> Int? {
        range.max { left, right in
            let (a, b) = (key(left), key(right))
            return (a.0, a.1, a.2, right) < (b.0, b.1, b.2, left)
        }
    }
}
