import FleetModel
import LinearOptimization

/// Chooses parts of a plan that are worth deciding together: a few services that stand on the same nodes, each with the options it uses
/// and some it might, in all stretches of time. Few services keep the programs easy: each brings its covers.
struct PlanNeighbourhoods {
    /// Options of services that may change in some stretches.
    struct Part: Sendable {
        var options: [(service: Int, option: Int)] = []
        var stretches: [Int] = []
    }

    private let compiled: CompiledProblem
    /// By service: options worth trying, best first.
    private let candidates: [[Int]]
    private var random: SplitMix64

    /// Services decided together at most.
    private static let services = 4

    init(compiled: CompiledProblem, candidates: [[Int]], seed: UInt64) {
        (self.compiled, self.candidates, random) = (compiled, candidates, SplitMix64(seed: seed))
    }

    /// - Parameter columns: whole-numbered columns that the part should have, about.
    mutating func part(columns: Int, values: [Double], program: FleetProgram) -> Part {
        let stretches = Array(program.stretches.indices)
        let room = max(4, columns / (2 * stretches.count))
        let used = compiled.services.indices.map { service in
            compiled.services[service].options.indices.filter { option in
                stretches.contains { values[program.columns[$0].replicas[service][option].index] > 0.5 }
            }
        }
        var part = Part(stretches: stretches)
        var left = compiled.services.indices.filter { !compiled.services[$0].options.isEmpty }
        var pools: Set<Int> = []
        for _ in 0..<(1 + random.next(below: Self.services)) where part.options.count < room && !left.isEmpty {
            // The one that shares most nodes with those chosen, with some chance.
            let scores = left.map { service in
                let shared = used[service].count { pools.contains(compiled.services[service].options[$0].pool) }
                return (Double(shared) + 0.5) * (0.2 + random.nextShare())
            }
            let service = left.remove(at: scores.indices.max { scores[$0] < scores[$1] } ?? 0)
            let options = options(of: service, used: used[service], pools: pools, room: room - part.options.count)
            part.options += options.map { (service, $0) }
            pools.formUnion(options.map { compiled.services[service].options[$0].pool })
        }
        return part
    }

    /// Those in use and about as many others: the best by chance, and those on nodes that are being decided anyway.
    private mutating func options(of service: Int, used: [Int], pools: Set<Int>, room: Int) -> [Int] {
        var options = used
        while options.count > room { options.remove(at: random.next(below: options.count)) }
        let wanted = min(room, options.count + max(3, options.count))
        for (rank, option) in candidates[service].enumerated() where options.count < wanted && !used.contains(option) {
            let isLikely = rank < wanted || pools.contains(compiled.services[service].options[option].pool)
            if random.nextShare() < (isLikely ? 0.6 : 0.2) { options.append(option) }
        }
        return options
    }
}
