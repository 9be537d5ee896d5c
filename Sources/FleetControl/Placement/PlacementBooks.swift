import FleetModel

/// What is left while a placement is being decided: room in pools, money in budgets.
struct PlacementBooks {
    var pools = PoolLedger(planes: [])
    var budgets = BudgetLedger()

    init() {}

    init(_ fleet: Fleet) {
        pools = PoolLedger(planes: fleet.planes)
        budgets = BudgetLedger(budgets: fleet.budgets)
    }
}
