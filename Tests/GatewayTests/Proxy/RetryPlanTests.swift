import FleetModel
import Gateway
import Testing

@Suite("RetryPlan and RetryBudget")
struct RetryPlanTests {
    static func plan(repeatable: Bool = true, attempts: Int = 3) -> RetryPlan {
        var plan = RetryPlan()
        plan.isRepeatable = repeatable
        plan.maxAttempts = attempts
        return plan
    }

    @Test("what was sent is repeated up to the route's attempts; what was not sent, for as long as the window is open")
    func attempts() {
        var plan = Self.plan(attempts: 2)
        plan.noteSent()
        #expect(plan.fail(.broken, window: .seconds(10), now: .origin) == .againLater)
        #expect(plan.fail(.notSent, window: .seconds(10), now: Moment(nanoseconds: 9_000_000_000)) == .again)
        plan.noteSent()
        #expect(plan.fail(.broken, window: .seconds(10), now: Moment(nanoseconds: 9_000_000_001)) == .giveUp)
        #expect(plan.fail(.notSent, window: .seconds(10), now: Moment(nanoseconds: 10_000_000_000)) == .giveUp)
    }

    @Test("a request that may not be executed twice is repeated only while it was not sent")
    func notRepeatable() {
        var plan = Self.plan(repeatable: false)
        #expect(plan.fail(.notSent, window: .seconds(10), now: .origin) == .again)
        plan.noteSent()
        #expect(plan.fail(.silent, window: .seconds(10), now: .origin) == .giveUp)
    }

    @Test("waits double and end with the window")
    func waits() {
        var plan = Self.plan()
        plan.start(window: .milliseconds(100), now: .origin)
        let waits = (0..<4).map { _ in plan.nextWait(shortest: .milliseconds(25), longest: .milliseconds(60), now: .origin) }
        #expect(waits == [.milliseconds(25), .milliseconds(50), .milliseconds(60), .milliseconds(60)])
        #expect(
            plan.nextWait(shortest: .milliseconds(25), longest: .milliseconds(60), now: Moment(nanoseconds: 90_000_000))
                == .milliseconds(10))
    }

    @Test("an empty budget fills with time and with requests")
    func budget() {
        var budget = RetryBudget(burst: 2, perSecond: 1, perRequest: 0.5, now: .origin)
        #expect((0..<3).map { _ in budget.spend(now: .origin) } == [true, true, false])
        budget.earn()
        budget.earn()
        #expect((0..<2).map { _ in budget.spend(now: .origin) } == [true, false])
        #expect((0..<3).map { _ in budget.spend(now: Moment(nanoseconds: 60_000_000_000)) } == [true, true, false])
    }
}
