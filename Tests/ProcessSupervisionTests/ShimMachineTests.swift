import ProcessSupervision
import Testing

@Suite struct ShimMachineTests {
    private let second: Int64 = 1_000_000_000

    @Test("a stop terminates, and kills once the grace is over, not before")
    func stops() {
        var machine = ShimMachine(grace: .seconds(10))
        #expect(machine.deadline == nil)
        #expect(machine.handle(.stopRequested, now: 5 * second) == [.terminate])
        #expect(machine.deadline == 15 * second)
        #expect(machine.handle(.timePassed, now: 15 * second - 1) == [])
        #expect(machine.handle(.timePassed, now: 15 * second) == [.kill])
        #expect(machine.deadline == nil)
        #expect(machine.handle(.programEnded(.signal(9)), now: 16 * second) == [.finish(.signal(9))])
    }

    @Test("repeating the stop neither signals again nor prolongs the grace")
    func repeatedStop() {
        var machine = ShimMachine(grace: .seconds(10))
        _ = machine.handle(.stopRequested, now: 0)
        #expect(machine.handle(.stopRequested, now: 9 * second) == [])
        #expect(machine.deadline == 10 * second)
    }

    @Test("an orphaned program gets the short grace, also when it was stopping already")
    func orphaned() {
        var alone = ShimMachine(grace: .seconds(60))
        #expect(alone.handle(.parentGone, now: 0) == [.terminate])
        #expect(alone.deadline == 2 * second)
        var stopping = ShimMachine(grace: .seconds(60))
        _ = stopping.handle(.stopRequested, now: 0)
        #expect(stopping.handle(.parentGone, now: second) == [])
        #expect(stopping.deadline == 3 * second)
        var hasty = ShimMachine(grace: .milliseconds(100))
        _ = hasty.handle(.parentGone, now: 0)
        #expect(hasty.deadline == 100_000_000)
    }

    @Test("a kill needs no grace, and nothing happens after the end")
    func kills() {
        var machine = ShimMachine(grace: .seconds(10))
        #expect(machine.handle(.killRequested, now: 0) == [.kill])
        #expect(machine.handle(.killRequested, now: 0) == [])
        #expect(machine.handle(.programEnded(.code(3)), now: 1) == [.finish(.code(3))])
        for event in [ShimMachine.Event.stopRequested, .killRequested, .parentGone, .timePassed, .programEnded(.code(0))] {
            #expect(machine.handle(event, now: 99 * second) == [])
        }
    }
}
