import FleetModel

/// Improves whole replicas of one block by ruin and recreate (Schrimpf et al. 2000): takes a few replicas away, puts back what covers
/// then lack at the least cost, keeps what got cheaper. Counted steps and a seed make it the same every time.
struct NeighbourhoodSearch {
    private let compiled: CompiledProblem
    /// By service, options worth trying, best first.
    private let candidates: [[Int]]
    private(set) var state: SearchState
    private var random: SplitMix64
    private var log: [(service: Int, option: Int, count: Int)] = []

    init(compiled: CompiledProblem, candidates: [[Int]], state: SearchState, seed: UInt64) {
        self.compiled = compiled
        self.candidates = candidates
        self.state = state
        random = SplitMix64(seed: seed)
    }

    var replicas: [[Int]] { state.services.map(\.replicas) }

    /// Puts replicas in place as far as quotas, spot shares and budgets allow, then covers what is short and takes away what is idle.
    mutating func start(from replicas: [[Int]]) {
        // Capacity that is no spot first: the spot share is a share of what is there.
        for wantSpot in [false, true] {
            for (service, counts) in replicas.enumerated() {
                for (option, count) in counts.enumerated()
                where count > 0 && compiled.services[service].options[option].isSpot == wantSpot {
                    add(service, option, upTo: count)
                }
            }
        }
        cover(Array(state.services.indices))
        trim(Array(state.services.indices))
        log.removeAll(keepingCapacity: true)
    }

    mutating func improve(steps: Int, _ limits: SearchLimits) {
        guard !state.services.isEmpty else { return }
        var best = state.cost
        var bestReplicas: [(service: Int, option: Int, count: Int)] = []
        // Changes since the best, so that it can be returned to.
        for step in 0..<steps {
            if step % 256 == 0, limits.expired { break }
            log.removeAll(keepingCapacity: true)
            let before = state.cost
            let touched = ruin()
            guard !touched.isEmpty else { continue }
            cover(touched)
            trim(touched)
            let slack = 0.004 * (1 - Double(step) / Double(steps))
            if state.cost < before - 1e-9 || state.cost <= best * (1 + slack) + 1e-9 {
                bestReplicas += log
                if state.cost < best - 1e-9 {
                    best = state.cost
                    bestReplicas.removeAll(keepingCapacity: true)
                }
            } else {
                takeBack(to: 0)
            }
        }
        for change in bestReplicas.reversed() { state.change(change.service, option: change.option, by: -change.count) }
        log.removeAll(keepingCapacity: true)
    }

    // MARK: Steps

    private mutating func apply(_ service: Int, _ option: Int, _ count: Int) {
        state.change(service, option: option, by: count)
        log.append((service, option, count))
    }

    /// As many as there is room for, in steps that halve.
    private mutating func add(_ service: Int, _ option: Int, upTo count: Int) {
        var left = count
        var step = count
        while left > 0, step > 0 {
            if step <= left, state.allows(service, option: option, adding: step) {
                apply(service, option, step)
                left -= step
            } else {
                step /= 2
            }
        }
    }

    private mutating func takeBack(to length: Int) {
        while log.count > length {
            let change = log.removeLast()
            state.change(change.service, option: change.option, by: -change.count)
        }
    }

    /// Takes replicas away: those of a node or two of one pool, or some of one service. Returns the services that lost any.
    private mutating func ruin() -> [Int] {
        let short = state.services.indices.filter { state.services[$0].penalty > 0 }
        if !short.isEmpty, random.next(below: 2) == 0 { return makeRoom(for: short[random.next(below: short.count)]) }
        switch random.next(below: 10) {
        case 0..<6: return ruinPool()
        case 6..<9: return ruinService(random.next(below: state.services.count))
        default: return ruinPool() + ruinService(random.next(below: state.services.count))
        }
    }

    /// Takes replicas of others out of a full pool that a service in need could use, and serves that service first.
    private mutating func makeRoom(for service: Int) -> [Int] {
        let full = candidates[service].filter {
            state.relief(service, option: $0) > 0 && !state.allows(service, option: $0)
        }
        guard !full.isEmpty else { return ruinService(service) }
        let wanted = full[random.next(below: full.count)]
        let pool = compiled.services[service].options[wanted].pool
        var touched = [service]
        empty(pool, sparing: service, attempts: 32, touched: &touched) { !$0.allows(service, option: wanted) }
        if state.allows(service, option: wanted) { apply(service, wanted, 1) }
        return touched
    }

