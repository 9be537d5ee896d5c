package import FleetTransport
import Synchronization

/// The newest document of every plane and gateway, and who is listening for it. A slow listener gets only the newest.
package final class DocumentHub: Sendable {
    package enum Refusal: Error, Equatable { case tooManyStreams }

    private struct Recipient {
        var newest: EventMailbox.Event?
        var listeners: [UInt64: EventMailbox] = [:]
    }

    private struct State {
        var recipients: [TokenScope: Recipient] = [:]
        var nextListener: UInt64 = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    package init(limit: Int = APILimits.streamsPerRecipient) { self.limit = limit }

    /// Makes a document the newest of its recipient.
    package func publish(_ event: EventMailbox.Event, to recipient: TokenScope) {
        state.withLock { state in
            state.recipients[recipient, default: Recipient()].newest = event
            for mailbox in (state.recipients[recipient]?.listeners ?? [:]).values { mailbox.offer(event) }
        }
    }

    /// Listens; the newest document comes at once.
    package func listen(as recipient: TokenScope) throws -> Subscription {
        let mailbox = EventMailbox(policy: .keepNewest, overflow: EventMailbox.Event(name: "ERROR", data: "{}"))
        let id = try state.withLock { state in
            var entry = state.recipients[recipient] ?? Recipient()
            guard entry.listeners.count < limit else { throw Refusal.tooManyStreams }
            state.nextListener += 1
            entry.listeners[state.nextListener] = mailbox
            state.recipients[recipient] = entry
            if let newest = entry.newest { mailbox.offer(newest) }
            return state.nextListener
        }
        return Subscription(mailbox: mailbox) { [self] in
            state.withLock { _ = $0.recipients[recipient]?.listeners.removeValue(forKey: id) }
        }
    }

    /// Ends the streams of whoever is no longer declared.
    package func retain(_ recipients: Set<TokenScope>) {
        state.withLock { state in
            for (recipient, entry) in state.recipients where !recipients.contains(recipient) {
                for mailbox in entry.listeners.values { mailbox.close() }
                state.recipients[recipient] = nil
            }
        }
    }

    /// Ends the streams opened with a token that no longer holds.
    package func disconnect(_ recipient: TokenScope) {
        let mailboxes = state.withLock { Array(($0.recipients[recipient]?.listeners ?? [:]).values) }
        for mailbox in mailboxes { mailbox.close() }
    }

    package func beat() {
        let mailboxes = state.withLock { $0.recipients.values.flatMap { $0.listeners.values } }
        for mailbox in mailboxes { mailbox.beat() }
    }

    package var streamCount: Int { state.withLock { $0.recipients.values.reduce(0) { $0 + $1.listeners.count } } }
}
