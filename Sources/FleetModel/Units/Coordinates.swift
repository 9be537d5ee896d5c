/// A place on Earth in degrees, WGS84.
package struct Coordinates: Hashable, Sendable, Codable {
    package var latitude: Double
    package var longitude: Double

    package init(latitude: Double, longitude: Double) {
        (self.latitude, self.longitude) = (latitude, longitude)
    }

    /// Great-circle distance in kilometres (haversine, mean Earth radius 6,371 km).
    package func kilometres(to other: Coordinates) -> Double {
        let radians = Double.pi / 180
        let sinLatitude = Self.sine((other.latitude - latitude) * radians / 2)
        let sinLongitude = Self.sine((other.longitude - longitude) * radians / 2)
        let cosines = Self.sine((90 - latitude) * radians) * Self.sine((90 - other.latitude) * radians)
        let chord = (sinLatitude * sinLatitude + cosines * sinLongitude * sinLongitude).squareRoot()
        return 2 * 6_371 * Self.arcsine(min(1, chord))
    }

    /// The least round-trip time physics allows between two places: light in fibre covers about 200 km a millisecond, so a
    /// round trip costs 1 ms per 100 km. A measured value below it means that something nearer answered.
    package func leastRoundTrip(to other: Coordinates) -> Duration {
        .microseconds(Int64(kilometres(to: other) * 10))
    }

    /// A round-trip time to expect where none was measured: 1.8 times the fibre limit (the median between the measured cloud
    /// regions of the 2022 Skyplane profile) plus 1 ms for the last hops.
    package func expectedRoundTrip(to other: Coordinates) -> Duration {
        .microseconds(Int64(kilometres(to: other) * 18 + 1_000))
    }

    // The standard library has no trigonometry and the core imports no C library, so that every platform computes the same bits.
    // Taylor series after reduction to [-π/2, π/2]; the error is below 1e-9, far under any distance that matters.
    private static func sine(_ angle: Double) -> Double {
        var x = angle.truncatingRemainder(dividingBy: 2 * .pi)
        if x > .pi { x -= 2 * .pi } else if x < -.pi { x += 2 * .pi }
        if x > .pi / 2 { x = .pi - x } else if x < -.pi / 2 { x = -.pi - x }
        var term = x
        var sum = x
        for n in 1...9 {
            term *= -x * x / Double((2 * n) * (2 * n + 1))
            sum += term
        }
        return sum
    }

    /// Inverse of ``sine(_:)`` on [0, 1] by Newton's method from a square-root start (exact at both ends).
    private static func arcsine(_ value: Double) -> Double {
        if value >= 1 { return .pi / 2 }
        var angle = .pi / 2 - (2 * (1 - value)).squareRoot()
        for _ in 0..<12 {
            let slope = sine(.pi / 2 - angle)
            if slope < 1e-9 { break }
            angle -= (sine(angle) - value) / slope
        }
        return angle
    }
}
