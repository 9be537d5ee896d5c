import FleetModel

extension Tenant {
    static let shape = Shape<Tenant>(
        blank: Tenant(metadata: .blank),
        [
            .optional("country", \.country, .text("an ISO 3166-1 alpha-2 code such as CA, DE or SG")),
            .optional("models", \.models, default: [], .list(.text(TextRules.modelName))),
            .optional("priority", \.priority, default: .standard, .choice),
            .optional("apiKeys", \.apiKeys, default: [], .list(keyShape.rule)),
            .optional("clientCertificates", \.clientCertificates, default: [], .list(.certificateName)),
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

/// A name of a certificate as written: one of its fields is given.
private struct CertificateNameDraft: Sendable {
    var uri: String?
    var dnsName: String?
    var commonName: String?

    var names: [Tenant.CertificateName] {
        [uri.map { .uri($0) }, dnsName.map { .dnsName($0) }, commonName.map { .commonName($0) }].compactMap { $0 }
    }
}

extension ValueRule where Value == Tenant.CertificateName {
    fileprivate static var certificateName: ValueRule {
        let accepted = "{ uri: … }, { dnsName: … } or { commonName: … }"
        return Shape<CertificateNameDraft>(
            blank: CertificateNameDraft(),
            [
                .optional("uri", \.uri, .text(CertificateNameRule.uri)),
                .optional("dnsName", \.dnsName, .text(CertificateNameRule.dnsName)),
                .optional("commonName", \.commonName, .text(CertificateNameRule.commonName)),
            ]
        ).rule.resolved(
            { draft, node, reading in
                let names = draft.names
                if names.count == 1 { return names[0] }
                // Where a field was misspelt that is told already.
                if names.isEmpty, !isEmptyMapping(node) {
                    reading.markFailed(reading.path)
                } else {
                    reading.report(
                        line: node.line, names.isEmpty ? "no name is given" : "\(names.count) names are given", accepted: accepted
                    )
                }
                return nil
            },
            back: { name in
                switch name {
                case .uri(let text): CertificateNameDraft(uri: text)
                case .dnsName(let text): CertificateNameDraft(dnsName: text)
                case .commonName(let text): CertificateNameDraft(commonName: text)
                }
            })
    }
}
