import FleetModel
import LinearOptimization

/// The linear program of ``DemandBound``.
///
/// Columns: s_{c,k,m} ≥ 0, nodes of pool k that serve class c at moment m; R_k, reserved nodes bought for all the time; u_{c,m},
/// requests per second nobody serves. Minimise
/// Σ_m h_m · (Σ_{c,k not reserved} p_k · s_{c,k,m} + 3,600 · π · Σ_c u_{c,m}) + H · Σ_k p_k · R_k,
/// where each class is served, Σ_k s_{c,k,m} / a_{c,k} + u_{c,m} ≥ d_{c,m} (a: nodes for one request per second), and no pool gives
/// more than it has: Σ_c s_{c,k,m} ≤ N_{k,m}, for reserved ones ≤ R_k ≤ N_k.
struct DemandProgram {
    private(set) var model = LinearModel()
    /// US dollars of a request that is not served: beyond what any pool's price makes it cost.
    let penalty: Double
    private var unserved: [(column: LinearModel.Column, requests: Double)] = []
    /// By pool.
    private var paid: [[LinearModel.Column]]

    init(_ moments: DemandMoments, _ pools: [BoundedPool], hours: Double) {
        let dearest = pools.map { pool in pool.usd * (pool.nodesPerRate.compactMap(\.self).max() ?? 0) }.max() ?? 0
        let least = moments.moments.map(\.hours).min() ?? hours
        // A reserved node may be bought for one moment alone.
        penalty = 10 * max(dearest, 1e-6) / 3_600 * max(1, hours / max(least, 1e-9))
        paid = [[LinearModel.Column]](repeating: [], count: pools.count)
        let reserved = pools.indices.map { index -> LinearModel.Column? in
            guard pools[index].tier == .reserved else { return nil }
            let column = model.addColumn(upper: pools[index].nodes, cost: pools[index].usd * hours)
            paid[index].append(column)
            return column
        }
        for (moment, momentHours) in moments.moments {
            var serving = [[LinearModel.Term]](repeating: [], count: moments.classes.count)
            for (index, pool) in pools.enumerated() {
                let limit = min(pool.nodes, pool.market.map { Double(moment.supply[$0]) } ?? .infinity)
                var used: [LinearModel.Term] = []
                for (kind, nodesPerRate) in pool.nodesPerRate.enumerated() where moment.rates[kind] > 0 && limit > 0 {
                    guard let nodesPerRate else { continue }
                    let most = min(limit, moment.rates[kind] * nodesPerRate)
                    let column = model.addColumn(upper: most, cost: reserved[index] == nil ? pool.usd * momentHours : 0)
                    used.append(LinearModel.Term(column, 1))
                    serving[kind].append(LinearModel.Term(column, 1 / nodesPerRate))
                }
                guard !used.isEmpty else { continue }
                if let bought = reserved[index] {
                    model.addRow(upper: 0, used + [LinearModel.Term(bought, -1)])
                } else {
                    paid[index] += used.map(\.column)
                    if used.count > 1 { model.addRow(upper: limit, used) }
                }
            }
            for kind in moments.classes.indices where moment.rates[kind] > 0 {
                let requests = momentHours * 3_600
                let column = model.addColumn(upper: moment.rates[kind], cost: requests * penalty)
                unserved.append((column, requests))
                model.addRow(lower: moment.rates[kind], serving[kind] + [LinearModel.Term(column, 1)])
            }
        }
    }

    /// Requests that a solution does not serve.
    func unservedRequests(_ values: [Double]) -> Double {
        unserved.reduce(0) { $0 + $1.requests * values[$1.column.index] }
    }

    /// What each pool costs in a solution, US dollars.
    func costs(_ values: [Double]) -> [Double] {
        paid.map { columns in columns.reduce(0) { $0 + model.cost[$1.index] * values[$1.index] } }
    }
}
