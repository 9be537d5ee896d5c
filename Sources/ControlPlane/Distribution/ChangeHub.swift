package import FleetModel
import Synchronization

/// The store's changes for whoever watches: the newest are kept, so that a watcher that comes back misses none.
package final class ChangeHub: Sendable {
    package enum Refusal: Error, Equatable {
        /// Changes after this version are no longer kept.
        case expired(UInt64)
        case tooManyWatchers
    }

    private struct Kept {
        var version: UInt64
        var kind: ResourceKind
        var event: EventMailbox.Event
    }

    private struct Watcher {
        var kind: ResourceKind
        /// Changes up to here are known to it.
        var after: UInt64
        var mailbox: EventMailbox
    }

    private struct State {
        var kept: [Kept] = []
        /// Every change after this version is kept.
        var floor: UInt64
        var watchers: [UInt64: Watcher] = [:]
        var nextWatcher: UInt64 = 0
        var changes: UInt64 = 0
    }

    private static let overflow = EventMailbox.Event(
        name: "ERROR",
        data: #"{"error":{"code":"slow_watcher","message":"this watcher lies too far behind; list again and watch from there"}}"#)

    private let state: Mutex<State>
    private let keptLimit: Int
    private let backlog: Int
    private let watcherLimit: Int
    private let documents: ResourceDocuments

    /// - Parameter version: the store's resource version now: changes before it are not known.
    package init(
        version: UInt64, documents: ResourceDocuments, keptLimit: Int = APILimits.keptChanges,
        backlog: Int = APILimits.watcherBacklog,
        watcherLimit: Int = APILimits.watchers
    ) {
        state = Mutex(State(floor: version))
        self.documents = documents
        self.keptLimit = keptLimit
        self.backlog = backlog
        self.watcherLimit = watcherLimit
    }

    /// Announces committed changes, in commit order.
    package func publish(_ changes: [StoreChange]) {
        let events = changes.compactMap(kept)
        state.withLock { state in
            state.changes += UInt64(changes.count)
            state.kept += events
            if state.kept.count > keptLimit {
                let surplus = state.kept.count - keptLimit
                state.floor = state.kept[surplus - 1].version
                state.kept.removeFirst(surplus)
            }
            for watcher in state.watchers.values {
                for change in events where change.kind == watcher.kind && change.version > watcher.after {
                    watcher.mailbox.offer(change.event)
                }
            }
        }
    }

    /// Watches one kind from after a version on. `initial` comes first; what waits at the start does not count as backlog.
    package func watch(
        _ kind: ResourceKind, after version: UInt64, initial: [EventMailbox.Event] = []
    ) throws -> Subscription {
        let (id, mailbox) = try state.withLock { state in
            guard state.watchers.count < watcherLimit else { throw Refusal.tooManyWatchers }
            guard version >= state.floor else { throw Refusal.expired(version) }
            let missed = state.kept.filter { $0.kind == kind && $0.version > version }.map(\.event)
            let mailbox = EventMailbox(
                policy: .endBeyond(initial.count + missed.count + backlog), overflow: Self.overflow)
            for event in initial + missed { mailbox.offer(event) }
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = Watcher(kind: kind, after: version, mailbox: mailbox)
            return (state.nextWatcher, mailbox)
        }
        return Subscription(mailbox: mailbox) { [self] in
            state.withLock { _ = $0.watchers.removeValue(forKey: id) }
        }
    }

    package func beat() {
        for mailbox in state.withLock({ $0.watchers.values.map(\.mailbox) }) { mailbox.beat() }
    }

    package var watcherCount: Int { state.withLock { $0.watchers.count } }
    /// Changes announced since the start.
    package var changeCount: UInt64 { state.withLock { $0.changes } }

    /// One resource as an event of a watch.
    package func event(_ kind: StoreChange.Kind, _ resource: StoredResource, version: UInt64) throws -> EventMailbox.Event {
        var resource = resource
        resource.resourceVersion = version
        return EventMailbox.Event(
            name: kind.rawValue, id: String(version), data: try documents.document(resource))
    }

    private func kept(_ change: StoreChange) -> Kept? {
        guard let event = try? event(change.kind, change.resource, version: change.version) else { return nil }
        return Kept(version: change.version, kind: change.resource.key.kind, event: event)
    }
}
