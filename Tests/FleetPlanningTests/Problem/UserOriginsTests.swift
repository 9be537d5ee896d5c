import FleetModel
import FleetPlanning
import Testing

@Suite("Who counts as one origin, and how far it is from every plane")
struct UserOriginsTests {
    private typealias F = SmallFleet

    private func built(_ resources: [Resource], prices: PriceBook = PriceBook(asOf: "2026-11-21")) throws
        -> (problem: PlanningProblem, origin: ProblemOrigin)
    {
        try ProblemBuilder.build(F.facts(resources, prices: prices))
    }

    private func trips(_ problem: PlanningProblem) -> [String: Double] {
        Dictionary(uniqueKeysWithValues: problem.rtt.map { ("\($0.origin) > \($0.plane)", $0.milliseconds) })
    }

    /// The documented estimate: 1.8 ms for 100 km and 1 ms for the last hops, cut to a microsecond.
    private func estimate(_ one: Location, _ other: Location) -> Double {
        (one.coordinates.kilometres(to: other.coordinates) * 18 + 1_000).rounded(.down) / 1_000
    }

    private let planes = [
        F.provider("aws"), F.plane("fra", "aws", "eu-central-1", at: F.frankfurt),
        F.plane("sin", "aws", "ap-southeast-1", at: F.singapore),
    ]

