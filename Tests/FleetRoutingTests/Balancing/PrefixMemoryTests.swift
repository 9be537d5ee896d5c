import FleetRouting
import SeededCases
import Testing

@Suite("Prefix memory")
struct PrefixMemoryTests {
    private func chain(_ text: String, seed: UInt64 = 1) -> PrefixChain { text.bytes { PrefixChain($0, seed: seed) } }
    private func handle(_ slot: Int32) -> ReplicaHandle { ReplicaHandle(slot: slot, birth: 1) }

    @Test("two prompts have as many blocks in common as they share whole blocks of 256 bytes")
    func chains() {
        let common = String(repeating: "x", count: 600)
        let one = chain(common + String(repeating: "a", count: 600))
        let two = chain(common + String(repeating: "b", count: 600))
        #expect(one.blocks.count == 4 && two.blocks.count == 4)
        #expect(zip(one.blocks, two.blocks).prefix { $0 == $1 }.count == 2)
        #expect(chain("short").blocks.count == 1 && chain("short") != chain("shorn") && chain("").blocks.isEmpty)
        #expect(chain("short", seed: 1) != chain("short", seed: 2), "workloads share no cache")
        let long = String(repeating: "0123456789abcdef", count: 20_000)
        #expect(chain(long).blocks.count == PrefixChain.maximumBlocks)
    }

    @Test("a block is the same only behind the same beginning")
    func order() {
        let (a, b) = (String(repeating: "a", count: 256), String(repeating: "b", count: 256))
        #expect(Set(chain(a + b).blocks + chain(b + a).blocks).count == 4)
    }

    @Test("finds how much of a prompt is known, and by whom")
    func match() {
        var memory = PrefixMemory()
        let blocks = (1...64).map(UInt64.init)
        #expect(memory.longestMatch(PrefixChain(blocks: blocks)).depth == 0)
        memory.remember(PrefixChain(blocks: Array(blocks.prefix(40))), on: handle(3))
        memory.remember(PrefixChain(blocks: Array(blocks.prefix(10))), on: handle(5))
        for length in [1, 9, 10, 11, 39, 40, 41, 64] {
            let match = memory.longestMatch(PrefixChain(blocks: Array(blocks.prefix(length))))
            #expect(match.depth == min(length, 40))
            #expect(match.holders.contains(handle(3)))
            #expect(match.holders.contains(handle(5)) == (length <= 10))
            #expect(!match.holders.contains(ReplicaHandle(slot: 3, birth: 2)), "another incarnation has another cache")
        }
    }

    @Test("remembers the latest four replicas of a block")
    func holders() {
        var memory = PrefixMemory()
        let prompt = PrefixChain(blocks: [7])
        for slot in 0..<6 { memory.remember(prompt, on: handle(Int32(slot))) }
        let holders = memory.longestMatch(prompt).holders
        #expect((0..<6).map { holders.contains(handle(Int32($0))) } == [false, false, true, true, true, true])
    }

    @Test("is bounded: what is used stays, what is not used goes")
    func bound() {
        var memory = PrefixMemory(capacity: 64)
        var random = SeededGenerator(seed: 4)
        let root = PrefixChain(blocks: [1])
        for number in 0..<10_000 {
            memory.remember(PrefixChain(blocks: [random.next() | 1 << 63]), on: handle(1))
            if number.isMultiple(of: 2) { memory.remember(root, on: handle(2)) }
        }
        #expect(memory.longestMatch(root).depth == 1)
        var again = SeededGenerator(seed: 4)
        let kept = (0..<10_000).count { _ in memory.longestMatch(PrefixChain(blocks: [again.next() | 1 << 63])).depth == 1 }
        #expect(kept <= 63)
    }
}
