import FleetModel

extension NodeProvisioning {
    static let rule = Shape<NodeProvisioning>(
        blank: NodeProvisioning(launchTime: .zero),
        [
            .required("launchTime", \.launchTime, .quantity),
            .optional("resumeTime", \.resumeTime, .quantity),
            .optional("scaleDownDelay", \.scaleDownDelay, default: standardScaleDownDelay, .quantity),
            .optional("cooldown", \.cooldown, default: standardCooldown, .quantity),
        ]
    ).rule
}

extension WarmPool {
    static let rule = Shape<WarmPool>(
        blank: WarmPool(nodes: 0),
        [
            .required("nodes", \.nodes, .whole("nodes")),
            .optional("state", \.state, default: .stopped, .choice),
            .optional("price", \.usdPerNodeHour, .hourlyPrice),
        ]
    ).rule
}

extension CheckpointCall {
    static let rule = Shape<CheckpointCall>(
        blank: CheckpointCall(path: ""),
        [
            .required("path", \.path, .text("an absolute path such as /checkpoint")),
            .optional(
                "timeout", \.timeoutMilliseconds, default: standardTimeoutMilliseconds, .milliseconds(allowsZero: false)),
        ]
    ).rule
}

extension ValueRule where Value == Double {
    /// US dollars per hour.
    static var hourlyPrice: ValueRule {
        .scalar(
            accepted: USDPerHour.accepted, read: { text, _ in USDPerHour(text: text)?.value },
            write: { .text(USDPerHour($0).text) })
    }
}
