import FleetModel

extension Tenant {
    static let shape = Shape<Tenant>(
        blank: Tenant(metadata: .blank),
        [
            .optional("country", \.country, .text("an ISO 3166-1 alpha-2 code such as CA, DE or SG")),
            .optional("models", \.models, default: [], .list(.text(TextRules.modelName))),
            .optional("priority", \.priority, default: .standard, .choice),
            .optional("apiKeys", \.apiKeys, default: [], .list(keyShape.rule)),
            .optional("price", \.price, priceShape.rule),
            .optional("limits", \.limits, default: .none, limitsShape.rule),
            .optional("workloads", \.workloads, default: [], .list(termsShape.rule)),
        ])

    private static let keyShape = Shape<APIKey>(
        blank: APIKey(name: "", sha256: ""),
        [
            .required("name", \.name, .text("a name: \(ResourceNameRule.accepted)")),
            .required("sha256", \.sha256, .secretDigest),
        ])

    private static let priceShape = Shape<Price>(
        blank: Price(input: USDPerMillionTokens(billionthsPerToken: 0), output: USDPerMillionTokens(billionthsPerToken: 0)),
        [.required("input", \.input, .quantity), .required("output", \.output, .quantity)])

    private static let limitsShape = Shape<Limits>(
        blank: .none,
        [
            .optional("requestsPerMinute", \.requestsPerMinute, .whole("requests")),
            .optional("tokensPerMinute", \.tokensPerMinute, .whole("tokens")),
            .optional("concurrentRequests", \.concurrentRequests, .whole("requests")),
            .group(
                "budget",
                [
                    .optional("perDay", \.budgetPerDay, .quantity),
                    .optional("perMonth", \.budgetPerMonth, .quantity),
                ]),
        ])

    private static let termsShape = Shape<WorkloadTerms>(
        blank: WorkloadTerms(workload: ""),
        [
            .required("workload", \.workload, .name("the name of a Workload")),
            .optional("limits", \.limits, default: .none, limitsShape.rule),
            .optional("price", \.price, priceShape.rule),
        ])
}

extension ValueRule where Value == String {
    /// A digest. A wrong one is not repeated: somebody may have written the key itself.
    fileprivate static var secretDigest: ValueRule {
        .scalar(
            accepted: KeyDigestRule.accepted, isSecret: true, read: { text, _ in KeyDigestRule.allows(text) ? text : nil },
            write: { .text($0) })
    }
}
