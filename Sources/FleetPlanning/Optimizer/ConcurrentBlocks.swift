import Synchronization

/// Computes one value for each block, on several threads where the shell lends them. The order of work changes no result.
struct ConcurrentBlocks: Sendable {
    /// Calls a function with 0 up to a count, in any order, and returns when all calls have.
    let run: (@Sendable (Int, @Sendable (Int) -> Void) -> Void)?

    func map<Value: Sendable>(_ count: Int, _ transform: @Sendable (Int) -> Value) -> [Value] {
        guard let run, count > 1 else { return (0..<count).map(transform) }
        let results = Mutex([Value?](repeating: nil, count: count))
        run(count) { index in
            let value = transform(index)
            results.withLock { $0[index] = value }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}
