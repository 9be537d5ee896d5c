import FleetModel

extension Provider {
    static let shape = Shape<Provider>(
        blank: Provider(metadata: .blank, kind: .onPremises),
        [
            .required("kind", \.kind, .choice),
            .optional("attestations", \.attestations, default: [], .list(.text("an attestation such as SOC2 or HIPAA-BAA"))),
            .optional("egress", \.egress, .quantity),
            .optional("storage", \.storage, .quantity),
            .optional("availability", \.availability, .quantity),
        ])
}

extension CompliancePolicy {
    static let shape = Shape<CompliancePolicy>(
        blank: CompliancePolicy(metadata: .blank, appliesTo: Scope(), requires: Requirements()),
        [
            .group(
                "appliesTo",
                [
                    .optional("classification", \.appliesTo.classifications, default: [], .oneOrMore(.choice)),
                    .optional("jurisdiction", \.appliesTo.jurisdictions, default: [], .oneOrMore(.jurisdiction)),
                ]),
            .group(
                "requires", isRequired: true,
                [
                    .optional("jurisdictions", \.requires.jurisdictions, .list(.jurisdiction)),
                    .optional("attestedJurisdictions", \.requires.attestedJurisdictions, default: [:], .attestedJurisdictions),
                    .optional(
                        "attestations", \.requires.attestations, default: [],
                        .list(.text("an attestation such as SOC2 or HIPAA-BAA"))),
                    .optional("encryptionInTransit", \.requires.encryptionInTransit, default: false, .flag),
                    .optional("encryptionAtRest", \.requires.encryptionAtRest, default: false, .flag),
                    .optional("audit", \.requires.audit, default: .none, .choice),
                ]),
        ])
}

extension ValueRule where Value == [Jurisdiction: String] {
    /// Jurisdiction to attestation, written sorted.
    static var attestedJurisdictions: ValueRule {
        let attestation = ValueRule<String>.text("an attestation such as EU-US-DPF")
        return ValueRule<[KeyedValue<String>]>.entries(keys: "jurisdictions", attestation).mapped(
            { Dictionary($0.map { (Jurisdiction($0.key), $0.value) }, uniquingKeysWith: { first, _ in first }) },
            back: { $0.sorted { $0.key < $1.key }.map { KeyedValue(key: $0.key.code, value: $0.value) } })
    }
}

extension Gateway {
    static let shape = Shape<Gateway>(
        blank: Gateway(metadata: .blank, location: .blank),
        [
            .required("location", \.location, .location),
            .optional("listen", \.listen, .listenAddress),
            .optional("tls", \.tls, .gatewayTLS),
            .optional("clientPlace", \.clientPlace, ClientPlace.rule),
            .optional("accessLog", \.telemetry.accessLog, GatewayTelemetry.AccessLog.rule),
            .optional("tracing", \.telemetry.tracing, GatewayTelemetry.Tracing.rule),
        ])
}

extension ValueRule where Value == ListenAddress {
    static var listenAddress: ValueRule {
        .scalar(
            accepted: "host:port such as 127.0.0.1:8081, or [::1]:8081", read: { text, _ in ListenAddress(text) },
            write: { .text($0.description) })
    }
}
