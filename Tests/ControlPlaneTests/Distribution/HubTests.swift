import ControlPlane
import FleetModel
import FleetTransport
import Testing

@Suite("Watches and documents")
struct HubTests {
    private func change(_ version: UInt64) -> StoreChange {
        StoreChange(kind: .modified, resource: stored(version), version: version)
    }

    private func stored(_ version: UInt64) -> StoredResource {
        StoredResource(
            key: ResourceKey(kind: .provider, name: "onprem"), labels: [:],
            spec:
                #"{"apiVersion":"tradewind.dev/v1alpha1","kind":"Provider","metadata":{"name":"onprem"},"spec":{"kind":"on-premises"}}"#,
            resourceVersion: version, generation: 1, created: "2027-01-15T08:00:00Z", status: nil)
    }

    private func hub(at version: UInt64 = 10, kept: Int = 3, backlog: Int = 2, watchers: Int = 2) -> ChangeHub {
        ChangeHub(
            version: version, documents: ResourceDocuments(), keptLimit: kept, backlog: backlog, watcherLimit: watchers)
    }

    private func ids(_ items: [EventMailbox.Item]?) -> [String] {
        (items ?? []).map { item in
            if case .event(let event) = item { event.id ?? event.name } else { "heartbeat" }
        }
    }

    @Test("a watch resumes after the version it names and misses nothing")
    func resume() async throws {
        let hub = hub()
        hub.publish([change(11), change(12)])
        let watch = try hub.watch(.provider, after: 11)
        hub.publish([change(13)])
        #expect(ids(await watch.mailbox.next()) == ["12", "13"])
        let other = try hub.watch(.workload, after: 10)
        hub.publish([change(14)])
        other.mailbox.beat()
        #expect(ids(await other.mailbox.next()) == ["heartbeat"])
    }

    @Test("a start before the kept changes is expired, one at their edge is not")
    func expired() async throws {
        let hub = hub()
        #expect(throws: ChangeHub.Refusal.expired(9)) { try hub.watch(.provider, after: 9) }
        hub.publish((11...15).map(change))
        #expect(throws: ChangeHub.Refusal.expired(11)) { try hub.watch(.provider, after: 11) }
        let edge = try hub.watch(.provider, after: 12)
        // Three changes wait, more than the backlog of two: what waits at the start does not count.
        #expect(ids(await edge.mailbox.next()) == ["13", "14", "15"])
    }

    @Test("a watcher too far behind gets one last event that says so, and the end")
    func slow() async throws {
        let hub = hub(kept: 10)
        let watch = try hub.watch(.provider, after: 10)
        hub.publish((11...13).map(change))
        #expect(ids(await watch.mailbox.next()) == ["ERROR"])
        #expect(await watch.mailbox.next() == nil)
    }

    @Test("more watchers than the limit are refused, and leaving makes room")
    func limit() async throws {
        let hub = hub()
        var watches = [try hub.watch(.provider, after: 10), try hub.watch(.provider, after: 10)]
        #expect(throws: ChangeHub.Refusal.tooManyWatchers) { try hub.watch(.provider, after: 10) }
        watches.removeLast()
        #expect(hub.watcherCount == 1)
        #expect(throws: Never.self) { _ = try hub.watch(.provider, after: 10) }
        withExtendedLifetime(watches) {}
    }

    @Test("a slow listener of documents gets only the newest; a new one gets it at once")
    func newest() async throws {
        let hub = DocumentHub(limit: 2)
        let early = try hub.listen(as: .plane("toronto"))
        for number in 1...5 {
            hub.publish(EventMailbox.Event(name: "assignment", id: "\(number)", data: "{}"), to: .plane("toronto"))
        }
        #expect(ids(await early.mailbox.next()) == ["5"])
        let late = try hub.listen(as: .plane("toronto"))
        #expect(ids(await late.mailbox.next()) == ["5"])
        #expect(throws: DocumentHub.Refusal.tooManyStreams) { try hub.listen(as: .plane("toronto")) }
        hub.retain([])
        #expect(await late.mailbox.next() == nil)
    }
}
