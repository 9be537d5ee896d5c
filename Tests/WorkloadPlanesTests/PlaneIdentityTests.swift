import FleetControl
import FleetModel
import FleetTransport
import Testing
import WorkloadPlanes

@Suite struct PlaneIdentityTests {
    private let state = TemporaryState()
    private var path: String { "\(state.folder.root)/identity.json" }

    @Test("what was written is read again, and ports age while nobody runs")
    func roundTrip() throws {
        var identity = try PlaneIdentity.load(path)
        identity.nextIncarnation = 7
        identity.note(
            [.init(port: 20_000, workload: "a", endedAgo: .seconds(60)), .init(port: 20_001, workload: "b", endedAgo: nil)],
            wallMilliseconds: 1_000_000)
        try identity.save(path)
        let read = try PlaneIdentity.load(path)
        #expect(read == identity)
        #expect(
            read.records(wallMilliseconds: 1_030_000) == [
                .init(port: 20_000, workload: "a", endedAgo: .seconds(90)), .init(port: 20_001, workload: "b", endedAgo: nil),
            ])
    }

    @Test("an end in the future counts as just now: the clock was set back")
    func clockBack() {
        var identity = PlaneIdentity()
        identity.note([.init(port: 20_000, workload: "a", endedAgo: .zero)], wallMilliseconds: 5_000)
        #expect(identity.records(wallMilliseconds: 1_000).map(\.endedAgo) == [.zero])
    }

    @Test("a damaged file stops the plane instead of giving numbers twice", arguments: ["{", "[]", #"{"format":9}"#])
    func damaged(text: String) throws {
        try state.write(text, to: path)
        #expect(throws: PlaneIdentity.Unreadable.self) { try PlaneIdentity.load(path) }
    }

    @Test("replica hosts are stable, in the range, and differ by plane and by state folder")
    func hosts() {
        let host = FleetReplicaHost.address(state: "/a", plane: "toronto")
        #expect(host == FleetReplicaHost.address(state: "/a", plane: "toronto"))
        var hosts: Set<String> = []
        for index in 0..<1_000 {
            let host = FleetReplicaHost.address(state: "/state/\(index)", plane: "toronto")
            let parts = host.split(separator: ".").compactMap { Int($0) }
            #expect(parts.count == 4 && parts[0] == 127 && (64...127).contains(parts[1]) && (1...254).contains(parts[3]))
            hosts.insert(host)
        }
        #expect(hosts.count > 990)
    }
}
