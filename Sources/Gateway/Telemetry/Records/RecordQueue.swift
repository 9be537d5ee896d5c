import Synchronization

/// Records on their way from the event loops to whoever writes them, in batches, bounded. An event loop never waits for it:
/// where the writer holds it that very moment, the loop keeps its batch for the next time.
package final class RecordQueue: Sendable {
    /// Records that wait at most: a second's worth of what one core serves. Beyond, they are dropped and counted.
    package static let capacity = 32_768

    private struct State {
        var batches: [[RequestRecord]] = []
        var count = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    package init(capacity: Int = RecordQueue.capacity) { self.capacity = capacity }

    /// Takes a batch, or as much of it as there is room for. Nil where the queue was held by another thread: offer again later.
    /// - Returns: how many records were dropped for want of room.
    package func offer(_ batch: [RequestRecord]) -> Int? {
        state.withLockIfAvailable { state in
            let room = min(batch.count, capacity - state.count)
            if room > 0 {
                state.batches.append(room == batch.count ? batch : Array(batch.prefix(room)))
                state.count += room
            }
            return batch.count - max(room, 0)
        }
    }

    /// Everything that waits, in the order each loop offered it.
    package func takeAll() -> [[RequestRecord]] {
        state.withLock { state in
            defer { state = State() }
            return state.batches
        }
    }
}
