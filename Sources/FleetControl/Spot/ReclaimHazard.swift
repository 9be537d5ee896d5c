package import FleetModel

/// How likely pools are to take their nodes back soon, learnt from what they did.
///
/// Young runs of spot capacity end soon and old ones last: the hazard of a run of age a is taken as proportional to 1 / √(b + a),
/// a Weibull law of shape ½ that begins at b. All pools together, and each of them, are as much worse or better than the law as
/// they lost more or fewer runs than it expects, each shrunk towards all and all towards 1 by so many expected losses
/// (Gamma-Poisson; Gelman et al.: Bayesian Data Analysis, section 2.6). Pools suffer where others of their region have no
/// capacity.
package struct ReclaimHazard: Equatable, Sendable {
    package struct Law: Equatable, Sendable {
        /// Losses an hour of a run that is an hour old.
        package var hourly = 0.3
        /// Age in seconds that any run counts as having had.
        package var scale = 300.0
        /// Age in seconds that a pool nothing is known of is taken to have: one met by chance is likelier in a long run than in a
        /// short one.
        package var firstAge = 7_200.0
        /// Expected losses that are credited before a pool's own are counted.
        package var credit = 5.0
        /// Share of losses that take single nodes of a pool rather than all of them, before any was seen, and how many losses
        /// that is worth.
        package var partialShare = 0.3
        package var partialCredit = 2.0
        /// How much worse a pool is where all others of its region are without capacity.
        package var strain = 1.5

        package init() {}
    }

    private struct Record: Equatable, Sendable {
        var losses = 0.0
        var expected = 0.0
    }

    private struct Pool: Equatable, Sendable {
        var record = Record()
        /// When the run that is known of began; nil while none is.
        var runStart: Moment?
        /// When capacity was last missed.
        var downAt: Moment?
        /// When nodes were last held.
        var confirmedAt: Moment?

        var isDown: Bool { runStart == nil && downAt != nil }
    }

    private let law: Law
    /// By pool, the others of its region.
    private var mates: [[Int]]
    private var all = Record()
    /// Losses of pools that held several nodes: of some, and of all.
    private var partial = 0.0
    private var whole = 0.0
    private var pools: [Pool]
    private var seen: Moment?

    package init(_ law: Law, market: SpotMarket) {
        self.law = law
        mates = Self.mates(market)
        pools = [Pool](repeating: Pool(), count: market.pools.count)
    }

    // MARK: Across processes

    /// What was learnt, by position in the market's pools.
    package struct Kept: Equatable, Sendable, Codable {
        package struct Pool: Equatable, Sendable, Codable {
            var losses: Double
            var expected: Double
            /// How long its run has lasted; nil while there is none.
            var runSeconds: Double?
            /// Since capacity was last missed.
            var downSeconds: Double?
        }

        package var pools: [Pool]
        var losses: Double
        var expected: Double
        var partial: Double
        var whole: Double
    }

    /// What is to be kept for the process after this one.
    package func kept(now: Moment) -> Kept {
        Kept(
            pools: pools.map { pool in
                Kept.Pool(
                    losses: pool.record.losses, expected: pool.record.expected,
                    runSeconds: pool.runStart.map { now.since($0).inSeconds },
                    downSeconds: pool.downAt.map { now.since($0).inSeconds })
            }, losses: all.losses, expected: all.expected, partial: partial, whole: whole)
    }

    /// Goes on from what was kept. Nobody watched meanwhile: that time is no evidence, and runs are as much older.
    ///
    /// - Parameter indices: for each pool, its position among those kept; nil where nothing was kept of it.
    package mutating func recall(_ kept: Kept, from indices: [Int?], away: Duration, now: Moment) {
        func count(_ value: Double) -> Double { value.isFinite ? min(max(0, value), 1e9) : 0 }
        all = Record(losses: count(kept.losses), expected: count(kept.expected))
        (partial, whole) = (count(kept.partial), count(kept.whole))
        for (index, position) in indices.enumerated() where pools.indices.contains(index) {
            guard let position, kept.pools.indices.contains(position) else { continue }
            let known = kept.pools[position]
            pools[index] = Pool(
                record: Record(losses: count(known.losses), expected: count(known.expected)),
                runStart: known.runSeconds.map { now.ago($0, and: away) },
                downAt: known.downSeconds.map { now.ago($0, and: away) })
        }
    }

    private static func mates(_ market: SpotMarket) -> [[Int]] {
        market.pools.indices.map { index in
            let region = market.pools[index].region
            return market.pools.indices.filter { $0 != index && !region.isEmpty && market.pools[$0].region == region }
        }
    }

    /// Takes another market; what is known of pools that stay is kept.
    package mutating func adopt(_ market: SpotMarket, from indices: [Int?]) {
        mates = Self.mates(market)
        pools = indices.map { $0.map { pools[$0] } ?? Pool() }
    }

    /// Takes what was observed.
    package mutating func observe(_ observation: SpotObservation) {
        let now = observation.now
        for (index, observed) in observation.pools.enumerated() {
            var pool = pools[index]
            if let seen, pool.runStart != nil, pool.confirmedAt == seen {
                let expected = rate(age: age(pool, now: seen)) * now.since(seen).inSeconds
                pool.record.expected += expected
                all.expected += expected
            }
            let isEmpty = observed.nodes.held == 0
            if observed.reclaimed > 0, observed.reclaimed + observed.nodes.held > 1 {
                if isEmpty { whole += 1 } else { partial += 1 }
            }
            if observed.reclaimed > 0 || (isEmpty && observed.refused > 0 && pool.runStart != nil) {
                pool.record.losses += 1
                all.losses += 1
                pool.runStart = nil
                pool.downAt = now
            }
            if isEmpty, observed.refused > 0 { pool.downAt = now }
            if !isEmpty {
                if pool.runStart == nil { pool.runStart = now.advanced(by: .seconds(-age(pool, now: now))) }
                pool.confirmedAt = now
            }
            pools[index] = pool
        }
        seen = now
    }

    /// Losses per second of the pool's run, or of one that would begin now.
    package func perSecond(_ index: Int, now: Moment) -> Double {
        let pool = pools[index]
        let common = (law.credit + all.losses) / (law.credit + all.expected)
        let own = (law.credit * common + pool.record.losses) / (law.credit + pool.record.expected)
        let down = mates[index].count { pools[$0].isDown }
        let strain = mates[index].isEmpty ? 0 : law.strain * Double(down) / Double(mates[index].count)
        return rate(age: age(pool, now: now)) * own * (1 + strain)
    }

    /// Share of losses that take one node of several rather than all.
    package var partialShare: Double {
        (law.partialShare * law.partialCredit + partial) / (law.partialCredit + partial + whole)
    }

    /// Seconds the pool's run has lasted, as far as is known.
    package func age(_ index: Int, now: Moment) -> Double { age(pools[index], now: now) }

    /// When nodes were last held there.
    func confirmedAt(_ index: Int) -> Moment? { pools[index].confirmedAt }

    private func rate(age: Double) -> Double { law.hourly / 3_600 * (3_600 / (law.scale + age)).squareRoot() }

    private func age(_ pool: Pool, now: Moment) -> Double {
        if let runStart = pool.runStart { return now.since(runStart).inSeconds }
        guard let downAt = pool.downAt else { return law.firstAge }
        // It came back at some time between.
        return min(law.firstAge, now.since(downAt).inSeconds / 2)
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
