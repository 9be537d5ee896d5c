/// The spot policies there are, by the names users give them.
package enum SpotPolicyChoice: Hashable, Sendable, CustomStringConvertible {
    case onDemand, roundRobin, spotHedge, adaptive
    /// `static-1-50`: one node, and half of those above it, on demand.
    case mix(onDemandBase: Int, percentage: Int)

    /// The policy a fleet gets that names none.
    package static let standard = SpotPolicyChoice.adaptive

    /// What `init(_:)` takes, for people.
    package static let accepted = "default, spothedge, round-robin, on-demand or static-BASE-PERCENT such as static-1-50"

    package init?(_ text: some StringProtocol) {
        switch text {
        case "on-demand": self = .onDemand
        case "round-robin": self = .roundRobin
        case "spothedge": self = .spotHedge
        case "default": self = .standard
        default:
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "static", let base = Int(parts[1]), let percentage = Int(parts[2]),
                (0...SpotMarket.targetLimit).contains(base), (0...100).contains(percentage)
            else { return nil }
            self = .mix(onDemandBase: base, percentage: percentage)
        }
    }

    package var description: String {
        switch self {
        case .onDemand: "on-demand"
        case .roundRobin: "round-robin"
        case .spotHedge: "spothedge"
        case .adaptive: "default"
        case .mix(let base, let percentage): "static-\(base)-\(percentage)"
        }
    }

    /// A policy that has seen nothing yet.
    ///
    /// - Parameter seed: of those that draw.
    package func policy(_ market: SpotMarket, seed: UInt64) -> any LiveSpotPolicy {
        switch self {
        case .onDemand: OnDemandOnly(market)
        case .roundRobin: RoundRobinSpot(market)
        case .spotHedge: SpotHedge(market, seed: seed)
        case .adaptive: AdaptiveHedge(market)
        case .mix(let base, let percentage): StaticSpotMix(market, onDemandBase: base, percentage: percentage)
        }
    }
}
