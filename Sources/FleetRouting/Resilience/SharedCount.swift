import Synchronization

/// A count that all event loops of a gateway share, with reservations that never pass a limit.
package final class SharedCount: Sendable {
    private let count = Atomic<Int>(0)

    package init() {}

    package var value: Int { count.load(ordering: .relaxed) }

    /// Takes one where that leaves the count within the limit.
    package func reserve(limit: Int) -> Bool {
        var seen = count.load(ordering: .relaxed)
        while seen < limit {
            let (exchanged, original) = count.weakCompareExchange(expected: seen, desired: seen + 1, ordering: .relaxed)
            if exchanged { return true }
            seen = original
        }
        return false
    }

    /// Gives back what was taken.
    package func release() {
        let before = count.wrappingSubtract(1, ordering: .relaxed).oldValue
        precondition(before > 0, "more was given back than taken")
    }
}
