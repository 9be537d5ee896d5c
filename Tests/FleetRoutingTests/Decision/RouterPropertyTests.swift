import FleetModel
import FleetRouting
import SeededCases
import Testing

/// Random lives of a fleet, from a seed: replicas come, fail, move and return, planes fall silent, snapshots change fences.
@Suite("Router: properties")
struct RouterPropertyTests {
    private static let seed: UInt64 = 0x7472_6164_6577_696e
    /// Steps per run; `TRADEWIND_SOAK_CASES` raises them.
    private static var cases: Int { Int(caseCount()) }

    /// One run: returns a digest of every decision, and records an issue where a property breaks.
    private func live(seed: UInt64, steps: Int) -> UInt64 {
        var random = SeededGenerator(seed: seed)
        var fixture = FleetFixture()
        fixture.routes += [BalancingRules.Policy.maglev, .ringHash].map {
            .init(name: RouteName("by-\($0.rawValue)"), paths: ["/\($0.rawValue)/"], balancing: BalancingRules(policy: $0))
        }
        var script = GatewayScript(fixture, seed: seed)
        var digest: UInt64 = 0
        var inFlight: [ReplicaHandle] = []
        let planes = FleetFixture.places.map(\.name)
        for step in 0..<steps {
            script.advance(.milliseconds(Int64.random(in: 0...400, using: &random)))
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                report(&script, planes[Int.random(in: 0..<planes.count, using: &random)], &random)
            case 1 where step % 10 == 0:
                fixture.generation += 1
                for index in fixture.workloads.indices {
                    fixture.workloads[index].allowedPlanes = planes.filter { _ in Bool.random(using: &random) }.sorted()
                }
                fixture.drained = Set(planes.filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
                script.take(fixture.snapshot)
            case 2, 3:
                learn(&script, &random)
            case 4 where !inFlight.isEmpty:
                script.handle(.finished(inFlight.remove(at: Int.random(in: 0..<inFlight.count, using: &random))))
            default:
                let (facts, decision) = request(&script, fixture, &random, step: step, seed: seed)
                if case .send(let handle, _, let reason) = decision {
                    script.handle(.requestStarted(handle))
                    script.router.remember(facts, on: handle)
                    inFlight.append(handle)
                    digest = ByteHash.combine(digest, UInt64(handle.slot) << 8 | UInt64(reason.rawValue))
                }
            }
        }
        for handle in inFlight { script.handle(.finished(handle)) }
        for case let entry? in script.view.table?.replicas ?? [] {
            #expect(script.router.inFlight(on: entry.handle) == 0, "seed \(seed): requests left on \(entry.id)")
        }
        return digest
    }

    private func report(_ script: inout GatewayScript, _ plane: PlaneName, _ random: inout SeededGenerator) {
        let states: [ReplicaReport.State] = [.ready, .ready, .ready, .ready, .starting, .unready, .draining, .gone]
        let place = (FleetFixture.places.firstIndex { $0.name == plane } ?? 0) + 1
        var replicas: [ReplicaReport] = []
        for (position, workload) in ["any", "chat", "phi"].enumerated() {
            let first = Int.random(in: 1...3, using: &random)
            for number in first..<(first + Int.random(in: 0...3, using: &random)) {
                replicas.append(
                    FleetFixture.replica(
                        "\(plane)/\(workload)/\(number)", "127.0.\(place).\(position + 1):\(20_000 + number)",
                        states[Int.random(in: 0..<states.count, using: &random)], running: Int.random(in: 0...40, using: &random),
                        waiting: Bool.random(using: &random) ? Int.random(in: 0...30, using: &random) : nil))
            }
        }
        script.report(plane, replicas)
    }

