/// The best pool a workload does not use, and what using it instead would add.
///
/// Added USD/h = r · (unit there − unit of the dearest pool used for the same users), where unit = c / a · g / (θ · presence · u)
/// + 3600 · β · egress price, and r is the mean rate those users send to that dearest pool's plane, at most what the quota
/// leaves room for at the peak. Before rounding to whole nodes.
struct NextBestSearch {
    let view: WorkloadView

    func best() -> Plan.WorkloadReport.NextBest? {
        let candidates = view.fits.compactMap(offer)
        guard let best = candidates.min(by: { ($0.difference, $0.fit.pool) < ($1.difference, $1.fit.pool) }) else { return nil }
        let problem = view.tables.problem
        let added = best.rate * best.difference
        let moved = "for the \(Figure.rate(best.rate)) req/s of \(Figure.list(best.users)) that would move (mean of the horizon)"
        let (here, there) = perThousand(best.fit.unitUSD, against: best.rival.unitUSD)
        return Plan.WorkloadReport.NextBest(
            plane: problem.planes[best.fit.plane].name, pool: problem.pools[best.fit.pool].name, addedUSDPerHour: added,
            detail: "\(here) against \(there) in "
                + "\(view.tables.label(pool: best.rival.pool)), \(moved): \(Figure.signedUSD(added)) USD/h before rounding to whole nodes"
        )
    }

    private struct Offer {
        let fit: PoolFit
        let rival: PoolFit
        let rate: Double
        let users: [String]
        var difference: Double { fit.unitUSD - rival.unitUSD }
    }

    private func offer(_ fit: PoolFit) -> Offer? {
        guard view.runOfPool[fit.pool] == nil, !view.isFull(fit, block: view.peak),
            !view.isSpotShareReached(fit, block: view.peak), let rival = view.dearestUsed(servingUsersOf: fit.plane),
            rival.plane != fit.plane || rival.pool != fit.pool
        else { return nil }
        let movable = view.users.indices.filter {
            view.access[$0][fit.plane].isOpen && view.meanFlow[$0][rival.plane] > 0
        }
        let room = view.room(fit, block: view.peak)
        let rate = min(
            movable.reduce(0) { $0 + view.meanFlow[$1][rival.plane] },
            Double(room.free + room.buyable) * fit.plannedThroughput)
        guard rate > 0 else { return nil }
        let names = movable.map { view.users[$0].name }.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return Offer(fit: fit, rival: rival, rate: rate, users: names)
    }
}
