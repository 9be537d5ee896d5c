import FleetModel

/// What is left while a placement is being decided: room in pools, money in budgets.
struct PlacementBooks {
    var pools = PoolLedger(planes: [])
    var budgets = BudgetLedger()

    init() {}

    init(_ inputs: PlacementInputs) {
        pools = PoolLedger(planes: inputs.fleet.planes, shortage: inputs.shortage)
        budgets = BudgetLedger(budgets: inputs.fleet.budgets)
    }
}
