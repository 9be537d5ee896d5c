/// A condition on capacity that follows from who may be served where: the planes that a set of origin groups may use must together
/// carry the demand of those groups. Without a loss it bounds planned flow; with one, the throughput that survives.
///
/// By the max-flow min-cut theorem (Gale 1957, for supplies and sinks) flows exist exactly if the condition holds for every set of groups,
/// so a few conditions, found where they are broken, stand for all flows of all scenarios.
struct Cover: Hashable, Sendable {
    let service: Int
    /// Position in the service's losses; nil for planned flow.
    let loss: Int?
    let groups: IndexBits
}

/// The terms of one cover: the sum over options of replicas times their coefficient, plus what is given up, is at least the demand.
struct CoverTerms: Sendable {
    /// Positions in the service's options, with throughput per replica that counts.
    var options: [(option: Int, rate: Double)] = []
    /// Positions in the service's planes that the groups may use; only for planned flow.
    var planes: [Int] = []
    let groups: [Int]
    /// Share of demand that must be carried: 1, or the kept share after a loss.
    let share: Double

    init(_ cover: Cover, in service: CompiledProblem.Service) {
        groups = cover.groups.indices
        var reached = service.groups[groups[0]].base
        for group in groups {
            reached.formUnion(cover.loss == nil ? service.groups[group].base : service.groups[group].failover)
        }
        guard let loss = cover.loss.map({ service.losses[$0] }) else {
            share = 1
            for (position, plane) in service.planes.enumerated() where reached.contains(plane) {
                planes.append(position)
                for option in service.optionsByPlane[position] {
                    options.append((option, service.workload.targetUtilization * service.options[option].rate))
                }
            }
            return
        }
        share = service.workload.keptShare
        for (index, option) in service.options.enumerated() where reached.contains(option.plane) && !loss.takes(option) {
            options.append((index, option.rate))
        }
    }

    /// What must be carried, requests per second, where the groups ask for `demand`.
    func need(_ demand: [Double]) -> Double { share * groups.reduce(0) { $0 + demand[$1] } }
}
