import FleetModel
import FleetRouting
import Testing

@Suite("Fleet view")
struct FleetViewTests {
    private let now = Moment(nanoseconds: 1_000_000_000_000)

    private func view() -> FleetView {
        var view = FleetView(gateway: "frankfurt")
        _ = view.accept(FleetFixture().snapshot)
        return view
    }

    @Test("snapshots never go back, and only this gateway's in a known format count")
    func snapshots() {
        var view = view()
        guard case .notNewer = view.accept(FleetFixture().snapshot) else {
            return #expect(Bool(false), "an equal version counted")
        }
        var fixture = FleetFixture()
        fixture.generation = 2
        var foreign = fixture.snapshot
        foreign.gateway = "toronto"
        guard case .refused(.wrongGateway("toronto", expected: "frankfurt")) = view.accept(foreign) else {
            return #expect(Bool(false), "another gateway's snapshot counted")
        }
        var unknown = fixture.snapshot
        unknown.format = 9
        guard case .refused(.unknownFormat(9, known: 2)) = view.accept(unknown) else {
            return #expect(Bool(false), "an unknown format counted")
        }
        #expect(view.version == SnapshotVersion(epoch: 1, generation: 1))
        guard case .accepted = view.accept(fixture.snapshot) else { return #expect(Bool(false), "a newer version was refused") }
        #expect(view.version == SnapshotVersion(epoch: 1, generation: 2))
    }

    @Test("reports never go back: by start, then by sequence")
    func reportOrder() {
        var view = view()
        let order: [(UInt64, UInt64, Bool)] = [
            (2, 5, true), (2, 5, false), (2, 4, false), (1, 9, false), (2, 6, true), (3, 0, true),
        ]
        for (start, sequence, isNew) in order {
            let verdict = view.accept(FleetFixture.report("near", start: start, sequence: sequence, []), now: now)
            if case .accepted = verdict { #expect(isNew) } else { #expect(!isNew) }
        }
    }

    @Test("a report of a plane the snapshot does not hold, or of too many replicas, is refused whole")
    func refusedReports() {
        var view = view()
        guard case .refused(.unknownPlane("nowhere")) = view.accept(FleetFixture.report("nowhere", sequence: 1, []), now: now)
        else {
            return #expect(Bool(false), "an unknown plane counted")
        }
        let many = (0...RoutingLimits.replicasPerPlane).map { FleetFixture.replica("near/chat/\($0)", nil) }
        guard case .refused(.tooManyReplicas) = view.accept(FleetFixture.report("near", sequence: 1, many), now: now) else {
            return #expect(Bool(false), "too many replicas counted")
        }
    }

    @Test("only a change that matters makes a new table; loads alone do not")
    func loadsOnly() {
        var view = view()
        func table(_ sequence: UInt64, _ replica: ReplicaReport) -> RoutingTable? {
            guard
                case .accepted(let table, let loads, _) = view.accept(
                    FleetFixture.report("near", sequence: sequence, [replica]), now: now)
            else { return nil }
            #expect(loads.loads.count == 1)
            return table
        }
        #expect(table(1, FleetFixture.replica("near/chat/1", "127.0.0.1:1", running: 1)) != nil)
        #expect(table(2, FleetFixture.replica("near/chat/1", "127.0.0.1:1", running: 9)) == nil)
        #expect(table(3, FleetFixture.replica("near/chat/1", "127.0.0.1:1", .unready)) != nil)
        #expect(table(4, FleetFixture.replica("near/chat/1", "127.0.0.1:1", onward: 20)) != nil)
        #expect(table(5, FleetFixture.replica("near/chat/1", "127.0.0.1:1", onward: 20.5)) == nil)
    }

    @Test(
        "a replica that reports what it may not gets no request, and the rest of the report holds",
        arguments: [
            ("far/chat/1", "127.0.0.1:1", "/health", ReplicaObjection.Reason.foreignPlane),
            ("near/chat/1", "10.0.0.1:1", "/health", .outsideNetworks), ("near/chat/1", "localhost:1", "/health", .notAnAddress),
            ("near/chat/1", "127.0.0.1:0", "/health", .notAnAddress), ("near/chat/1", "127.0.0.1", "/health", .notAnAddress),
            ("near/chat/1", "127.0.0.1:1", "health", .badHealthPath),
            ("near/chat/1", "127.0.0.1:1", "/a b\r\nx: y", .badHealthPath), ("near/chat/7", "127.0.0.1:1", "/health", .duplicate),
        ])
    func objections(id: String, address: String, path: String, reason: ReplicaObjection.Reason) {
        var script = GatewayScript()
        var suspicious = FleetFixture.replica(id, address)
        suspicious.healthPath = path
        let objections = script.report("near", [FleetFixture.replica("near/chat/7", "127.0.0.7:7"), suspicious])
        #expect(objections == [ReplicaObjection(replica: id, reason: reason)])
        #expect(script.view.table?.replicas.compactMap { $0?.id.description } == ["near/chat/7"])
    }

    @Test("a replica keeps its handle over tables; a freed slot gets a new birth and its connections are ordered closed")
    func handles() {
        var script = GatewayScript()
        script.report(
            "near", [FleetFixture.replica("near/chat/1", "127.0.0.1:1"), FleetFixture.replica("near/chat/2", "127.0.0.1:2")])
        let (first, second) = (script.handle(of: "near/chat/1"), script.handle(of: "near/chat/2"))
        script.report(
            "near", [FleetFixture.replica("near/chat/2", "127.0.0.1:2"), FleetFixture.replica("near/chat/3", "127.0.0.1:3")])
        #expect(script.handle(of: "near/chat/2") == second)
        let third = script.handle(of: "near/chat/3")
        #expect(third?.slot == first?.slot)
        #expect(third?.birth != first?.birth)
        #expect(script.actions == first.map { [.closeConnections($0)] })
    }

    @Test("an incarnation that claims another address is another one: its connections are closed")
    func movedIncarnation() throws {
        var script = GatewayScript()
        script.report("near", [FleetFixture.replica("near/chat/1", "127.0.0.1:1")])
        let before = try #require(script.handle(of: "near/chat/1"))
        script.report("near", [FleetFixture.replica("near/chat/1", "127.0.0.1:2")])
        #expect(script.actions == [.closeConnections(before)])
        #expect(script.handle(of: "near/chat/1") != before)
    }

    @Test("gone and backing-off replicas are not in the table; a plane that leaves the snapshot takes its replicas along")
    func leaving() {
        var script = GatewayScript()
        script.report(
            "near",
            [
                FleetFixture.replica("near/chat/1", "127.0.0.1:1", .gone),
                FleetFixture.replica("near/chat/2", "127.0.0.1:2", .backingOff),
            ])
        #expect(script.view.table?.replicas.isEmpty == true)
        script.fill("near", ["chat"])
        var fixture = FleetFixture()
        fixture.generation = 2
        var snapshot = fixture.snapshot
        snapshot.planes.removeAll { $0.name == "near" }
        script.take(snapshot)
        #expect(script.actions.count == 2)
        #expect(script.choice("phi").reason == "fenced")
    }
}
