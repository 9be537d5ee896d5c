/// A small generator whose whole state is its seed: the same seed gives the same numbers on every machine. For ids, jitter and seeded
/// searches; nothing it gives is secret (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
package struct SplitMix64: RandomNumberGenerator, Equatable, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0 up to but not including `limit`, which counts as 1 below that. The bias is below `limit` / 2⁶⁴.
    package mutating func next(below limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }

    /// 0 up to but not including 1.
    package mutating func nextShare() -> Double { Double(next() >> 11) * 0x1p-53 }
}
