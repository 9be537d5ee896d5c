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
    /// Price of data leaving its regions for users; nil where it is not declared (never taken for zero).
    package var egress: USDPerGiB?
    /// Price of stored data; nil where it is not declared.
    package var storage: USDPerGiBMonth?
    /// Share of time one of its regions serves, as promised or observed; nil where nobody says.
    package var availability: Share?

    package var name: ProviderName { ProviderName(metadata.name) }

    package init(
        metadata: Metadata, kind: Kind, attestations: [String] = [], egress: USDPerGiB? = nil, storage: USDPerGiBMonth? = nil,
        availability: Share? = nil
    ) {
        self.metadata = metadata
        self.kind = kind
        self.attestations = attestations
        self.egress = egress
        self.storage = storage
        self.availability = availability
    }
}
