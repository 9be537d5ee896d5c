/// Money per time: US dollars per hour. Written `1.25 USD/h`.
package struct USDPerHour: Hashable, Sendable, Comparable {
    package var value: Double
    package init(_ value: Double) { self.value = value }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Requests per second. Written `11 req/s`.
package struct RequestsPerSecond: Hashable, Sendable, Comparable {
    package var value: Double
    package init(_ value: Double) { self.value = value }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Tokens per second. Written `9000 tok/s`.
package struct TokensPerSecond: Hashable, Sendable, Comparable {
    package var value: Double
    package init(_ value: Double) { self.value = value }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Memory in gibibytes (2³⁰ bytes). Written `80GiB` (also Kubernetes' `80Gi`).
package struct Gibibytes: Hashable, Sendable, Comparable {
    package var value: Double
    package init(_ value: Double) { self.value = value }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// A part of a whole, 0 to 1. Written `80%`.
package struct Share: Hashable, Sendable, Comparable {
    package var fraction: Double
    package init(_ fraction: Double) { self.fraction = fraction }
    package static func < (left: Self, right: Self) -> Bool { left.fraction < right.fraction }
    package static let none = Share(0)
    package static let whole = Share(1)
}

extension Duration {
    /// The duration in milliseconds, fractions included.
    package var milliseconds: Double {
        Double(components.seconds) * 1_000 + Double(components.attoseconds) / 1e15
    }

    /// The duration in seconds, fractions included.
    package var seconds: Double { milliseconds / 1_000 }
}