    @Test("without gateways the way is direct")
    func direct() throws {
        let (problem, origin) = try built(planes + [F.workload("chat", demand: [F.demand("Toronto", F.toronto, 5)])])
        #expect(
            trips(problem) == [
                "Toronto > fra": estimate(F.toronto, F.frankfurt), "Toronto > sin": estimate(F.toronto, F.singapore),
            ])
        #expect(origin.roundTrips.allSatisfy { $0.gateway == nil && $0.basis == .estimated })
    }

    @Test("with gateways the way leads through the one that makes it shortest, whichever is nearer to the users")
    func bestGateway() throws {
        let (problem, origin) = try built(
            planes + [
                F.gateway("fra", at: F.frankfurt), F.gateway("sin", at: F.singapore),
                F.workload("chat", demand: [F.demand("Toronto", F.toronto, 5)]),
            ])
        let viaFrankfurt = estimate(F.toronto, F.frankfurt)
        let (long, detour) = (estimate(F.toronto, F.singapore), estimate(F.frankfurt, F.singapore))
        let tripsFound = trips(problem)
        #expect(try #require(tripsFound["Toronto > fra"]) == ((viaFrankfurt + 1) * 1_000).rounded() / 1_000)
        let best = min(viaFrankfurt + detour, long + 1)
        #expect(abs(try #require(tripsFound["Toronto > sin"]) - best) < 1e-9)
        #expect(origin.roundTrips.first { $0.plane == "sin" }?.gateway == (viaFrankfurt + detour < long + 1 ? "fra" : "sin"))
    }

    @Test("a rule on transit makes users of one place two origins, and only where it changes their way")
    func transitDeny() throws {
        let rules = DataRules(residency: ["EU"], transit: .deny)
        let demand = [F.demand("Singapore", F.singapore, 5), F.demand("Frankfurt", F.frankfurt, 5)]
        let (problem, origin) = try built(
            planes + [
                F.gateway("fra", at: F.frankfurt), F.gateway("sin", at: F.singapore), F.workload("chat", demand: demand),
                F.workload("phi", demand: demand, data: rules),
            ])
        // From Frankfurt the way leads by its own gateway, allowed or not by Singapore's: both workloads' users are one origin.
        #expect(origin.users.map(\.name) == ["Singapore", "Frankfurt", "Singapore#phi"])
        #expect(origin.users.map(\.workloads) == [["chat"], ["chat", "phi"], ["phi"]])
        let found = trips(problem)
        let between = estimate(F.frankfurt, F.singapore)
        // Open: in at Singapore's own gateway. Fenced: to Frankfurt and back.
        #expect(try #require(found["Singapore > sin"]) == 2)
        #expect(abs(try #require(found["Singapore#phi > sin"]) - 2 * between) < 1e-9)
        #expect(abs(try #require(found["Singapore#phi > fra"]) - (between + 1)) < 1e-9)
        // Rules on the plane itself stay rules: Singapore's is outside, whatever the way.
        #expect(
            problem.forbidden.map { "\($0.workload) \($0.origin) \($0.plane)" }.sorted()
                == origin.users.filter { $0.workloads.contains("phi") }.map { "phi \($0.name) sin" }.sorted())
        #expect(problem.demand.filter { $0.workload == "phi" }.map(\.origin).contains("Singapore#phi"))
    }

    @Test("where no gateway may handle the data there is no way, and the rule says so")
    func noAllowedGateway() throws {
        let (problem, _) = try built(
            planes + [
                F.gateway("sin", at: F.singapore),
                F.workload(
                    "phi", demand: [F.demand("Frankfurt", F.frankfurt, 5)], data: DataRules(residency: ["EU"], transit: .deny)),
            ])
        #expect(problem.rtt.isEmpty)
        #expect(problem.forbidden.map(\.plane) == ["fra", "sin"])
        #expect(try #require(problem.forbidden.first).because.contains("no gateway"))
    }

    @Test("workloads share the origins of equal places; other places of the name get their country's")
    func sameName() throws {
        let london = Location(coordinates: Coordinates(latitude: 51.5, longitude: -0.13), country: "GB")
        let ontario = Location(coordinates: Coordinates(latitude: 42.98, longitude: -81.25), country: "CA")
        let (problem, origin) = try built(
            planes + [
                F.workload("a", demand: [F.demand("London", london, 5)]),
                F.workload("b", demand: [F.demand("London", ontario, 5), F.demand("London, CA", F.toronto, 1)]),
                F.workload("c", demand: [F.demand("London", london, 5)]),
            ])
        #expect(origin.users.map(\.name) == ["London", "London, CA#2", "London, CA"])
        #expect(origin.users.map(\.workloads) == [["a", "c"], ["b"], ["b"]])
        #expect(problem.rtt.count == 6)
    }

    @Test("legs between measured regions are as measured; other legs are estimated, and reports can tell")
    func measured() throws {
        var prices = PriceBook(asOf: "2026-11-21")
        let (fra, sin, yul) = (
            RegionKey("aws", "eu-central-1"), RegionKey("aws", "ap-southeast-1"), RegionKey("aws", "ca-central-1")
        )
        func trip(_ value: Double) -> MeasuredRoundTrip { MeasuredRoundTrip(milliseconds: value, asOf: "2022-04", source: "s") }
        prices.roundTrips = [RegionPair(fra, sin): trip(150.25), RegionPair(yul, fra): trip(92)]
        prices.vantages = [F.frankfurt.coordinates: fra, F.toronto.coordinates: yul]
        let (problem, origin) = try built(
            planes + [
                F.gateway("fra", at: F.frankfurt),
                F.workload(
                    "chat", demand: [F.demand("Toronto", F.toronto, 5), F.demand("Singapore", F.singapore, 1)]),
            ], prices: prices)
        // Toronto stands beside ca-central-1: 92 to Frankfurt. Frankfurt's gateway to its own plane is no distance: 1 ms estimated.
        // Singapore's users stand beside no measured region, so their way to Frankfurt is estimated.
        let out = estimate(F.singapore, F.frankfurt)
        let found = trips(problem)
        #expect(try #require(found["Toronto > sin"]) == 242.25)
        #expect(try #require(found["Toronto > fra"]) == 93)
        #expect(abs(try #require(found["Singapore > sin"]) - (out + 150.25)) < 1e-9)
        #expect(abs(try #require(found["Singapore > fra"]) - (out + 1)) < 1e-9)
        #expect(
            origin.roundTrips.map { "\($0.origin) \($0.plane) \($0.basis.rawValue)" } == [
                "Toronto fra partly measured", "Toronto sin measured", "Singapore fra estimated",
                "Singapore sin partly measured",
            ])
    }
}
