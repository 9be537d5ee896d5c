import Synchronization

/// Events on their way to one client, bounded: what happens when the client reads more slowly than they come is the mailbox's
/// policy.
package final class EventMailbox: Sendable {
    package enum Policy: Equatable, Sendable {
        /// Only the newest event waits: each replaces the one before. For documents that are complete in themselves.
        case keepNewest
        /// At most so many events wait; one more ends the stream with the overflow event.
        case endBeyond(Int)
    }

    package struct Event: Equatable, Sendable {
        package var name: String
        package var id: String?
        /// One line.
        package var data: String

        package init(name: String, id: String? = nil, data: String) { (self.name, self.id, self.data) = (name, id, data) }
    }

    package enum Item: Equatable, Sendable {
        case event(Event)
        case heartbeat
    }

    private struct State {
        var waiting: [Event] = []
        var isHeartbeatDue = false
        var isClosed = false
    }

    private let policy: Policy
    private let overflow: Event
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    /// - Parameter overflow: the last event of a stream that ends because its client is too slow.
    package init(policy: Policy, overflow: Event) {
        self.policy = policy
        self.overflow = overflow
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func offer(_ event: Event) {
        state.withLock { state in
            guard !state.isClosed else { return }
            switch policy {
            case .keepNewest: state.waiting = [event]
            case .endBeyond(let limit):
                if state.waiting.count < limit {
                    state.waiting.append(event)
                } else {
                    state.waiting = [overflow]
                    state.isClosed = true
                }
            }
        }
        signal.yield()
    }

    /// Has a comment written if nothing else is.
    package func beat() {
        state.withLock { $0.isHeartbeatDue = true }
        signal.yield()
    }

    /// Ends the stream after what waits.
    package func close() {
        state.withLock { $0.isClosed = true }
        signal.yield()
    }

    /// What waits, in order, as soon as anything does; nil once the mailbox is closed and empty, or the task cancelled. One
    /// reader only.
    package func next() async -> [Item]? {
        while true {
            let (events, isHeartbeatDue, isClosed) = take()
            if !events.isEmpty { return events.map(Item.event) }
            if isClosed { return nil }
            if isHeartbeatDue { return [.heartbeat] }
            var iterator = signals.makeAsyncIterator()
            guard await iterator.next() != nil else { return nil }
        }
    }

    private func take() -> (events: [Event], isHeartbeatDue: Bool, isClosed: Bool) {
        state.withLock { state in
            defer {
                state.waiting = []
                state.isHeartbeatDue = false
            }
            return (state.waiting, state.isHeartbeatDue, state.isClosed)
        }
    }
}