    private func learn(_ script: inout GatewayScript, _ random: inout SeededGenerator) {
        let entries = script.view.table?.replicas.compactMap { $0 } ?? []
        guard !entries.isEmpty else { return }
        let handle = entries[Int.random(in: 0..<entries.count, using: &random)].handle
        switch Int.random(in: 0..<8, using: &random) {
        case 0: script.handle(.connectFailed(handle))
        case 1: script.handle(.responseFailed(handle, .serverError))
        case 2: script.handle(.responseFailed(handle, .timeout))
        case 3: script.handle(.probeFailed(handle, Bool.random(using: &random) ? .refused : .unhealthy))
        case 4: script.handle(.firstByte(handle, after: .milliseconds(5)))
        case 5:
            let milliseconds = Int64.random(in: 1...300, using: &random)
            script.handle(.planeRoundTrip(PlaneIndex(Int.random(in: 0...4, using: &random)), .milliseconds(milliseconds)))
        default: script.handle(.probePassed(handle))
        }
    }

    /// Sends a request with up to four attempts and checks each decision against what the test knows by itself.
    private func request(
        _ script: inout GatewayScript, _ fixture: FleetFixture, _ random: inout SeededGenerator, step: Int, seed: UInt64
    ) -> (RequestFacts, RoutingDecision) {
        let workload = fixture.workloads[Int.random(in: 0..<fixture.workloads.count, using: &random)]
        let facts = facts(script, script.workload(workload.name), &random)
        var history = AttemptHistory()
        var decision = RoutingDecision.refuse(.noReplica)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            decision = script.router.decide(facts, attempts: history, now: script.now)
            let candidates = (script.view.table?.replicas.compactMap { $0 } ?? []).filter {
                $0.takesRequests && $0.id.workload == workload.name && workload.allowedPlanes.contains($0.id.plane)
            }
            guard case .send(let handle, let plane, _) = decision else { return (facts, decision) }
            let context: Comment = "seed \(seed), step \(step)"
            guard let entry = script.view.table?.replica(handle) else {
                Issue.record("chose a replica that is not in the table: \(context)")
                return (facts, decision)
            }
            #expect(workload.allowedPlanes.contains(entry.id.plane), context)
            #expect(candidates.contains { $0.handle == handle }, context)
            #expect(entry.plane == plane, context)
            let isTried = history.contains(handle)
            let now = script.now
            let router = script.router
            let untried = candidates.filter { candidate in
                !history.contains(candidate.handle) && !router.isEjected(candidate.handle, at: now)
            }
            let isTrusted = { (entry: ReplicaEntry) in router.isTrusted(entry.plane, at: now) }
            #expect(!isTried || !untried.contains(where: isTrusted), context)
            history.record(handle, plane: plane, Bool.random(using: &random) ? .connection : .response)
        }
        return (facts, decision)
    }

    /// Any policy with any affinity; sessions may name replicas of other workloads, and planes outside the fence have shares.
    private func facts(_ script: GatewayScript, _ workload: WorkloadIndex, _ random: inout SeededGenerator) -> RequestFacts {
        var facts = RequestFacts(workload: workload, balancing: random.pick(BalancingRules.Policy.allCases))
        if random.isOne(in: 2) { facts.key = random.next() % 64 }
        if random.isOne(in: 2) { facts.prefix = PrefixChain(blocks: (0..<random.below(6)).map { _ in random.next() % 8 + 1 }) }
        if random.isOne(in: 4) { facts.session = .key(random.next() % 64) }
        let entries = script.view.table?.replicas.compactMap { $0 } ?? []
        if random.isOne(in: 4), !entries.isEmpty { facts.session = .replica(random.pick(entries).identityHash) }
        if random.isOne(in: 2) {
            let shares = FleetFixture.places.filter { _ in random.isOne(in: 2) }.map {
                BalancingRules.PlaneShare(plane: $0.name, weight: random.next(in: 1...100), priority: random.below(3))
            }
            let planes = script.view.table?.directory.planes.map(\.name) ?? []
            facts.planes = PlaneShares(
                BalancingRules(planes: shares, panicThreshold: Double(random.below(11)) / 10), planes: planes)
        }
        return facts
    }

    @Test("never outside the fence, never a tried replica while a healthy untried one is there, no request forgotten")
    func holds() {
        _ = live(seed: Self.seed, steps: Self.cases)
    }

    @Test("the same events give the same decisions", arguments: [1, 2, 3] as [UInt64])
    func isDeterministic(seed: UInt64) {
        #expect(live(seed: seed, steps: 500) == live(seed: seed, steps: 500))
    }
}
