import FleetModel
import FleetRouting
import SeededCases

/// A fleet made from a seed, with whatever a snapshot can say about who may go where, and what a test knows of it by itself.
struct RandomFleet {
    static let gateway = "the gateway's place"
    static let unknown = "an unknown place"
    static let countries = ["BR", "CA", "DE", "FR", "IN", "SG", "US"]
    private static let conditions = RetryPolicy.Condition.allCases

    private(set) var snapshot: RoutingSnapshot
    private let planes: [PlaneName]
    private let workloads: [WorkloadName]

    init(_ random: inout SeededGenerator) {
        planes = (0..<random.next(in: 1...6)).map { PlaneName("plane-\($0)") }
        workloads = (0..<random.next(in: 1...4)).map { WorkloadName("workload-\($0)") }
        snapshot = RoutingSnapshot(
            version: SnapshotVersion(epoch: 1, generation: 0), gateway: "frankfurt",
            gatewayLocation: Location(coordinates: Coordinates(latitude: 50.11, longitude: 8.68), country: "DE"), workloads: [],
            planes: [], routes: [])
        change(&random)
    }

    /// Declares everything anew.
    mutating func change(_ random: inout SeededGenerator) {
        snapshot.version.generation += 1
        snapshot.planes = planes.filter { _ in !random.isOne(in: 8) }.map { name in
            .init(
                name: name, provider: "p", region: "r",
                coordinates: Coordinates(
                    latitude: Double(random.next(in: -60...60)), longitude: Double(random.next(in: -180...180))),
                isDrained: random.isOne(in: 5))
        }
        snapshot.workloads = workloads.map { workload($0, &random) }
        snapshot.routes = [.init(name: "openai", paths: ["/v1/"])]
        if random.isOne(in: 2) {
            snapshot.routes[0].resilience = RouteResilience(fallback: chain(&random))
        }
    }

    private func workload(_ name: WorkloadName, _ random: inout SeededGenerator) -> RoutingSnapshot.Workload {
        RoutingSnapshot.Workload(
            name: name, models: [name.rawValue], latencyBudgetMilliseconds: Double(random.next(in: 1...200)),
            failoverLatencyBudgetMilliseconds: Double(random.next(in: 100...400)), allowedPlanes: some(planes, &random),
            placedPlanes: some(planes, &random), refusal: random.isOne(in: 10) ? "no" : nil, ratesPerReplica: ["H100": 10],
            resilience: WorkloadResilience(
                outlierDetection: OutlierDetection(maxEjectionShare: Double(random.next(in: 1...4)) / 4),
                circuitBreakers: CircuitBreakers(maxRequests: random.isOne(in: 4) ? random.next(in: 1...8) : nil),
                fallback: chain(&random)),
            placeFences: random.isOne(in: 3) ? nil : fences(&random))
    }

    private func chain(_ random: inout SeededGenerator) -> [Fallback] {
        (0..<random.below(3)).map { _ in Fallback(workload: random.pick(workloads)) }
    }

    /// Every place in at most one fence, some in none.
    private func fences(_ random: inout SeededGenerator) -> [RoutingSnapshot.PlaceFence] {
        var fences = (0..<random.next(in: 1...3)).map { _ in
            RoutingSnapshot.PlaceFence(
                countries: [], allowedPlanes: some(planes, &random), refusal: random.isOne(in: 10) ? "no" : nil)
        }
        for country in Self.countries where !random.isOne(in: 8) {
            fences[random.below(fences.count)].countries.append(country)
        }
        if !random.isOne(in: 4) { fences[random.below(fences.count)].includesUnknown = true }
        return fences
    }

    private func some<Element>(_ elements: [Element], _ random: inout SeededGenerator) -> [Element] {
        elements.filter { _ in !random.isOne(in: 3) }
    }

    /// What a plane says next: replicas of every workload there is, wherever they may not be asked too.
    func report(_ random: inout SeededGenerator) -> (plane: PlaneName, replicas: [ReplicaReport]) {
        let states: [ReplicaReport.State] = [.ready, .ready, .ready, .ready, .ready, .starting, .unready, .draining]
        let position = random.below(planes.count)
        var replicas: [ReplicaReport] = []
        for (number, workload) in workloads.enumerated() {
            for incarnation in 0..<random.below(3) {
                replicas.append(
                    FleetFixture.replica(
                        "\(planes[position])/\(workload)/\(incarnation + 1)",
                        "127.\(position).\(number).1:\(20_000 + incarnation)", random.pick(states), running: random.below(40),
                        waiting: random.isOne(in: 2) ? random.below(30) : nil))
            }
        }
        return (planes[position], replicas)
    }

    /// The judge: by the snapshot alone, one place and one workload after the other, without anything the router is made of.
    func mayGo(_ asked: [WorkloadName], from places: Set<String>, to plane: PlaneName) -> Bool {
        guard !places.isEmpty, snapshot.planes.contains(where: { $0.name == plane }) else { return false }
        for name in asked {
            guard let workload = snapshot.workloads.first(where: { $0.name == name }) else { return false }
            for place in places {
                if place == Self.gateway || workload.placeFences == nil {
                    if workload.refusal != nil || !workload.allowedPlanes.contains(plane) { return false }
                    continue
                }
                let fence = workload.placeFences?.first {
                    place == Self.unknown ? $0.includesUnknown : $0.countries.contains(place)
                }
                guard let fence, fence.refusal == nil, fence.allowedPlanes.contains(plane) else { return false }
            }
        }
        return true
    }

    /// Where a request comes from, as the judge and as the router have it.
    static func places(_ random: inout SeededGenerator) -> (names: Set<String>, places: PlaceSet) {
        switch random.below(6) {
        case 0: return ([gateway], .gateway)
        case 1: return ([unknown], .unknown)
        case 2:
            let home = random.pick(countries)
            return ([gateway, home], PlaceSet.gateway.union(PlaceSet(country: home) ?? .nowhere))
        default:
            let names = (0..<random.next(in: 1...3)).map { _ in random.pick(countries) }
            return (Set(names), PlaceSet(countries: names, includesUnknown: false) ?? .nowhere)
        }
    }
}
