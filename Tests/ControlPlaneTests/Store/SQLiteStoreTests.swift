import ControlPlane
import FleetControl
import FleetModel
import FleetTransport
import Foundation
import Testing

@Suite("The SQLite store")
struct SQLiteStoreTests {
    private let folder = ScratchFolder()
    private let time = Timestamp(seconds: 1_800_000_000)
    private let chat = ResourceKey(kind: .workload, name: "chat")

    private func open(at seconds: UInt64 = 1_800_000_000, signed: SignedAuditHead? = nil) throws -> SQLiteStore {
        try SQLiteStore(path: folder.state.database, now: Timestamp(seconds: seconds), signed: signed)
    }

    @discardableResult
    private func write(
        _ store: SQLiteStore, _ writes: Declaration.Write..., isDryRun: Bool = false
    ) async throws -> [DeclarationOutcome] {
        let basedOn = try await store.contents().declarationVersion
        return try await store.declare(
            Declaration(basedOn: basedOn, writes: writes, isDryRun: isDryRun), by: .system, at: time)
    }

    @Test("every write takes a greater resourceVersion; an equal one writes nothing")
    func versions() async throws {
        let store = try open()
        let created = try await write(store, .init(key: chat, spec: "1"))
        let repeated = try await write(store, .init(key: chat, spec: "1"))
        let changed = try await write(store, .init(key: chat, spec: "2"))
        #expect(created.map(\.action) == [.created])
        #expect(repeated == [DeclarationOutcome(key: chat, action: .unchanged, resourceVersion: created[0].resourceVersion)])
        #expect(changed.map(\.action) == [.configured])
        #expect(changed[0].resourceVersion > created[0].resourceVersion)
        #expect(try await store.contents().resourceVersion == changed[0].resourceVersion)
    }

