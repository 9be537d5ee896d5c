/// What a scenario takes away: a region, a provider, a provider's spot, or one plane; all of it or a share of its nodes.
package struct Loss: Equatable, Sendable, CustomStringConvertible {
    package enum Place: Equatable, Sendable {
        case region(provider: String, region: String)
        case provider(String)
        case spot(provider: String)
        case plane(String)
    }

    package var place: Place
    /// Share of each pool's nodes that is lost, above 0, at most 1.
    package var share: Double

    package init(_ place: Place, share: Double = 1) { (self.place, self.share) = (place, share) }

    /// As plans write it: `region:aws/us-east-1`, `provider:aws`, `spot:aws`, `plane:toronto`; a part with `=30%` behind it.
    package var description: String {
        let part = share < 1 ? "=" + Figure.percent(share) : ""
        return switch place {
        case .region(let provider, let region): "region:\(provider)/\(region)" + part
        case .provider(let name): "provider:\(name)" + part
        case .spot(let provider): "spot:\(provider)" + part
        case .plane(let name): "plane:\(name)" + part
        }
    }

    /// In a sentence: "region aws/us-east-1", "30% of region aws/us-east-1".
    package var words: String {
        let part = share < 1 ? Figure.percent(share) + " of " : ""
        return switch place {
        case .region(let provider, let region): "\(part)region \(provider)/\(region)"
        case .provider(let name): "\(part)provider \(name)"
        case .spot(let provider): "\(share < 1 ? part : "all ")spot of \(provider)"
        case .plane(let name): "\(part)plane \(name)"
        }
    }

    func strikes(_ pool: PlanningProblem.Pool, of plane: PlanningProblem.Plane) -> Bool {
        switch place {
        case .region(let provider, let region): plane.provider == provider && plane.region == region
        case .provider(let name): plane.provider == name
        case .spot(let provider): plane.provider == provider && pool.tier == .spot
        case .plane(let name): plane.name == name
        }
    }
}
