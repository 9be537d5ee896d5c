import FleetControl
import FleetModel
import FleetPlanning
import FleetRouting
import SeededCases
import Testing

/// Random fleets: what the planner forbids users of a place, no gateway does for a client of that place, and the other way round.
@Suite("Planning and routing: properties of places")
struct PlaceAgreementTests {
    private static let countries = ["AE", "BR", "CA", "CH", "CN", "DE", "FR", "GB", "IN", "NO", "RU", "SG", "US"]

    private struct Case {
        var fleet: Fleet
        var countries: [String]
    }

    private static func location(_ country: String) -> Location {
        Location(coordinates: Coordinates(latitude: 10, longitude: 10), country: country)
    }

    private static func policy(_ number: Int, _ random: inout SeededGenerator) -> CompliancePolicy {
        let jurisdictions: [Jurisdiction] = ["CA", "EEA", "EU", "SG", "UK", "US"]
        return CompliancePolicy(
            metadata: Metadata(name: random.isOne(in: 8) ? "gdpr" : "policy-\(number)"),
            appliesTo: .init(
                classifications: random.isOne(in: 2) ? [] : [random.pick(DataRules.Classification.allCases)],
                jurisdictions: random.isOne(in: 3) ? [] : [random.pick(jurisdictions), random.pick(jurisdictions)]),
            requires: .init(
                jurisdictions: random.isOne(in: 3) ? nil : [random.pick(jurisdictions), random.pick(jurisdictions)],
                attestations: random.isOne(in: 4) ? ["SOC2"] : [], encryptionInTransit: random.isOne(in: 4),
                audit: random.isOne(in: 6) ? .metadata : .none))
    }

