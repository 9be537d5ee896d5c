import FleetModel
import FleetRouting
import SeededCases
import Testing

/// The fence at scale: in every case another fleet, and requests that fail, are repeated, hedged, spill, fall back and follow
/// sessions while the fleet changes under them. A judge that knows nothing of routing says where each may go.
@Suite("Fence: properties")
struct FencePropertyTests {
    /// One fleet and what happens in it.
    private struct Life {
        let seed: UInt64
        var random: SeededGenerator
        var fleet: RandomFleet
        var script: GatewayScript
        var inFlight: [ReplicaHandle] = []
        var decisions = 0
        var sent = 0
        var crossings: [String] = []

        init(seed: UInt64) {
            self.seed = seed
            random = SeededGenerator(seed: seed)
            fleet = RandomFleet(&random)
            script = GatewayScript(snapshot: fleet.snapshot, seed: seed)
            for _ in 0..<8 { report() }
        }

        private mutating func report() {
            let (plane, replicas) = fleet.report(&random)
            script.report(plane, replicas)
        }

        mutating func disturb() {
            script.advance(.milliseconds(random.below(400)))
            switch random.below(8) {
            case 0:
                fleet.change(&random)
                script.take(fleet.snapshot)
            case 1, 2: report()
            case 3: if let handle = inFlight.popLast() { script.handle(.finished(handle)) }
            default: fail(anyReplica())
            }
        }

        private func replicas() -> [ReplicaEntry] { script.view.table?.replicas.compactMap { $0 } ?? [] }

        private mutating func anyReplica() -> ReplicaHandle? {
            let all = replicas()
            return all.isEmpty ? nil : random.pick(all).handle
        }

        private mutating func fail(_ handle: ReplicaHandle?) {
            guard let handle else { return }
            switch random.below(5) {
            case 0: script.handle(.connectFailed(handle))
            case 1: script.handle(.responseFailed(handle, .serverError))
            case 2: script.handle(.responseFailed(handle, .timeout))
            case 3: script.handle(.probeFailed(handle, .refused))
            default: script.handle(.probePassed(handle))
            }
        }

        private mutating func facts(_ workload: WorkloadIndex, _ places: PlaceSet) -> RequestFacts {
            var facts = RequestFacts(
                workload: workload, places: places, balancing: random.pick(BalancingRules.Policy.allCases))
            if random.isOne(in: 2) { facts.key = random.next() % 64 }
            if random.isOne(in: 3) {
                facts.prefix = PrefixChain(blocks: (0..<random.below(5)).map { _ in random.next() % 8 + 1 })
            }
            let all = replicas()
            switch random.below(6) {
            case 0: facts.session = .key(random.next() % 64)
            case 1, 2: if !all.isEmpty { facts.session = .replica(random.pick(all).identityHash) }
            default: break
            }
            if random.isOne(in: 2) {
                let names = script.view.table?.directory.planes.map(\.name) ?? []
                let shares = names.filter { _ in random.isOne(in: 2) }.map {
                    BalancingRules.PlaneShare(plane: $0, weight: random.next(in: 1...100), priority: random.below(3))
                }
                facts.planes = PlaneShares(
                    BalancingRules(planes: shares, panicThreshold: Double(random.below(11)) / 10), planes: names)
            }
            return facts
        }

        /// One decision, judged.
        private mutating func decide(
            _ facts: RequestFacts, _ asked: [WorkloadName], _ from: Set<String>, _ history: AttemptHistory, _ what: String
        ) -> (handle: ReplicaHandle, plane: PlaneIndex)? {
            decisions += 1
            guard case .send(let handle, let plane, let reason) = script.router.decide(facts, attempts: history, now: script.now)
            else { return nil }
            sent += 1
            guard let entry = script.view.table?.replica(handle), let table = script.view.table else {
                crossings.append("seed \(seed): \(what) to a replica that is not there")
                return nil
            }
            let goes = table.directory[entry.plane].name
            let isServer = entry.id.plane == goes && entry.plane == plane && entry.id.workload == asked.last
            if !isServer || !fleet.mayGo(asked, from: from, to: goes) {
                crossings.append("seed \(seed): \(what) (\(reason.code)) of \(asked) from \(from.sorted()) to \(entry.id)")
            }
            return (handle, plane)
        }

        /// A request from its arrival to its end.
        mutating func request() {
            guard let table = script.view.table else { return }
            let names = fleet.snapshot.workloads.map(\.name)
            let origin = random.pick(names)
            let (from, places) = RandomFleet.places(&random)
            var asked = [origin]
            var facts = facts(script.workload(origin), places)
            var history = AttemptHistory()
            var step = 0
            for _ in 0..<random.next(in: 1...6) {
                guard let choice = decide(facts, asked, from, history, history.isEmpty ? "a request" : "a retry") else {
                    guard fallBack(table.directory, origin, &asked, &facts, &step) else { return }
                    history = AttemptHistory()
                    continue
                }
                script.handle(.requestStarted(choice.handle))
                script.router.remember(facts, on: choice.handle)
                inFlight.append(choice.handle)
                history.record(choice.handle, plane: choice.plane, random.isOne(in: 2) ? .connection : .response)
                if random.isOne(in: 3) { _ = decide(facts, asked, from, history, "a hedge") }
                if random.isOne(in: 3) {
                    script.handle(.firstByte(choice.handle, after: .milliseconds(random.next(in: 1...500))))
                    return
                }
                fail(choice.handle)
                if random.isOne(in: 4) { disturb() }
                // A round that waited begins anew.
                if random.isOne(in: 5) { history = AttemptHistory() }
                if random.isOne(in: 4), fallBack(table.directory, origin, &asked, &facts, &step) { history = AttemptHistory() }
            }
        }

        /// On to the next of the chain the request came in with, whatever became of the table since.
        private mutating func fallBack(
            _ directory: RoutingDirectory, _ origin: WorkloadName, _ asked: inout [WorkloadName], _ facts: inout RequestFacts,
            _ step: inout Int
        ) -> Bool {
            guard let index = directory.workloads.firstIndex(where: { $0.name == origin }) else { return false }
            let chain = directory.routes[0].policy.fallbacks(of: WorkloadIndex(index), in: directory)
            guard step < chain.count, let second = directory[chain[step].workload].source else { return false }
            asked = [origin, directory[second].name]
            facts = self.facts(chain[step].workload, facts.places)
            step += 1
            return true
        }
    }

    @Test("no request, retry, hedge, spill, session or fallback ever leaves the fence of any place its client may be in")
    func neverCrossed() {
        var decisions = 0
        var sent = 0
        for seed in 1...caseCount() {
            var life = Life(seed: seed)
            for _ in 0..<3 {
                life.request()
                life.disturb()
            }
            decisions += life.decisions
            sent += life.sent
            #expect(life.crossings.isEmpty, "\(life.crossings.joined(separator: "\n"))")
        }
        // Fleets in which nothing may go anywhere would prove nothing.
        #expect(sent > decisions / 4 && decisions > Int(caseCount()) * 3)
    }
}
