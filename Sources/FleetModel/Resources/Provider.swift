/// Who owns the machines: the organisation itself, a hyperscaler, a neocloud or a reseller.
package struct Provider: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable, Codable {
        case onPremises = "on-premises"
        case hyperscaler
        case neocloud
        case reseller
    }

    package var metadata: Metadata
    package var kind: Kind
    /// Proven by whoever declares them, such as `SOC2`, `HIPAA-BAA`, `PCI-DSS`. In declared order and spelling.
    package var attestations: [String]

    package var name: ProviderName { ProviderName(metadata.name) }

    package init(metadata: Metadata, kind: Kind, attestations: [String] = []) {
        self.metadata = metadata
        self.kind = kind
        self.attestations = attestations
    }
}
