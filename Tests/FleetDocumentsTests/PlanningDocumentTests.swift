import FleetDocuments
import FleetModel
import Foundation
import Testing

@Suite("Planning documents")
struct PlanningDocumentTests {
    private static func sample() throws -> [Resource] {
        try FleetDecoder.decode([FleetFile(name: "fleet.yaml", text: planningSample)]).get()
    }

    @Test("name line, field, what is wrong and what would be right", arguments: Mistake.planning)
    func mistake(_ mistake: Mistake) { #expect(mistake.told(in: planningSample) == mistake.told) }

    @Test("prices, availability and terms of providers, planes and pools")
    func places() throws {
        let fleet = Fleet(try Self.sample())
        let provider = try #require(fleet.providers.first)
        #expect(provider.egress == USDPerGiB(0.08) && provider.storage == USDPerGiBMonth(0.02))
        #expect(provider.availability == Share(0.9995))
        let plane = try #require(fleet.planes.first)
        #expect(plane.egress == USDPerGiB(0.14) && plane.availability == Share(0.995))
        #expect(plane.pools.map(\.accelerator) == ["H100-80GB", "A100-80GB"])
        #expect(plane.pools.map(\.commitment) == [.threeYears, nil])
        #expect(plane.pools.map(\.term) == [.threeYears, nil])
        #expect(plane.pools[1].interruptionsPerNodeHour == 0.05 && plane.pools[1].replacementTime == .seconds(1_800))
    }

    @Test("what a replica needs, with the count for the types that do not say")
    func replica() throws {
        let workload = try #require(Fleet(try Self.sample()).workloads.first)
        #expect(workload.workloadClass == .training)
        let replica = workload.replica
        #expect(replica.memory == Gibibytes(40) && replica.accelerators == 2 && replica.artifact == Gibibytes(13))
        #expect(replica.architectures == [.hopper, .ampere] && replica.types == ["H100-80GB", "A100-80GB"])
        #expect(
            replica.profile == [
                AcceleratorProfile(accelerator: "H100-80GB", accelerators: 2, rate: RequestsPerSecond(3)),
                AcceleratorProfile(accelerator: "A100-80GB", accelerators: 4, rate: RequestsPerSecond(2)),
            ])
        #expect(workload.objective.targetUtilization == Share(0.7) && workload.egressPerRequest == Gibibytes(1.5 / 1_024))
    }

    @Test("demand by users and by hours")
    func demand() throws {
        let demand = try #require(Fleet(try Self.sample()).workloads.first?.demand.first)
        #expect(demand.volume == .concurrent(users: 5_000, requestDuration: .seconds(20)))
        #expect(demand.utcOffset == UTCOffset(minutes: 540) && demand.latencyBudget == .milliseconds(200))
        // Monday 09:00 UTC is 18:00 in Tokyo, the peak: 5000 users, 20 s each.
        #expect(demand.rate(hourOfWeekUTC: 9) == RequestsPerSecond(250))
        #expect(demand.rate(hourOfWeekUTC: 17) == RequestsPerSecond(250 * 0.05))
    }

    @Test("budgets and plans")
    func plans() throws {
        let fleet = Fleet(try Self.sample())
        #expect(fleet.budgets.map(\.ceiling) == [USDPerHour(10)])
        let plan = try #require(fleet.planInForce)
        #expect(plan.fleetGeneration == 12)
        #expect(plan.block(hourOfWeekUTC: 13) == "day" && plan.block(hourOfWeekUTC: 14) == "night")
        #expect(plan.replicas(in: "day") == [.init(workload: "draw", plane: "tokyo", pool: "held", block: "day", count: 8)])
    }

    @Test("an unknown type stays as it is written, and one value stands without a list")
    func plainForms() throws {
        let text = planningSample.replacingOccurrences(of: "accelerator: nvidia-h100-80gb", with: "accelerator: Homemade-9")
            .replacingOccurrences(of: "[Hopper, ampere]", with: "hopper")
        let resources = try FleetDecoder.decode([FleetFile(name: "f", text: text)]).get()
        let fleet = Fleet(resources)
        #expect(fleet.planes[0].pools[0].accelerator == "Homemade-9")
        #expect(fleet.workloads[0].replica.architectures == [.hopper])
        #expect(FleetEncoder.yaml(resources).contains("architecture: hopper\n"))
    }

    @Test("a stored resource keeps the spelling it was stored with")
    func stored() throws {
        let plane = try #require(try Self.sample().first { $0.kind == .workloadPlane })
        let json = FleetEncoder.json(plane).replacingOccurrences(of: "A100-80GB", with: "A100")
        guard case .workloadPlane(let read) = try FleetDecoder.decodeResource(json: json).get() else {
            return #expect(Bool(false), "another kind was read")
        }
        #expect(read.pools[1].accelerator == "A100")
    }

    @Test("a plan of many rows that name nothing known is refused quickly, and told briefly")
    func hostilePlan() {
        var text = """
            apiVersion: tradewind.dev/v1alpha1
            kind: PlacementPlan
            metadata: { name: default }
            spec:
              blocks: [all]
              hours: [\(Array(repeating: "0", count: 24).joined(separator: ", "))]
              replicas:

            """
        for row in 0..<25_000 { text += "    - { workload: w\(row), plane: p\(row), pool: x, block: all, count: 1 }\n" }
        let told = problems(in: text)
        #expect(told.contains { $0.contains("25000 entries are given; at most 20000 entries") })
        #expect(told.count { $0.contains("there is no") } == 16)
    }

    @Test("a plan that fills its file can be read again from the store, where it is longer")
    func largestPlan() throws {
        let (workload, plane, pool) = ("w", "p", "x")
        let long = { (name: String) in String(repeating: name, count: 58) }
        var text = """
            apiVersion: tradewind.dev/v1alpha1
            kind: PlacementPlan
            metadata: { name: default }
            spec:
              blocks: [all]
              hours: [\(Array(repeating: "0", count: 24).joined(separator: ", "))]
              replicas:

            """
        for row in 10_000..<30_000 {
            let line =
                "  - {workload: \(long(workload)), plane: \(long(plane)), pool: \(long(pool))\(row), block: all, count: 1}\n"
            guard text.utf8.count + line.utf8.count <= DocumentLimit.fileBytes else { break }
            text += line
        }
        let known = [
            ResourceKey(kind: .workload, name: long(workload)), ResourceKey(kind: .workloadPlane, name: long(plane)),
        ]
        let plan = try #require(try FleetDecoder.decode([FleetFile(name: "f", text: text)], known: known).get().first)
        let json = FleetEncoder.json(plan)
        #expect(json.utf8.count > DocumentLimit.fileBytes)
        #expect(try FleetDecoder.decodeResource(json: json).get() == plan)
    }
}
