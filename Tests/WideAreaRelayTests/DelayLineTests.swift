import Testing
import WideAreaRelay

@Suite struct DelayLineTests {
    @Test("a piece comes out after the delay, not before, in the order it went in")
    func delays() {
        var line = DelayLine<String>(delay: 100, capacity: 10)
        line.push("a", size: 1, now: 0)
        line.push("b", size: 1, now: 30)
        #expect(line.nextDue == 100)
        #expect(line.pop(now: 99) == nil)
        #expect(line.pop(now: 100) == .piece("a"))
        #expect(line.pop(now: 129) == nil)
        #expect(line.nextDue == 130)
        #expect(line.pop(now: 500) == .piece("b"))
        #expect(line.isEmpty && line.nextDue == nil && line.bytes == 0)
    }

    @Test("room is counted in bytes and comes back when they leave")
    func capacity() {
        var line = DelayLine<Int>(delay: 10, capacity: 8)
        line.push(1, size: 5, now: 0)
        #expect(line.hasRoom(for: 3) && !line.hasRoom(for: 4))
        _ = line.pop(now: 10)
        #expect(line.hasRoom(for: 8) && !line.hasRoom(for: 9))
    }

    @Test("an end follows the bytes before it and lets nothing follow but a reset")
    func ends() {
        var line = DelayLine<Int>(delay: 10, capacity: 8)
        line.push(1, size: 1, now: 0)
        line.pushEnd(now: 1)
        line.push(2, size: 1, now: 2)
        line.pushEnd(now: 2)
        #expect(line.pop(now: 20) == .piece(1))
        #expect(line.pop(now: 20) == .end)
        #expect(line.pop(now: 20) == nil)
        line.pushReset(now: 30)
        line.pushReset(now: 31)
        #expect(line.pop(now: 39) == nil)
        #expect(line.pop(now: 41) == .reset)
        #expect(line.isEmpty)
    }

    @Test("a reset takes the place of an end that has not come out yet")
    func resetReplacesEnd() {
        var line = DelayLine<Int>(delay: 10, capacity: 8)
        line.push(1, size: 1, now: 0)
        line.pushEnd(now: 0)
        line.pushReset(now: 0)
        #expect(line.pop(now: 10) == .piece(1))
        #expect(line.pop(now: 10) == .reset)
        #expect(line.isEmpty)
    }

    @Test("keeps order over any mixture of pushes and pops", arguments: [1, 2, 3, 4] as [UInt64])
    func mixture(seed: UInt64) {
        var state = seed
        var line = DelayLine<Int>(delay: 50, capacity: .max)
        var (pushed, popped, now) = (0, 0, Int64(0))
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            now += Int64(state >> 60)
            if state >> 33 & 3 != 0 {
                line.push(pushed, size: 1, now: now)
                pushed += 1
            } else {
                while let item = line.pop(now: now) {
                    #expect(item == .piece(popped), "seed \(seed)")
                    popped += 1
                }
            }
            #expect(line.bytes == pushed - popped, "seed \(seed)")
        }
        #expect(popped > 0)
    }
}