    private static func workload(_ number: Int, _ countries: [String], _ random: inout SeededGenerator) -> Workload {
        let residency: [Jurisdiction]? = random.isOne(in: 3) ? [random.pick(["CA", "EU", "SG"]), "US"] : nil
        return Workload(
            metadata: Metadata(name: "workload-\(number)"), models: ["model-\(number)"],
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "H100-80GB", accelerators: 1, rate: RequestsPerSecond(10))]),
            data: DataRules(
                classification: random.pick(DataRules.Classification.allCases), residency: residency,
                transit: random.isOne(in: 4) ? .deny : .allow),
            demand: number == 0
                ? [] : countries.map { Demand(from: "users-\($0)", location: location($0), peak: RequestsPerSecond(1)) })
    }

    private static func made(seed: UInt64) -> Case {
        var random = SeededGenerator(seed: seed)
        let users = countries.filter { _ in random.isOne(in: 3) }
        let planes = (0..<random.next(in: 1...5)).map { number in
            WorkloadPlane(
                metadata: Metadata(name: "plane-\(number)"), provider: random.isOne(in: 2) ? "plain" : "shown",
                region: "r\(number)",
                location: location(random.pick(countries)), driver: .endpoint(EndpointDriver(url: "https://api.example.com")),
                pools: [],
                protection: DataProtection(
                    encryptionInTransit: !random.isOne(in: 3), encryptionAtRest: !random.isOne(in: 3),
                    audit: random.pick(DataProtection.Audit.allCases)))
        }
        let gateway = Gateway(
            metadata: Metadata(name: "door"), location: location(random.pick(countries)),
            clientPlace: ClientPlace(trustedProxies: ["10.0.0.0/8"], countryHeader: "cf-ipcountry"))
        let resources: [Resource] =
            [
                .provider(Provider(metadata: Metadata(name: "plain"), kind: .onPremises)),
                .provider(
                    Provider(
                        metadata: Metadata(name: "shown"), kind: .neocloud,
                        attestations: ["SOC2", "HIPAA-BAA", "PCI-DSS", "EU-US-DPF"])),
                .gateway(gateway),
            ] + planes.map(Resource.workloadPlane)
            + (0..<random.next(in: 0...3)).map { .compliancePolicy(policy($0, &random)) }
            + (0..<3).map { .workload(workload($0, users, &random)) }
        return Case(fleet: Fleet(resources), countries: users)
    }

    private static func table(_ fleet: Fleet) throws -> RoutingTable {
        let composer = SnapshotComposer(fleet: fleet, decision: PlacementDecision(workloads: []))
        var view = FleetView(gateway: "door")
        var snapshot = try #require(composer.snapshots.first)
        snapshot.version = SnapshotVersion(epoch: 1, generation: 1)
        guard case .accepted(let table) = view.accept(snapshot) else { throw NotAccepted() }
        return table
    }

    private struct NotAccepted: Error {}

    @Test("a plane is forbidden to users of a place exactly where the router never sends a client of that place")
    func agree() throws {
        for seed in 1...caseCount(perMille: 50) {
            let made = Self.made(seed: seed)
            let (fleet, table) = (made.fleet, try Self.table(made.fleet))
            let problem = try ProblemBuilder.build(PlanningFacts(fleet: fleet, prices: PriceBook(asOf: "2026-11-21"))).problem
            let forbidden = Set(problem.forbidden.map { "\($0.workload) \($0.origin.prefix { $0 != "#" }) \($0.plane)" })
            for workload in fleet.workloads {
                let index = try #require(table.directory.workloads.firstIndex { $0.name == workload.name })
                let origins: [(name: String, place: PlaceSet?)] =
                    workload.demand.isEmpty
                    ? [("anywhere", .unknown)] : made.countries.map { ("users-\($0)", PlaceSet(country: $0)) }
                for (name, place) in origins {
                    let place = try #require(place)
                    for plane in fleet.planes {
                        let position = try #require(table.directory.planes.firstIndex { $0.name == plane.name })
                        let isSent = table.isInside(WorkloadIndex(index), PlaneIndex(position), for: place)
                        let isForbidden = forbidden.contains("\(workload.name) \(name) \(plane.name)")
                        #expect(isSent == !isForbidden, "seed \(seed): \(workload.name) of \(name) on \(plane.name)")
                    }
                }
            }
        }
    }

    @Test("users of two places go where each of them may, and nobody's gateway adds its own place to what it finds")
    func intersections() throws {
        for seed in 1...caseCount(perMille: 20) {
            let made = Self.made(seed: seed)
            let (fleet, table) = (made.fleet, try Self.table(made.fleet))
            let fence = fleet.fence
            let door = fleet.gateways[0]
            func mayServe(_ workload: Workload, _ plane: WorkloadPlane, _ users: [Jurisdiction]?) -> Bool {
                fence.verdict(workload: workload, plane: plane, userJurisdictions: users).isInside
                    && fence.transitVerdict(workload: workload, gateway: door.location, userJurisdictions: users).isInside
            }
            for (number, workload) in fleet.workloads.enumerated() {
                for (position, plane) in fleet.planes.enumerated() {
                    let (index, at) = (WorkloadIndex(number), PlaneIndex(position))
                    #expect(table.directory[index].name == workload.name && table.directory[at].name == plane.name)
                    #expect(
                        table.isInside(index, at, for: .gateway) == mayServe(workload, plane, door.location.jurisdictions),
                        "seed \(seed)")
                    for (one, other) in zip(made.countries, made.countries.dropFirst()) {
                        let places = try #require(PlaceSet(countries: [one, other], includesUnknown: false))
                        let expected = [one, other].allSatisfy {
                            mayServe(workload, plane, Jurisdiction.covering(country: $0))
                        }
                        #expect(table.isInside(index, at, for: places) == expected, "seed \(seed): \(one) and \(other)")
                    }
                }
            }
        }
    }

    @Test("a fleet that asks nobody where they are has the snapshot it always had")
    func untouched() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            let resources = Self.made(seed: seed).fleet.resources.map { resource in
                guard case .gateway(var gateway) = resource else { return resource }
                gateway.clientPlace = nil
                return Resource.gateway(gateway)
            }
            let composer = SnapshotComposer(fleet: Fleet(resources), decision: PlacementDecision(workloads: []))
            let snapshot = try #require(composer.snapshots.first)
            #expect(snapshot.clientPlace == nil && snapshot.workloads.allSatisfy { $0.placeFences == nil })
        }
    }

    @Test("the home of a tenant is reason enough for fences by place")
    func homes() throws {
        var made = Self.made(seed: 1)
        made.fleet = Fleet(
            made.fleet.resources.map { resource in
                guard case .gateway(var gateway) = resource else { return resource }
                gateway.clientPlace = nil
                return Resource.gateway(gateway)
            } + [
                .tenant(Tenant(metadata: Metadata(name: "acme"), country: "RU")),
                .workload(
                    Workload(
                        metadata: Metadata(name: "personal"), models: ["p"], replica: ReplicaRequirement(profile: []),
                        data: DataRules(classification: .pii))),
            ])
        let snapshot = try #require(
            SnapshotComposer(fleet: made.fleet, decision: PlacementDecision(workloads: [])).snapshots.first)
        let personal = try #require(snapshot.workloads.first { $0.name == "personal" })
        // Personal data of users in Russia stays there, and no plane of the fleet does.
        let fence = try #require(personal.placeFences?.first { $0.countries == ["RU"] })
        let inRussia = made.fleet.planes.filter { $0.location.country == "RU" }.map(\.name)
        #expect(Set(fence.allowedPlanes).isSubset(of: inRussia))
    }
}
