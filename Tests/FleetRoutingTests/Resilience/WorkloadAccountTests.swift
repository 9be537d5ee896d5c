import FleetModel
import FleetRouting
import SeededCases
import Testing

@Suite("Circuit breakers and retry budgets")
struct WorkloadAccountTests {
    private static func account(_ limits: CircuitBreakers, planes: Int = 2) -> WorkloadAccount {
        WorkloadAccount(limits: limits, planeCount: planes, previous: nil)
    }

    @Test("a plane is full at its requests, or at its connections where those are fewer")
    func full() throws {
        let account = Self.account(CircuitBreakers(maxConnections: 2, maxRequests: 3))
        var first = try #require(account.begin(at: PlaneIndex(0), isRetry: false, budget: nil))
        #expect(!account.isFull(PlaneIndex(0)))
        var second = try #require(account.begin(at: PlaneIndex(0), isRetry: false, budget: nil))
        #expect(account.isFull(PlaneIndex(0)) && !account.isFull(PlaneIndex(1)))
        #expect(account.begin(at: PlaneIndex(0), isRetry: false, budget: nil) == nil)
        first.end()
        first.end()
        #expect(account.planes[0].requests.value == 1)
        second.end()
        #expect(account.planes[0].requests.value == 0)
    }

    @Test("counts go on over a new snapshot")
    func carriesOn() throws {
        let old = Self.account(CircuitBreakers(maxRequests: 1), planes: 1)
        var ticket = try #require(old.begin(at: PlaneIndex(0), isRetry: false, budget: nil))
        let new = WorkloadAccount(limits: CircuitBreakers(maxRequests: 1), planeCount: 2, previous: old)
        #expect(new.isFull(PlaneIndex(0)) && !new.isFull(PlaneIndex(1)))
        ticket.end()
        #expect(!new.isFull(PlaneIndex(0)))
    }

    @Test(
        "the budget is a share of what is in flight, with a floor",
        arguments: [(0, 3), (10, 3), (15, 3), (20, 4), (100, 20), (104, 20), (105, 21)])
    func allowance(active: Int, expected: Int) {
        #expect(RetryAllowance.concurrent(active: active, .init()) == expected)
    }

    @Test("random lives: no limit is passed, no budget overspent, nothing left at the end")
    func properties() throws {
        for seed in 0..<caseCount(perMille: 20) {
            var random = SeededGenerator(seed: seed)
            let limits = CircuitBreakers(
                maxRequests: random.isOne(in: 3) ? nil : random.next(in: 1...6),
                maxRetries: random.isOne(in: 3) ? nil : random.next(in: 0...4))
            let budget: RetryPolicy.Budget? =
                random.isOne(in: 3)
                ? nil : .init(share: Double(random.below(101)) / 100, minRetryConcurrency: random.below(4))
            let account = Self.account(limits)
            var tickets: [AttemptTicket] = []
            var active = 0
            for _ in 0..<200 {
                switch random.below(5) {
                case 0 where account.active.reserve(limit: .max): active += 1
                case 1 where active > 0:
                    account.active.release()
                    active -= 1
                case 2 where !tickets.isEmpty: tickets[random.below(tickets.count)].end()
                default:
                    let isRetry = random.isOne(in: 2)
                    let before = account.retries.value
                    let plane = PlaneIndex(random.below(2))
                    let ticket = account.begin(at: plane, isRetry: isRetry, budget: budget)
                    if let ticket { tickets.append(ticket) }
                    if isRetry, ticket != nil, let budget {
                        #expect(before < RetryAllowance.concurrent(active: active, budget), "seed \(seed)")
                    }
                    if ticket == nil { #expect(account.retries.value == before, "seed \(seed)") }
                }
                for plane in account.planes {
                    #expect(plane.requests.value <= limits.maxRequests ?? .max, "seed \(seed)")
                    #expect(plane.retries.value <= limits.maxRetries ?? .max, "seed \(seed)")
                }
            }
            for index in tickets.indices { tickets[index].end() }
            #expect(account.retries.value == 0 && account.planes.allSatisfy { $0.requests.value == 0 && $0.retries.value == 0 })
        }
    }

    @Test("requests go to another plane while one is at its limit, and are refused as overloaded at the last")
    func inTheRouter() throws {
        var fixture = FleetFixture()
        fixture.workloads[1].resilience = WorkloadResilience(circuitBreakers: CircuitBreakers(maxRequests: 2))
        var script = GatewayScript(fixture)
        script.fill("near", ["chat"])
        script.fill("far", ["chat"])
        let account = try #require(script.view.table).directory[script.workload("chat")].account
        var planes: [String] = []
        for _ in 0..<4 {
            guard case .send(_, let plane, _) = script.decide("chat"),
                account.begin(at: plane, isRetry: false, budget: nil) != nil
            else { continue }
            planes.append(script.view.table?.directory[plane].name.rawValue ?? "")
        }
        #expect(planes == ["near", "near", "far", "far"])
        #expect(script.choice("chat").reason == "overloaded")
    }

    @Test("a histogram's quantile is within a bucket, and says nothing of few values")
    func quantile() throws {
        var histogram = LatencyHistogram()
        for milliseconds in 1...99 { histogram.observe(.milliseconds(milliseconds)) }
        #expect(histogram.quantile(0.95) == nil)
        histogram.observe(.milliseconds(100))
        let p95 = try #require(histogram.quantile(0.95)).milliseconds
        #expect(p95 >= 95 && p95 <= 95 * 1.19)
        for _ in 0..<20_000 { histogram.observe(.milliseconds(10)) }
        #expect(try #require(histogram.quantile(0.95)).milliseconds < 12)
    }
}
