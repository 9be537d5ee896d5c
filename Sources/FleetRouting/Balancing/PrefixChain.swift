/// How a prompt begins, as one hash for each of its blocks that covers everything up to that block's end: two prompts have as
/// many leading hashes in common as they have whole blocks. (vLLM's prefix cache and production-stack's prefix-aware router chain
/// alike.)
package struct PrefixChain: Equatable, Sendable {
    /// About 64 tokens of English: a few blocks of an engine's KV cache.
    package static let blockBytes = 256
    /// What lies behind 256 KiB of a prompt separates nothing any more.
    package static let maximumBlocks = 1_024

    package let blocks: [UInt64]

    package init(blocks: [UInt64]) { self.blocks = Array(blocks.prefix(Self.maximumBlocks)) }

    /// The chain of `bytes`; the rest behind the last whole block counts only where there is no whole one.
    ///
    /// - Parameter seed: keeps apart what never shares a cache, such as two workloads.
    package init(_ bytes: UnsafeRawBufferPointer, seed: UInt64) {
        let whole = min(bytes.count / Self.blockBytes, Self.maximumBlocks)
        var blocks: [UInt64] = []
        blocks.reserveCapacity(max(whole, 1))
        var state = seed
        for block in 0..<whole {
            let start = block * Self.blockBytes
            state = Self.fold(state, bytes, start..<start + Self.blockBytes)
            blocks.append(state)
        }
        if whole == 0, !bytes.isEmpty { blocks.append(Self.fold(state, bytes, 0..<bytes.count)) }
        self.blocks = blocks
    }

    /// Eight bytes a step, each folded in by a full-width product (the step of wyhash). Not for secrets.
    private static func fold(_ state: UInt64, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64 {
        var state = state ^ 0xa076_1d64_78bd_642f
        var position = range.lowerBound
        while position + 8 <= range.upperBound {
            state = multiply(state ^ UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
            position += 8
        }
        var rest = UInt64(range.count) << 56
        while position < range.upperBound {
            rest = (rest << 8) ^ UInt64(bytes[position])
            position += 1
        }
        return multiply(state ^ rest)
    }

    @inline(__always)
    private static func multiply(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
        return product.high ^ product.low &+ 0x8ebc_6af0_9c88_c6e3
    }
}
