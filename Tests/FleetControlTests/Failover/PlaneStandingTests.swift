import FleetControl
import FleetModel
import SeededCases
import Testing

@Suite("Plane standing")
struct PlaneStandingTests {
    private let policy = FailoverPolicy(downTime: .seconds(5), upTime: .seconds(30))

    private struct Clock {
        var standing = PlaneStanding()
        var second = 0
        var now: Moment { Moment.origin.advanced(by: .seconds(second)) }

        mutating func take(
            _ outcome: PlaneBallot.Outcome, _ seconds: Int, isComplete: Bool = true, policy: FailoverPolicy
        ) -> [(second: Int, change: PlaneStanding.Change)] {
            var changes: [(Int, PlaneStanding.Change)] = []
            for _ in 0..<seconds {
                second += 1
                let change = standing.take(outcome, lastHeard: nil, isComplete: isComplete, policy: policy, now: now)
                if let change { changes.append((second, change)) }
            }
            return changes
        }
    }

    @Test("it fails after being lost for the down time, comes back after the hold, and serves once its replicas are ready")
    func life() {
        var clock = Clock()
        #expect(clock.take(.seen, 10, policy: policy).isEmpty)
        let failed = clock.take(.lost, 6, policy: policy)
        #expect(failed.map(\.second) == [16], "lost from second 11 on")
        #expect(failed.first?.change == .failed(lostSince: Moment.origin.advanced(by: .seconds(11))))
        #expect(clock.standing.isFailed && clock.standing.isAvoided)
        let returned = clock.take(.seen, 31, isComplete: false, policy: policy)
        #expect(returned.map(\.second) == [47], "seen from second 17 on")
        #expect(returned.first?.change == .returned(after: .seconds(30)))
        #expect(!clock.standing.isFailed && clock.standing.isAvoided)
        #expect(clock.take(.seen, 100, isComplete: false, policy: policy).isEmpty)
        #expect(clock.take(.seen, 1, policy: policy).map(\.change) == [.resumed])
        #expect(clock.standing.isSettled)
    }

    @Test("a loss that ends within the down time, or that observers do not agree on throughout, is none")
    func short() {
        var clock = Clock()
        for _ in 0..<20 {
            #expect(clock.take(.lost, 5, policy: policy).isEmpty)
            #expect(clock.take(.seen, 1, policy: policy).isEmpty)
            #expect(clock.take(.lost, 5, policy: policy).isEmpty)
            #expect(clock.take(.undecided, 1, policy: policy).isEmpty)
        }
        #expect(!clock.standing.isAvoided)
    }

    @Test("each failure that follows another doubles the hold, up to the longest; an hour of peace is forgotten")
    func flapping() {
        var clock = Clock()
        var holds: [Duration] = []
        for _ in 0..<8 {
            _ = clock.take(.lost, 6, policy: policy)
            for case .returned(let hold) in clock.take(.seen, 1_900, policy: policy).map(\.change) { holds.append(hold) }
        }
        #expect(holds == [30, 60, 120, 240, 480, 960, 1_800, 1_800].map { .seconds($0) })
        #expect(clock.standing.failures == 8)
        _ = clock.take(.seen, 3_600, policy: policy)
        _ = clock.take(.lost, 6, policy: policy)
        #expect(clock.standing.failures == 1)
        let returned = clock.take(.seen, 40, policy: policy).map(\.change)
        #expect(returned.first == .returned(after: .seconds(30)))
    }

    @Test("time spent undecided does not count towards a return")
    func undecided() {
        var clock = Clock()
        _ = clock.take(.lost, 6, policy: policy)
        for _ in 0..<10 {
            #expect(clock.take(.seen, 29, policy: policy).isEmpty)
            #expect(clock.take(.undecided, 1, policy: policy).isEmpty)
        }
        #expect(clock.standing.isFailed)
    }

    @Test("lost again while it returns, it fails again after the down time")
    func relapse() {
        var clock = Clock()
        _ = clock.take(.lost, 6, policy: policy)
        _ = clock.take(.seen, 31, isComplete: false, policy: policy)
        let again = clock.take(.lost, 6, isComplete: false, policy: policy).map(\.change)
        #expect(again == [.failed(lostSince: Moment.origin.advanced(by: .seconds(38)))])
        #expect(clock.standing.failures == 2)
    }

    @Test("a plane that never gets all its replicas ready is taken back after the patience")
    func patience() {
        var clock = Clock()
        _ = clock.take(.lost, 6, policy: policy)
        let changes = clock.take(.seen, 31 + 600, isComplete: false, policy: policy)
        #expect(changes.map(\.second) == [37, 637])
        #expect(changes.last?.change == .resumed)
    }

    @Test("the down time is a sixtieth of the shortest promise, within 2 and 60 s", arguments: [(300, 5), (60, 2), (36_000, 60)])
    func derived(rto: Int, down: Int) {
        let fleet = FailoverScript.fleet(
            [], [FailoverScript.workload("chat", from: FailoverScript.toronto, peak: 1, recovery: .init(rto: .seconds(rto)))])
        let policy = FailoverPolicy(for: fleet)
        #expect(policy.downTime == .seconds(down) && policy.upTime == .seconds(down * 6))
    }

    @Test("whatever is said: it fails only after the whole down time of losses, returns only after a whole hold of sightings")
    func property() {
        for seed in 0..<caseCount(perMille: 100) {
            var random = SeededGenerator(seed: seed)
            var clock = Clock()
            var history: [PlaneBallot.Outcome] = []
            var hold = Duration.zero
            var failedAt = 0
            for _ in 0..<200 {
                let outcome: PlaneBallot.Outcome = random.pick([
                    .lost, .seen, .undecided, history.last ?? .seen, history.last ?? .lost,
                ])
                let repeats = random.next(in: 1...12)
                for _ in 0..<repeats {
                    history.append(outcome)
                    let wasFailed = clock.standing.isFailed
                    let changes = clock.take(outcome, 1, isComplete: random.isOne(in: 2), policy: policy)
                    if wasFailed { #expect(!clock.standing.isFailed || changes.isEmpty, "seed \(seed)") }
                    switch changes.first?.change {
                    case .failed:
                        #expect(!wasFailed && history.suffix(6) == Array(repeating: .lost, count: 6)[...], "seed \(seed)")
                        hold = policy.hold(failures: clock.standing.failures)
                        failedAt = history.count
                    case .returned(let after):
                        let needed = Int(hold.seconds) + 1
                        #expect(after == hold && history.count - failedAt >= needed, "seed \(seed)")
                        #expect(history.suffix(needed).allSatisfy { $0 == .seen }, "seed \(seed)")
                    case .resumed, nil: break
                    }
                }
            }
        }
    }
}
