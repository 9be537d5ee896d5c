import FleetModel

extension Provider {
    static let shape = Shape<Provider>(
        blank: Provider(metadata: .blank, kind: .onPremises),
        [
            .required("kind", \.kind, .choice),
            .optional("attestations", \.attestations, default: [], .list(.text("an attestation such as SOC2 or HIPAA-BAA"))),
        ])
}

extension CompliancePolicy {
    static let shape = Shape<CompliancePolicy>(
        blank: CompliancePolicy(metadata: .blank, appliesTo: Scope(), requires: Requirements()),
        [
            .group(
                "appliesTo",
                [
                    .optional("classification", \.appliesTo.classification, .choice),
                    .optional("jurisdiction", \.appliesTo.jurisdiction, .jurisdiction),
                ]),
            .group(
                "requires", isRequired: true,
                [
                    .optional("jurisdictions", \.requires.jurisdictions, .list(.jurisdiction)),
                    .optional(
                        "attestations", \.requires.attestations, default: [],
                        .list(.text("an attestation such as SOC2 or HIPAA-BAA"))),
                    .optional("encryptionInTransit", \.requires.encryptionInTransit, default: false, .flag),
                    .optional("encryptionAtRest", \.requires.encryptionAtRest, default: false, .flag),
                    .optional("audit", \.requires.audit, default: .none, .choice),
                ]),
        ])
}

extension Gateway {
    static let shape = Shape<Gateway>(
        blank: Gateway(metadata: .blank, location: .blank),
        [
            .required("location", \.location, .location),
            .optional("listen", \.listen, .listenAddress),
        ])
}

extension ValueRule where Value == ListenAddress {
    static var listenAddress: ValueRule {
        .scalar(
            accepted: "host:port such as 127.0.0.1:8081, or [::1]:8081", read: { text, _ in ListenAddress(text) },
            write: { .text($0.description) })
    }
}