    private mutating func ruinPool() -> [Int] {
        let paid = state.pools.indices.filter { state.pools[$0].nodes > state.terms[$0].free && state.terms[$0].price > 0 }
        let used = paid.isEmpty ? state.pools.indices.filter { state.pools[$0].nodes > 0 } : paid
        guard !used.isEmpty else { return [] }
        let pool = used[random.next(below: used.count)]
        let goal = max(0, state.pools[pool].nodes - 1 - random.next(below: 2))
        var touched: [Int] = []
        empty(pool, sparing: nil, attempts: .max, touched: &touched) { $0.pools[pool].nodes > goal }
        return touched
    }

    /// Takes replicas off a pool by chance, one by one, as long as a condition holds and there are any that may go.
    private mutating func empty(
        _ pool: Int, sparing spared: Int?, attempts: Int, touched: inout [Int], while condition: (SearchState) -> Bool
    ) {
        var here = compiled.optionsByPool[pool].filter {
            $0.service != spared && state.services[$0.service].replicas[$0.option] > 0
        }
        var left = attempts
        while left > 0, !here.isEmpty, condition(state) {
            left -= 1
            let position = random.next(below: here.count)
            let user = here[position]
            guard state.allowsRemoving(user.service, option: user.option) else {
                here.remove(at: position)
                continue
            }
            apply(user.service, user.option, -1)
            if !touched.contains(user.service) { touched.append(user.service) }
            if state.services[user.service].replicas[user.option] == 0 { here.remove(at: position) }
        }
    }

    private mutating func ruinService(_ service: Int) -> [Int] {
        for _ in 0..<(1 + random.next(below: 6)) {
            let used = candidates[service].filter { state.services[service].replicas[$0] > 0 }
            guard !used.isEmpty else { break }
            let option = used[random.next(below: used.count)]
            guard state.allowsRemoving(service, option: option) else { continue }
            apply(service, option, -1)
        }
        return [service]
    }

    /// Adds replicas where covers are short, cheapest relief first, as long as that pays.
    private mutating func cover(_ touched: [Int]) {
        // The first stays first half of the time: it may be the one that room was made for.
        var order = touched
        for position in order.indices.dropLast().dropFirst(random.next(below: 2)) {
            order.swapAt(position, position + random.next(below: order.count - position))
        }
        for service in order where state.services[service].penalty > 0 {
            var bestCost = state.cost
            var bestLength = log.count
            while state.services[service].penalty > 0, let option = cheapestRelief(service) {
                // Many at once while much is missing, one by one where it gets tight.
                add(service, option, upTo: max(1, state.replicasShort(service, option: option) / 4))
                if state.cost < bestCost - 1e-9 {
                    bestCost = state.cost
                    bestLength = log.count
                }
            }
            takeBack(to: bestLength)
        }
    }

    private mutating func cheapestRelief(_ service: Int) -> Int? {
        var best: (option: Int, score: Double)?
        for option in candidates[service] {
            let relief = state.relief(service, option: option)
            guard relief > 0, state.allows(service, option: option) else { continue }
            let value = compiled.services[service].options[option]
            let terms = state.terms[value.pool]
            let after = state.nodesAfter(service, option: option)
            let added = max(0, after - max(terms.free, state.pools[value.pool].nodes))
            let perNode = Double(compiled.problem.pools[value.pool].acceleratorsPerNode)
            // Part of the nodes it opens, part of the room it takes, as others may use the rest.
            let room = after > terms.free ? Double(value.size) / perNode : 0
            let cost = terms.price * (0.5 * Double(added) + 0.5 * room) + 1e-4 * terms.price + 1e-6
            let score = cost / relief * (1 + 0.4 * random.nextShare())
            if score < best?.score ?? .infinity { best = (option, score) }
        }
        return best?.option
    }

    /// Takes away replicas that nothing lacks, those on the dearest nodes first.
    private mutating func trim(_ touched: [Int]) {
        for service in touched {
            let used = candidates[service].filter { state.services[service].replicas[$0] > 0 }
            let options = compiled.services[service].options
            let dearest = used.sorted { left, right in
                let (first, second) = (rent(options[left]), rent(options[right]))
                return first != second ? first > second : left < right
            }
            for option in dearest {
                var step = state.services[service].replicas[option]
                while step > 0 {
                    let before = state.services[service].penalty
                    guard step <= state.services[service].replicas[option],
                        state.allowsRemoving(service, option: option, step)
                    else {
                        step /= 2
                        continue
                    }
                    apply(service, option, -step)
                    if state.services[service].penalty > before + 1e-9 {
                        takeBack(to: log.count - 1)
                        step /= 2
                    }
                }
            }
        }
    }

    private func rent(_ option: CompiledProblem.Option) -> Double {
        let pool = compiled.problem.pools[option.pool]
        return state.terms[option.pool].price * Double(option.size) / Double(pool.acceleratorsPerNode)
    }
}
