import FleetModel

/// Round trips in nanoseconds: measured where both ends stand in or beside measured regions, else estimated from the distance, as
/// planning does.
struct WorldNetwork: Sendable {
    private let prices: PriceBook
    private let gatewayPlaces: [(location: Location, region: RegionKey?)]
    /// By gateway, then plane.
    let inside: [[Int64]]

    init(fleet: Fleet, prices: PriceBook) {
        self.prices = prices
        let gateways = fleet.gateways.map { ($0.location, prices.vantages[$0.location.coordinates]) }
        gatewayPlaces = gateways
        inside = gateways.map { gateway in
            fleet.planes.map { plane in
                Self.roundTrip(prices, gateway.0.coordinates, gateway.1, plane.location.coordinates, plane.regionKey)
            }
        }
    }

    /// From users to each gateway.
    func outside(from users: Location) -> [Int64] {
        let region = prices.vantages[users.coordinates]
        return gatewayPlaces.map {
            Self.roundTrip(prices, users.coordinates, region, $0.location.coordinates, $0.region)
        }
    }

    private static func roundTrip(
        _ prices: PriceBook, _ one: Coordinates, _ oneRegion: RegionKey?, _ other: Coordinates, _ otherRegion: RegionKey?
    ) -> Int64 {
        if let oneRegion, let otherRegion, let measured = prices.roundTrip(from: oneRegion, to: otherRegion) {
            return Int64(measured.milliseconds * 1e6)
        }
        return max(200_000, one.expectedRoundTrip(to: other).nanoseconds)
    }
}
