import FleetModel

/// Places as many replicas as the scaling loop wants, beside what a plan has placed already.
extension WorkloadPlacing {
    /// One replica at a time, each for the origin whose share of the replicas lags most behind its share of the demand, to the
    /// best pool that may serve it.
    ///
    /// The order of the steps does not depend on how many are wanted, so that one replica more or fewer moves none of the
    /// others. Seats go to origins as Huntington and Hill give them to states (by rate / √(n·(n+1)) for n seats had): every origin
    /// has one near it before any has two.
    ///
    /// - Parameter isAllowed: says of a candidate whether it may be used.
    mutating func fill(to wanted: Int, where isAllowed: (Int) -> Bool = { _ in true }) {
        var seats = Array(repeating: 0, count: search.loads.count)
        var open = Set(search.loads.indices)
        while total < wanted {
            let next = open.min { left, right in
                let (first, second) = (priority(left, seats), priority(right, seats))
                return first != second ? first > second : left < right
            }
            guard let load = next else { break }
            guard let candidate = ranked(for: load, failover: false).first(where: { isAllowed($0) && canTake($0) }) else {
                open.remove(load)
                continue
            }
            if add(candidate, because: "serves \(search.loads[load].from)") { seats[load] += 1 }
        }
        // What no origin asks for, or may be asked from anywhere.
        while total < wanted, let candidate = preferred(failover: false).first(where: { isAllowed($0) && canTake($0) }) {
            _ = add(candidate, because: "wanted by its load")
        }
    }

    /// Ordered: those without a seat come first, then by the quotient.
    func priority(_ load: Int, _ seats: [Int]) -> (Int, Double) {
        Self.priority(search.loads[load].rate.value, seats: seats[load])
    }

    static func priority(_ rate: Double, seats: Int) -> (Int, Double) {
        guard seats > 0 else { return (1, rate) }
        return (0, rate / Double(seats * (seats + 1)).squareRoot())
    }
}
