import FleetModel

/// What budgets leave for more replicas while a placement is being decided, each replica at its share of its node's price.
///
/// What a plan wants is counted and not judged: it was judged when it was made. Everything else fits or is not placed.
struct BudgetLedger {
    /// Part of a ceiling by which sums of prices may miss it for want of decimals.
    private static let tolerance = 1e-9

    private struct Account {
        let budget: Budget
        var spent = 0.0
        /// Where the budget pays for something that has no price.
        var unpriced: String?
    }

    private var accounts: [Account] = []

    init(budgets: [Budget] = []) { accounts = budgets.map { Account(budget: $0) } }

    /// Counts a replica.
    ///
    /// - Parameter price: USD in an hour; nil where it is not known.
    mutating func charge(_ workload: WorkloadName, price: Double?, at place: PoolKey) {
        for index in accounts.indices where accounts[index].budget.covers(workload) {
            if let price {
                accounts[index].spent += price
            } else if accounts[index].unpriced == nil {
                accounts[index].unpriced = "\(place.plane)/\(place.pool)"
            }
        }
    }

    func allows(_ workload: WorkloadName, price: Double?) -> Bool {
        accounts.allSatisfy { !$0.budget.covers(workload) || Self.allows($0, price) }
    }

    private static func allows(_ account: Account, _ price: Double?) -> Bool {
        // What costs nothing more is never beyond a ceiling.
        if price == 0 { return true }
        guard let price, account.unpriced == nil else { return false }
        return account.spent + price <= account.budget.ceiling.value * (1 + tolerance)
    }

    /// The first budget that keeps a replica out, and why; nil where none does.
    func objection(_ workload: WorkloadName, price: Double?, at place: String) -> (budget: BudgetName, because: String)? {
        guard let account = accounts.first(where: { $0.budget.covers(workload) && !Self.allows($0, price) }) else { return nil }
        let name = "budget \(account.budget.name)"
        guard let price, account.unpriced == nil else {
            let unknown = price == nil ? place : account.unpriced ?? place
            return (
                account.budget.name,
                "\(name) counts it and the price of \(unknown) is not known: declare it as spec.pools[].price"
            )
        }
        let ceiling = account.budget.ceiling.text
        return (
            account.budget.name,
            "\(name) is reached: \(Self.figure(account.spent)) of \(ceiling) are spent, one more on \(place) is \(Self.figure(price))"
        )
    }

    private static func figure(_ usd: Double) -> String { USDPerHour((usd * 1e4).rounded() / 1e4).text }
}
