import FleetControl
import FleetModel
import FleetRouting
import SeededCases
import Testing

@Suite("Limits over gateways")
struct QuotaPropertyTests {
    @Test("are never exceeded, whatever gateways, messages and processes do")
    func neverExceeded() {
        for seed in 0..<caseCount(perMille: 100) { Self.run(seed: seed) }
    }

    private static func run(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limits = Tenant.Limits(
            requestsPerMinute: random.next(in: 1...200), tokensPerMinute: random.next(in: 100...20_000),
            concurrentRequests: random.next(in: 1...20),
            budgetPerDay: USD(billionths: Int64(random.next(in: 1_000...400_000))))
        var fleet = QuotaFleet(limits: limits, gateways: random.next(in: 1...5))
        // Messages under way: a delay is a message that is delivered steps later, or never. A report ends with its connection: with the
        // control plane's process, and by its timeout.
        var reports: [(from: Int, report: QuotaReport, sent: Moment)] = []
        var grants: [(Int, QuotaGrant)] = []
        for step in 0..<200 {
            let index = random.below(fleet.gateways.count)
            switch random.below(40) {
            case 0...18:
                fleet.ask(index, UsageEstimate(input: Int64(random.below(60)), output: Int64(random.below(200))))
            case 19...24:
                let count = fleet.gateways[index].requests.count
                if count > 0 {
                    fleet.end(
                        index, random.below(count), used: random.isOne(in: 4) ? nil : Double(random.below(101)) / 100)
                }
            case 25...28: reports.append((index, fleet.report(index), fleet.now))
            case 29...31:
                if !reports.isEmpty {
                    let (from, report, _) = reports.remove(at: random.below(reports.count))
                    if !random.isOne(in: 5) {
                        grants.append((from, fleet.grantor.receive(report, from: fleet.gateways[from].name, now: fleet.now)))
                    }
                }
            case 32...34:
                if !grants.isEmpty {
                    let position = random.below(grants.count)
                    let (to, grant) = random.isOne(in: 6) ? grants[position] : grants.remove(at: position)
                    if !random.isOne(in: 5) { fleet.deliver(grant, to: to) }
                }
            case 35: fleet.exchange(index)
            case 36: fleet.restart(index)
            case 37:
                if random.isOne(in: 3) {
                    fleet.restartControlPlane()
                    reports = []
                }
            case 38: fleet.pass(.seconds(random.pick([1, 5, 30, 700])))
            default:
                if random.isOne(in: 4) { fleet.day += 1 }
                fleet.follow(index)
            }
            fleet.pass(.milliseconds(random.below(400)))
            fleet.mark(index)
            reports.removeAll { fleet.now.since($0.sent) > .seconds(30) }
            check(fleet, seed: seed, step: step)
        }
    }

    private static func check(_ fleet: QuotaFleet, seed: UInt64, step: Int) {
        #expect(fleet.requestsLeft >= -0.01, "requests, seed \(seed), step \(step)")
        #expect(fleet.tokensLeft >= -0.01, "tokens, seed \(seed), step \(step)")
        #expect(
            fleet.inFlight <= fleet.limits.concurrentRequests ?? .max, "concurrency, seed \(seed), step \(step)")
        for (day, spent) in fleet.spent {
            #expect(spent <= fleet.limits.budgetPerDay?.billionths ?? .max, "day \(day), seed \(seed), step \(step)")
        }
    }
}

@Suite("Leases")
struct QuotaLeaseTests {
    @Test("a gateway that is alone has the whole limit without asking")
    func alone() {
        var fleet = QuotaFleet(limits: .init(concurrentRequests: 3), gateways: 1)
        for _ in 0..<3 { #expect(fleet.ask(0, UsageEstimate(input: 1, output: 1)) == nil) }
        #expect(fleet.ask(0, UsageEstimate(input: 1, output: 1))?.limit == .concurrency)
    }

    @Test("what nobody needs is spread evenly, and then goes to whoever needs it")
    func adapts() {
        var fleet = QuotaFleet(limits: .init(concurrentRequests: 40), gateways: 2)
        func held(_ index: Int) -> Int64 { fleet.gateways[index].accounts[0].account.concurrency?.ceiling ?? 0 }
        // A quarter is shared without asking: 5 each. The rest is spread: 20 each.
        #expect([held(0), held(1)] == [5, 5])
        for _ in 0..<2 { for index in 0..<2 { fleet.exchange(index) } }
        #expect([held(0), held(1)] == [20, 20])
        while fleet.ask(0, UsageEstimate(input: 1, output: 1)) == nil {}
        for _ in 0..<12 {
            for index in 0..<2 { fleet.exchange(index) }
            while fleet.ask(0, UsageEstimate(input: 1, output: 1)) == nil {}
        }
        #expect(fleet.inFlight >= 30, "\(fleet.inFlight) of 40")
    }

    @Test("while the control plane is away a gateway goes on with what it holds, of rates for ten minutes")
    func lapses() {
        var fleet = QuotaFleet(limits: .init(requestsPerMinute: 80, concurrentRequests: 80), gateways: 2)
        for _ in 0..<3 { for index in 0..<2 { fleet.exchange(index) } }
        let account = fleet.gateways[0].accounts[0].account
        #expect(account.requests?.share == 40 && account.concurrency?.ceiling == 40)
        fleet.pass(.seconds(599))
        #expect(account.requests?.share == 40)
        fleet.pass(.seconds(1))
        #expect(account.requests?.share == 10 && account.concurrency?.ceiling == 40)
    }

    @Test("a control plane that just started leases nothing that a gateway it has not heard may hold")
    func afterRestart() {
        var fleet = QuotaFleet(limits: .init(concurrentRequests: 40), gateways: 2)
        for _ in 0..<3 { fleet.exchange(0) }
        let held = fleet.gateways[0].accounts[0].account.concurrency?.ceiling
        fleet.restartControlPlane()
        while fleet.ask(0, UsageEstimate(input: 1, output: 1)) == nil {}
        fleet.exchange(0)
        #expect(fleet.gateways[0].accounts[0].account.concurrency?.ceiling == held)
    }

    @Test("an answer to an earlier report, or the same one twice, is not acted on")
    func stale() {
        var fleet = QuotaFleet(limits: .init(concurrentRequests: 40), gateways: 2)
        let first = fleet.grantor.receive(fleet.report(0), from: "gateway-0", now: fleet.now)
        _ = fleet.report(0)
        let accounts = fleet.gateways[0].accounts
        let took = fleet.gateways[0].holder.take(first, accounts, now: fleet.now)
        #expect(!took)
        let second = fleet.grantor.receive(fleet.report(0), from: "gateway-0", now: fleet.now)
        let tookSecond = fleet.gateways[0].holder.take(second, accounts, now: fleet.now)
        let tookAgain = fleet.gateways[0].holder.take(second, accounts, now: fleet.now)
        #expect(tookSecond && !tookAgain)
    }
}
