import FleetModel
import FleetRouting
import SeededCases
import Testing

@Suite("Waiting line")
struct WaitingLineTests {
    private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }
    private let limits = WaitingLine.Limits(requests: 3, bytes: 100)

    @Test("goes by priority, then by deadline, then by who came first")
    func order() {
        var line = WaitingLine()
        let limits = WaitingLine.Limits(requests: 9, bytes: 100)
        for (ticket, priority, deadline) in [
            (1, Tenant.Priority.sheddable, 1), (2, .standard, 9), (3, .standard, 5), (4, .critical, 9), (5, .standard, 5),
        ] {
            #expect(line.enter(UInt64(ticket), priority, deadline: at(Int64(deadline)), bytes: 1, limits: limits) == .entered)
        }
        line.leave(2)
        #expect((0..<5).map { _ in line.next() } == [4, 3, 5, 1, nil])
        #expect(line.bytes == 0)
    }

    @Test("makes room for higher priority only, and for as many as it takes")
    func replaces() {
        var line = WaitingLine()
        for ticket in 1...3 {
            #expect(line.enter(UInt64(ticket), .sheddable, deadline: at(Int64(ticket)), bytes: 30, limits: limits) == .entered)
        }
        #expect(line.enter(4, .sheddable, deadline: at(0), bytes: 1, limits: limits) == .full)
        #expect(line.enter(5, .critical, deadline: at(0), bytes: 101, limits: limits) == .full)
        #expect(line.enter(6, .standard, deadline: at(0), bytes: 50, limits: limits) == .replaced([2, 3]))
        #expect(line.enter(7, .standard, deadline: at(0), bytes: 60, limits: limits) == .full)
        #expect(line.count == 2 && line.bytes == 80)
    }

    @Test("never holds more than it may, and gives out what came in, whatever happens")
    func bounds() {
        for seed in 0..<caseCount(perMille: 100) {
            var random = SeededGenerator(seed: seed)
            let limits = WaitingLine.Limits(requests: random.next(in: 1...6), bytes: random.next(in: 1...200))
            var line = WaitingLine()
            var held: [UInt64: Int] = [:]
            for ticket in 1...60 as ClosedRange<UInt64> {
                switch random.below(4) {
                case 0: if let next = line.next() { #expect(held.removeValue(forKey: next) != nil, "seed \(seed)") }
                case 1:
                    let gone = UInt64(random.next(in: 1...Int(ticket)))
                    line.leave(gone)
                    held[gone] = nil
                default:
                    let bytes = random.below(120)
                    let entrance = line.enter(
                        ticket, random.pick(Tenant.Priority.allCases), deadline: at(Int64(random.below(9))), bytes: bytes,
                        limits: limits)
                    if case .replaced(let gone) = entrance { for ticket in gone { held[ticket] = nil } }
                    if entrance != .full { held[ticket] = bytes }
                }
                #expect(line.count == held.count && line.bytes == held.values.reduce(0, +), "seed \(seed)")
                #expect(line.count <= limits.requests && line.bytes <= limits.bytes, "seed \(seed)")
            }
        }
    }
}

@Suite("Concurrency limit")
struct ConcurrencyLimitTests {
    @Test("follows Gradient2's formula")
    func formula() {
        var limit = ConcurrencyLimit()
        #expect(limit.limit == 32)
        // long = short: gradient 1, so 32 × 0.8 + 36 × 0.2.
        limit.learn(.milliseconds(100), inFlight: 32)
        #expect(limit.limit == 32)
        for _ in 0..<4 { limit.learn(.milliseconds(100), inFlight: 64) }
        // 0.8 more each time: 36.
        #expect(limit.limit == 36)
        // long = (5 × 100 + 1000) / 6 = 250, gradient max(0.5, 0.375): 36 × 0.8 + 22 × 0.2 = 33.2.
        limit.learn(.milliseconds(1_000), inFlight: 64)
        #expect(limit.limit == 33)
    }

    @Test("stays where it is while it is not used, and inside its bounds")
    func bounds() {
        var idle = ConcurrencyLimit()
        for _ in 0..<100 { idle.learn(.milliseconds(10), inFlight: 3) }
        #expect(idle.limit == 32)
        var slow = ConcurrencyLimit()
        for step in 0..<200 { slow.learn(.milliseconds(step < 20 ? 10 : 10_000), inFlight: 5_000) }
        #expect(slow.limit >= 4)
        var fast = ConcurrencyLimit()
        for _ in 0..<10_000 { fast.learn(.milliseconds(10), inFlight: 5_000) }
        #expect(fast.limit == 4_096)
    }

    @Test("the last fifth is not for sheddable requests, and critical ones always pass")
    func priorities() {
        let limit = ConcurrencyLimit()
        #expect(limit.allows(24, .sheddable) && !limit.allows(25, .sheddable))
        #expect(limit.allows(31, .standard) && !limit.allows(32, .standard))
        #expect(limit.allows(9_999, .critical))
    }
}
