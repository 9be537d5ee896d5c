import FleetModel
import Foundation
import SeededCases
import Testing

@Suite("Coordinates")
struct CoordinatesTests {
    private let toronto = Coordinates(latitude: 43.65, longitude: -79.38)
    private let frankfurt = Coordinates(latitude: 50.11, longitude: 8.68)
    private let singapore = Coordinates(latitude: 1.29, longitude: 103.85)

    @Test("known distances are met (reference: spherical law of cosines)")
    func knownDistances() {
        let pole = Coordinates(latitude: 90, longitude: 0)
        let origin = Coordinates(latitude: 0, longitude: 0)
        #expect(abs(origin.kilometres(to: pole) - .pi / 2 * 6_371) < 1e-6)
        #expect(abs(origin.kilometres(to: Coordinates(latitude: 0, longitude: 180)) - .pi * 6_371) < 1e-3)
        #expect(abs(origin.kilometres(to: Coordinates(latitude: 0, longitude: 1)) - 111.1949) < 1e-3)
        #expect(abs(toronto.kilometres(to: frankfurt) - 6_332.9) < 0.1)
        #expect(abs(frankfurt.kilometres(to: singapore) - 10_265.6) < 0.1)
    }

    @Test("a place is no distance from itself, and as far there as back")
    func symmetry() {
        for place in [toronto, frankfurt, singapore] { #expect(place.kilometres(to: place) == 0) }
        #expect(toronto.kilometres(to: singapore) == singapore.kilometres(to: toronto))
    }

    @Test("the meridian of the date line does not part neighbours")
    func dateLine() {
        let west = Coordinates(latitude: -18, longitude: 179.9)
        let east = Coordinates(latitude: -18, longitude: -179.9)
        #expect(west.kilometres(to: east) < 25)
    }

    @Test("the core's own trigonometry agrees with the C library's to a metre, everywhere")
    func agreesWithLibrary() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<10_000 {
            let a = Coordinates(
                latitude: .random(in: -90...90, using: &generator), longitude: .random(in: -180...180, using: &generator))
            let isNear = Bool.random(using: &generator)
            let b =
                isNear
                ? Coordinates(
                    latitude: max(-90, min(90, -a.latitude + .random(in: -0.1...0.1, using: &generator))),
                    longitude: a.longitude > 0 ? a.longitude - 180 : a.longitude + 180)
                : Coordinates(
                    latitude: .random(in: -90...90, using: &generator), longitude: .random(in: -180...180, using: &generator))
            let radians = Double.pi / 180
            let h =
                pow(sin((b.latitude - a.latitude) * radians / 2), 2)
                + cos(a.latitude * radians) * cos(b.latitude * radians) * pow(sin((b.longitude - a.longitude) * radians / 2), 2)
            let expected = 2 * 6_371 * asin(min(1, sqrt(h)))
            // Opposite points: the haversine itself loses digits near 1, in both computations alike.
            #expect(abs(a.kilometres(to: b) - expected) < (isNear ? 0.1 : 0.001), "seed 3: \(a) \(b)")
        }
    }

    @Test("round trips: at least light in fibre, expected 1.8 times that and a millisecond")
    func roundTrips() {
        let kilometres = toronto.kilometres(to: frankfurt)
        #expect(abs(toronto.leastRoundTrip(to: frankfurt).milliseconds - kilometres / 100) < 0.001)
        #expect(abs(toronto.expectedRoundTrip(to: frankfurt).milliseconds - (kilometres / 100 * 1.8 + 1)) < 0.001)
        #expect(toronto.leastRoundTrip(to: toronto) == .zero)
    }
}
