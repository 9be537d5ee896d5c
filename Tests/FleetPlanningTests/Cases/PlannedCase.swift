import FleetPlanning
import Testing

/// A problem whose best plan was worked out by hand.
struct PlannedCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let problem: PlanningProblem
    let optimumUSD: Double

    init(_ description: String, _ problem: PlanningProblem, optimumUSD: Double) {
        (testDescription, self.problem, self.optimumUSD) = (description, problem, optimumUSD)
    }

    static let all = thirtyDays + regionHalfGone + threeModels + viralService + onPremisesBurst + heterogeneousGPUs

    static func pool(
        _ plane: String, _ tier: PlanningProblem.Pool.Tier, _ price: Double, gpus: Int = 1, limit: Int,
        on accelerator: String = "GPU"
    ) -> PlanningProblem.Pool {
        .init(
            plane: plane, name: "\(accelerator)-\(tier.rawValue)", accelerator: accelerator, acceleratorsPerNode: gpus,
            tier: tier,
            usdPerNodeHour: price, maxNodes: limit)
    }

    static func profile(_ gpus: Int = 1, _ rate: Double) -> [String: PlanningProblem.Profile] {
        ["GPU": .init(acceleratorsPerReplica: gpus, requestsPerSecond: rate)]
    }

    /// Demand by origin in one block.
    static func demand(_ workload: String, _ rates: KeyValuePairs<String, Double>, in block: String) -> [PlanningProblem.Demand] {
        rates.map { .init(workload: workload, origin: $0.key, block: block, requestsPerSecond: $0.value) }
    }

    /// Round trips of one origin to some planes.
    static func rtt(_ origin: String, _ milliseconds: KeyValuePairs<String, Double>) -> [PlanningProblem.RoundTrip] {
        milliseconds.map { .init(origin: origin, plane: $0.key, milliseconds: $0.value) }
    }
}
