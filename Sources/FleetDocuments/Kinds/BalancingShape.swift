import FleetModel

extension ValueRule where Value == BalancingRules {
    static var balancing: ValueRule {
        let blank = BalancingRules()
        return Shape<BalancingRules>(
            blank: blank,
            [
                .optional("policy", \.policy, default: blank.policy, .choice),
                .optional("affinity", \.affinity, default: blank.affinity, .choice),
                .optional("hashOn", \.hashOn, .choice),
                .optional("header", \.header, .text("a header name such as x-session-id")),
                .optional("cookie", \.cookie, .cookie),
                .optional("planes", \.planes, default: [], .list(.planeShare)),
                .optional(
                    "overprovisioningFactor", \.overprovisioningFactor, default: blank.overprovisioningFactor,
                    .number("a number from 1 to 10 such as 1.4")),
                .optional("panicThreshold", \.panicThreshold, default: blank.panicThreshold, .fraction),
                .optional("adaptiveWeights", \.adaptiveWeights, .fraction),
            ]
        ).rule
    }
}

extension ValueRule where Value == BalancingRules.Cookie {
    fileprivate static var cookie: ValueRule {
        let blank = BalancingRules.Cookie()
        return Shape<BalancingRules.Cookie>(
            blank: blank,
            [
                .optional("name", \.name, default: blank.name, .text("a cookie name such as session")),
                .optional("path", \.path, default: blank.path, .text("a path such as /")),
                .optional("ttl", \.ttlSeconds, .wholeSeconds),
            ]
        ).rule
    }
}

extension ValueRule where Value == BalancingRules.PlaneShare {
    fileprivate static var planeShare: ValueRule {
        Shape<BalancingRules.PlaneShare>(
            blank: BalancingRules.PlaneShare(plane: ""),
            [
                .required("plane", \.plane, .name("the name of a WorkloadPlane")),
                .optional("weight", \.weight, default: 1, .whole("weight")),
                .optional("priority", \.priority, default: 0, .whole("priority")),
            ]
        ).rule
    }
}

extension ValueRule where Value == Int {
    /// A time kept in whole seconds.
    fileprivate static var wholeSeconds: ValueRule {
        .scalar(
            accepted: "a time in whole seconds such as 30m or 12h",
            read: { text, _ in
                guard let duration = Duration(text: text), duration.components.attoseconds == 0 else { return nil }
                return Int(exactly: duration.components.seconds)
            },
            write: { .text(Duration.seconds($0).text) })
    }
}

extension ValueRule where Value == Double {
    /// A share of the whole.
    fileprivate static var fraction: ValueRule { ValueRule<Share>.quantity.mapped({ $0.fraction }, back: { Share($0) }) }
}
