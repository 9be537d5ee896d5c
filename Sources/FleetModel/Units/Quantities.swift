/// Money per time: US dollars per hour. Written `1.25 USD/h`.
package struct USDPerHour: Hashable, Sendable, Comparable {
    package var value: Double
    package init(_ value: Double) { self.value = value }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Price of data that leaves a place: US dollars per gibibyte. Written `0.09 USD/GiB`.
package struct USDPerGiB: Hashable, Sendable, Comparable {
    package var value: Double
    package init(_ value: Double) { self.value = value }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Price of stored data: US dollars per gibibyte and month. Written `0.023 USD/GiB-month`.
package struct USDPerGiBMonth: Hashable, Sendable, Comparable {
    package var value: Double
    package init(_ value: Double) { self.value = value }
    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// How often a spot node is expected to be reclaimed, per node and hour. Written `5%/h`.
package struct InterruptionRate: Hashable, Sendable, Comparable {
    package var perNodeHour: Double
    package init(perNodeHour: Double) { self.perNodeHour = perNodeHour }
    package static func < (left: Self, right: Self) -> Bool { left.perNodeHour < right.perNodeHour }
}

/// Hours in a month wherever money is told per month: 365 days by 24 hours by a twelfth.
package let hoursPerMonth = 730.0

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
    /// Whole nanoseconds, towards zero; at most what 64 bits hold, 292 years.
    package var nanoseconds: Int64 {
        let attoseconds = attoseconds
        // Up to 18 s, the usual case by far, one word is enough: dividing two takes a hundred instructions.
        if let word = UInt64(exactly: attoseconds) { return Int64(word / 1_000_000_000) }
        return Int64(clamping: attoseconds / 1_000_000_000)
    }

    /// The duration in milliseconds, to the nanosecond.
    package var milliseconds: Double { Double(nanoseconds) / 1e6 }

    /// The duration in seconds, fractions included.
    package var seconds: Double { milliseconds / 1_000 }
}
