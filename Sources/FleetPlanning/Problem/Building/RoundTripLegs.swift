import FleetModel

/// How long a round trip between two places takes: as measured where both stand in or beside measured regions, else estimated.
///
/// A plane stands in its region; users and gateways count as in the measured region beside them
/// (``PriceBook/vantages``). The way between a place and that region is left out: they are neighbours, 1 ms in fibre at most.
struct RoundTripLegs {
    struct Leg: Equatable {
        var milliseconds: Double
        var isMeasured: Bool
    }

    struct Place: Hashable {
        let coordinates: Coordinates
        /// The measured region it stands in or beside.
        let region: RegionKey?
    }

    let prices: PriceBook

    func place(_ location: Location) -> Place {
        Place(coordinates: location.coordinates, region: prices.vantages[location.coordinates])
    }

    func place(_ plane: WorkloadPlane) -> Place {
        Place(coordinates: plane.location.coordinates, region: plane.regionKey)
    }

    func leg(_ one: Place, _ other: Place) -> Leg {
        if let first = one.region, let second = other.region, let measured = prices.roundTrip(from: first, to: second) {
            return Leg(milliseconds: measured.milliseconds, isMeasured: true)
        }
        return Leg(milliseconds: one.coordinates.expectedRoundTrip(to: other.coordinates).milliseconds, isMeasured: false)
    }
}

/// Round trips from users to planes, by the best of the gateways that may handle their data, or direct where the fleet has none.
struct UserPaths {
    struct Path: Equatable {
        /// Position among the fleet's gateways; nil for a direct way.
        var gateway: Int?
        var milliseconds: Double
        var basis: ProblemOrigin.Path.Basis
    }

    private let legs: RoundTripLegs
    private let planes: [RoundTripLegs.Place]
    private let gateways: [RoundTripLegs.Place]
    /// By gateway, then plane.
    private let inner: [[RoundTripLegs.Leg]]

    init(fleet: Fleet, prices: PriceBook) {
        let legs = RoundTripLegs(prices: prices)
        let planes = fleet.planes.map(legs.place)
        let gateways = fleet.gateways.map { legs.place($0.location) }
        (self.legs, self.planes, self.gateways) = (legs, planes, gateways)
        inner = gateways.map { gateway in planes.map { legs.leg(gateway, $0) } }
    }

    /// By plane; nil where no way is allowed.
    ///
    /// - Parameters:
    ///   - users: Where they are; nil for users who may be anywhere, whose way to their gateway counts as nothing.
    ///   - allowed: The gateways that may handle their data.
    func paths(from users: Location?, through allowed: [Int]) -> [Path?] {
        let start = users.map(legs.place)
        if gateways.isEmpty {
            return planes.map { plane in
                guard let start else { return Path(gateway: nil, milliseconds: 0, basis: .estimated) }
                let leg = legs.leg(start, plane)
                return Path(gateway: nil, milliseconds: leg.milliseconds, basis: leg.isMeasured ? .measured : .estimated)
            }
        }
        let outer = allowed.map { gateway in
            (gateway, start.map { legs.leg($0, gateways[gateway]) } ?? RoundTripLegs.Leg(milliseconds: 0, isMeasured: true))
        }
        return planes.indices.map { plane in
            var best: Path?
            for (gateway, first) in outer {
                let second = inner[gateway][plane]
                let sum = Self.rounded(first.milliseconds + second.milliseconds)
                if let known = best, known.milliseconds <= sum { continue }
                let basis: ProblemOrigin.Path.Basis =
                    first.isMeasured == second.isMeasured ? (first.isMeasured ? .measured : .estimated) : .partlyMeasured
                best = Path(gateway: gateway, milliseconds: sum, basis: basis)
            }
            return best
        }
    }

    /// To a microsecond, so that a sum of legs does not show binary fractions.
    private static func rounded(_ milliseconds: Double) -> Double { (milliseconds * 1_000).rounded() / 1_000 }
}
