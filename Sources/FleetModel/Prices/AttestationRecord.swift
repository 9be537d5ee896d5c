/// What is on record about a provider holding an attestation, and how good that evidence is. No legal advice and no audit.
package struct AttestationRecord: Equatable, Sendable {
    package enum Scope: Equatable, Sendable {
        case everyRegion
        case regions([String])
        /// The evidence does not say where it holds.
        case unknown
    }

    package enum Status: String, CaseIterable, Sendable, Codable {
        /// A page of the provider's says so.
        case providerDocument = "provider-doc"
        /// A page of the provider's said so years ago.
        case archivedDocument = "provider-doc-archived"
        /// Announced, not held.
        case inProgress = "provider-doc-in-progress"
        /// A dated record of the provider's page, kept by somebody else.
        case thirdPartyRecord = "third-party-record"
        case unknown
    }

    package var provider: ProviderName
    /// As policies spell it: `SOC2`, `HIPAA-BAA`, `FedRAMP-High`.
    package var attestation: String
    package var scope: Scope
    package var status: Status
    /// Nil where the evidence carries no date.
    package var asOf: String?
    package var source: String

    package init(
        provider: ProviderName, attestation: String, scope: Scope, status: Status, asOf: String?, source: String
    ) {
        self.provider = provider
        self.attestation = attestation
        self.scope = scope
        self.status = status
        self.asOf = asOf
        self.source = source
    }

    /// Whether this proves that the attestation holds in a region: current evidence that says where it holds. Everything else (an
    /// archived page, an announcement, a record without scope) counts as not proven.
    package func proves(region: String) -> Bool {
        guard status == .providerDocument || status == .thirdPartyRecord else { return false }
        switch scope {
        case .everyRegion: return true
        case .regions(let names): return names.contains(region)
        case .unknown: return false
        }
    }
}
