/// Which replicas were sent which beginnings of prompts: an approximate prefix tree in a table of fixed size, one per event loop.
///
/// A block's chained hash stands for the path to it, so that a tree needs no links: whoever has a block has been sent all before
/// it. The table is set-associative: a hash has ``ways`` places it may take, and a new one replaces the least recently used of
/// them. Blocks near the root are used by every request through them and stay longest. (Compare SGLang's cache-aware router,
/// which keeps an approximate radix tree per worker, and the prefix-aware router of vLLM's production-stack, a trie of hashed
/// chunks.)
package struct PrefixMemory: Sendable {
    /// 65,536 blocks of 256 bytes: 16 MiB of prompts, in 3 MiB of memory once the first is remembered.
    package static let capacity = 65_536
    private static let ways = 8

    /// Replicas that were sent one block, the latest first; at most four, which is as far as a hot prefix is remembered.
    package struct Holders: Sendable {
        fileprivate var slots = SIMD4<Int32>(repeating: -1)
        fileprivate var births = SIMD4<UInt32>(repeating: 0)

        @inline(__always)
        package func contains(_ replica: ReplicaHandle) -> Bool {
            any((slots .== replica.slot) .& (births .== replica.birth))
        }

        fileprivate mutating func add(_ replica: ReplicaHandle) {
            guard !contains(replica) else { return }
            slots = SIMD4(replica.slot, slots[0], slots[1], slots[2])
            births = SIMD4(replica.birth, births[0], births[1], births[2])
        }
    }

    private struct Entry: Sendable {
        var hash: UInt64 = 0
        /// The request that used it last; 0 while the place is free.
        var lastUse: UInt32 = 0
        var holders = Holders()
    }

    private var entries: [Entry] = []
    private var requests: UInt32 = 0
    private let sets: Int

    /// - Parameter capacity: blocks remembered.
    package init(capacity: Int = Self.capacity) { sets = max(1, capacity / Self.ways) }

    /// How many leading blocks of a chain are known, and who was sent the last of them.
    ///
    /// By bisection: a block is known where all before it are, but for what was forgotten meanwhile, which only makes the answer
    /// shorter. Allocates nothing.
    package func longestMatch(_ chain: PrefixChain) -> (depth: Int, holders: Holders) {
        guard !entries.isEmpty else { return (0, Holders()) }
        var known = 0
        var unknown = chain.blocks.count + 1
        var holders = Holders()
        while unknown - known > 1 {
            let middle = (known + unknown) / 2
            if let index = index(of: chain.blocks[middle - 1]) {
                known = middle
                holders = entries[index].holders
            } else {
                unknown = middle
            }
        }
        return (known, holders)
    }

    /// Notes that a replica is sent this prompt.
    package mutating func remember(_ chain: PrefixChain, on replica: ReplicaHandle) {
        if entries.isEmpty || requests == .max {
            entries = Array(repeating: Entry(), count: sets * Self.ways)
            requests = 0
        }
        requests += 1
        for hash in chain.blocks {
            let place = index(of: hash) ?? leastRecentlyUsed(hash)
            if entries[place].lastUse == 0 || entries[place].hash != hash { entries[place] = Entry(hash: hash) }
            entries[place].lastUse = requests
            entries[place].holders.add(replica)
        }
    }

    private func places(of hash: UInt64) -> Range<Int> {
        let first = Int(hash % UInt64(sets)) * Self.ways
        return first..<first + Self.ways
    }

    private func index(of hash: UInt64) -> Int? {
        for place in places(of: hash) where entries[place].hash == hash && entries[place].lastUse > 0 { return place }
        return nil
    }

    private func leastRecentlyUsed(_ hash: UInt64) -> Int {
        let range = places(of: hash)
        var oldest = range.lowerBound
        for place in range where entries[place].lastUse < entries[oldest].lastUse { oldest = place }
        return oldest
    }
}