    @Test("keeps measured demand for as long as a forecast looks back, over restarts")
    func demand() async throws {
        let store = try open()
        let newest = Int64(DemandHistory.capacity) + 4
        try await store.recordDemand([
            .init(workload: "chat", slot: 3, rate: 1.5), .init(workload: "chat", slot: 5, rate: 2),
            .init(workload: "a", slot: 4, rate: 0),
        ])
        try await store.recordDemand([
            .init(workload: "chat", slot: newest, rate: 7.25), .init(workload: "chat", slot: 5, rate: 3),
        ])
        try store.close()
        #expect(
            try await open().demandHistory() == [
                .init(workload: "chat", slot: 5, rate: 3), .init(workload: "chat", slot: newest, rate: 7.25),
            ])
    }

    @Test("generation moves with the specification alone: labels and status leave it")
    func generations() async throws {
        let store = try open()
        try await write(store, .init(key: chat, spec: "1"))
        try await write(store, .init(key: chat, labels: ["team": "a"], spec: "1"))
        try await store.recordStatuses([chat: "{}"], at: time)
        let relabelled = try #require(try await store.resource(chat))
        #expect(relabelled.generation == 1)
        #expect(relabelled.labels == ["team": "a"])
        try await write(store, .init(key: chat, labels: ["team": "a"], spec: "2"))
        let respecified = try #require(try await store.resource(chat))
        #expect(respecified.generation == 2)
        #expect(respecified.status == "{}")
        #expect(respecified.resourceVersion > relabelled.resourceVersion)
    }

    @Test("a status that stays equal writes nothing, and a status moves no declaration version")
    func statuses() async throws {
        let store = try open()
        try await write(store, .init(key: chat, spec: "1"))
        let before = try await store.contents()
        try await store.recordStatuses([chat: "{}"], at: time)
        let first = try await store.contents()
        try await store.recordStatuses([chat: "{}"], at: time)
        #expect(try await store.contents() == first)
        #expect(first.resourceVersion > before.resourceVersion)
        #expect(first.declarationVersion == before.declarationVersion)
    }

    @Test("a write that has seen an older version is a conflict")
    func conflict() async throws {
        let store = try open()
        let first = try await write(store, .init(key: chat, spec: "1"))[0].resourceVersion
        let second = try await write(store, .init(key: chat, spec: "2", expectedVersion: first))[0].resourceVersion
        await #expect(throws: StoreError.conflict(chat, expected: first, stored: second)) {
            try await write(store, .init(key: chat, spec: "3", expectedVersion: first))
        }
        await #expect(throws: StoreError.conflict(ResourceKey(kind: .workload, name: "none"), expected: 1, stored: nil)) {
            try await write(store, .init(key: ResourceKey(kind: .workload, name: "none"), spec: "1", expectedVersion: 1))
        }
        #expect(try await store.resource(chat)?.spec == "2")
    }

    @Test("of many writes that name the same version exactly one succeeds")
    func concurrency() async throws {
        let store = try open()
        let seen = try await write(store, .init(key: chat, spec: "0"))[0].resourceVersion
        let basedOn = try await store.contents().declarationVersion
        let successes = await withTaskGroup(of: Bool.self) { group in
            for writer in 1...16 {
                group.addTask { [chat, time] in
                    let write = Declaration.Write(key: chat, spec: "\(writer)", expectedVersion: seen)
                    let outcome = try? await store.declare(
                        Declaration(basedOn: basedOn, writes: [write]), by: .system, at: time)
                    return outcome != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
        #expect(try await store.resource(chat)?.generation == 2)
    }

    @Test("a declaration checked against an older fleet is refused")
    func moved() async throws {
        let store = try open()
        let basedOn = try await store.contents().declarationVersion
        try await write(store, .init(key: chat, spec: "1"))
        await #expect(throws: StoreError.declarationsMoved) {
            try await store.declare(Declaration(basedOn: basedOn, removals: [chat]), by: .system, at: time)
        }
    }

    @Test("a declaration of which one part fails leaves no part: no resource, no version, no audit row")
    func allOrNothing() async throws {
        let store = try open()
        try await write(store, .init(key: chat, spec: "1"))
        let (before, audit) = (try await store.contents(), try await store.auditHead())
        let other = ResourceKey(kind: .workload, name: "other")
        await #expect(throws: StoreError.self) {
            try await write(store, .init(key: other, spec: "1"), .init(key: chat, spec: "2", expectedVersion: 999))
        }
        #expect(try await store.contents() == before)
        #expect(try await store.auditHead() == audit)
    }

    @Test("a dry run says what would happen and writes nothing")
    func dryRun() async throws {
        let store = try open()
        let outcomes = try await write(store, .init(key: chat, spec: "1"), isDryRun: true)
        #expect(outcomes.map(\.action) == [.created])
        #expect(try await store.contents().resources.isEmpty)
        #expect(try await store.auditHead().sequence == 0)
    }

    @Test("everything acknowledged is there when the file is opened again, and versions go on growing")
    func reopening() async throws {
        let plane = ResourceKey(kind: .workloadPlane, name: "toronto")
        var contents: StoreContents
        var issued: [String: IssuedGeneration]
        do {
            let store = try open()
            try await write(store, .init(key: chat, spec: "1"), .init(key: plane, spec: "p"))
            try await store.setDrained(true, plane: "toronto", by: .system, at: time)
            try await store.recordFeedAddress("127.0.0.1:9", plane: "toronto")
            _ = try await store.addToken(TokenRecord(token: "tw_secret", scope: .plane("toronto")), by: .system, at: time)
            issued = try await store.issueGenerations(["a": "1", "b": "1"])
            contents = try await store.contents()
            try store.close()
        }
        let store = try open(at: 1_900_000_000)
        #expect(store.epoch == 1_800_000_000)
        #expect(try await store.contents() == contents)
        #expect(try await store.planeRecords() == ["toronto": PlaneRecord(isDrained: true, feedAddress: "127.0.0.1:9")])
        #expect(try await store.tokens().map(\.scope) == [.plane("toronto")])
        let again = try await store.issueGenerations(["a": "1", "b": "2"])
        #expect(again["a"] == IssuedGeneration(generation: issued["a"]?.generation ?? 0, isNew: false))
        #expect(try #require(again["b"]).generation > (try #require(issued["b"])).generation)
        #expect(try await write(store, .init(key: chat, spec: "2"))[0].resourceVersion == contents.resourceVersion + 1)
    }

    @Test("an older copy of the file put back begins a new epoch")
    func restored() async throws {
        let store = try open()
        try await write(store, .init(key: chat, spec: "1"))
        try store.close()
        let ahead = SignedAuditHead(head: AuditHead(sequence: 40, hash: "x"), signature: "")
        #expect(try open(at: 1_800_000_500, signed: ahead).epoch == 1_800_000_500)
        #expect(try open(at: 1_800_000_600).epoch == 1_800_000_500)
    }

    @Test("a plane's drain, feed address and tokens go with the plane")
    func cascade() async throws {
        let store = try open()
        let plane = ResourceKey(kind: .workloadPlane, name: "toronto")
        try await write(store, .init(key: plane, spec: "p"))
        try await store.setDrained(true, plane: "toronto", by: .system, at: time)
        _ = try await store.addToken(TokenRecord(token: "tw_secret", scope: .plane("toronto")), by: .system, at: time)
        let basedOn = try await store.contents().declarationVersion
        _ = try await store.declare(Declaration(basedOn: basedOn, removals: [plane]), by: .system, at: time)
        #expect(try await store.planeRecords().isEmpty)
        #expect(try await store.tokens().isEmpty)
        await #expect(throws: StoreError.notFound(plane)) {
            try await store.setDrained(true, plane: "toronto", by: .system, at: time)
        }
    }

    @Test("events are kept to a bound per resource, and a repeated one counts up")
    func events() async throws {
        let store = try open()
        let event = FleetEvent(subject: chat, reason: "Same", message: "again")
        try await store.recordEvents([event, event, event], at: time)
        let repeated = try await store.events(of: chat, limit: 10)
        #expect(repeated.map(\.count) == [3])
        try await store.recordEvents(
            (0..<200).map { FleetEvent(subject: chat, reason: "R", message: "\($0)") }, at: time)
        let kept = try await store.events(of: chat, limit: 1_000)
        #expect(kept.count == EventLimits.perResource)
        #expect(kept.last?.event.message == "199")
        #expect(kept.first?.event.message == "136")
    }

    @Test("no token is in the file, only its digest")
    func noSecret() async throws {
        let store = try open()
        try await write(store, .init(key: ResourceKey(kind: .gateway, name: "door"), spec: "g"))
        _ = try await store.addToken(
            TokenRecord(token: "tw_very_secret", scope: .gateway("door")), by: .system, at: time)
        let bytes = try [folder.state.database, folder.state.database + "-wal"].reduce(into: Data()) { bytes, file in
            bytes += try Data(contentsOf: URL(fileURLWithPath: file))
        }
        #expect(bytes.range(of: Data("tw_very_secret".utf8)) == nil)
        #expect(bytes.range(of: Data(digest("tw_very_secret").utf8)) != nil)
    }

    @Test("the file and its log are readable by their owner alone")
    func modes() async throws {
        let store = try open()
        try await write(store, .init(key: chat, spec: "1"))
        for file in [folder.state.database, folder.state.database + "-wal"] {
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(file)")
        }
        withExtendedLifetime(store) {}
    }

    @Test("what a clock that was wrong said of a workload is forgotten once its right time is measured, of that workload alone")
    func demandOfWrongClock() async throws {
        let store = try open()
        try await store.recordDemand([
            .init(workload: "chat", slot: 900_000, rate: 1), .init(workload: "chat", slot: 900_001, rate: 1),
            .init(workload: "a", slot: 2_001, rate: 2),
        ])
        try await store.recordDemand([.init(workload: "a", slot: 2_002, rate: 2)])
        #expect(try await store.demandHistory().count == 3, "the workloads' clocks are one, but not each closes a slot at once")
        try await store.recordDemand([.init(workload: "chat", slot: 2_003, rate: 3)])
        #expect(try await store.demandHistory().map(\.slot) == [2_002, 2_003])
    }
}
