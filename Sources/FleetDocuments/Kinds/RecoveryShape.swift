import FleetModel

extension Standby {
    static let rule = Shape<Standby>(
        blank: Standby(),
        [
            .optional("share", \.share, default: Standby().share, .quantity),
            .optional("state", \.state, default: Standby().state, .choice),
        ]
    ).rule
}

extension ValueRule where Value == Duration {
    /// A time that may be zero.
    static var timeOrNone: ValueRule {
        ValueRule<Int>.milliseconds(allowsZero: true).mapped(
            { Duration.milliseconds($0) }, back: { Int($0.nanoseconds / 1_000_000) })
    }
}
