/// What a class of data, or the law where a user is, demands of a place that processes it.
package struct CompliancePolicy: Equatable, Sendable {
    package struct Scope: Equatable, Sendable {
        /// Applies to workloads of this classification; nil applies to every one.
        package var classification: DataRules.Classification?
        /// Applies to requests of users under this jurisdiction; nil applies to every user.
        package var jurisdiction: Jurisdiction?

        package init(classification: DataRules.Classification? = nil, jurisdiction: Jurisdiction? = nil) {
            self.classification = classification
            self.jurisdiction = jurisdiction
        }
    }

    package struct Requirements: Equatable, Sendable {
        /// Jurisdictions that may process the data; nil allows every one.
        package var jurisdictions: [Jurisdiction]?
        /// Attestations the plane's provider must hold, all of them.
        package var attestations: [String]
        package var encryptionInTransit: Bool
        package var encryptionAtRest: Bool
        package var audit: DataProtection.Audit

        package init(
            jurisdictions: [Jurisdiction]? = nil, attestations: [String] = [], encryptionInTransit: Bool = false,
            encryptionAtRest: Bool = false, audit: DataProtection.Audit = .none
        ) {
            self.jurisdictions = jurisdictions
            self.attestations = attestations
            self.encryptionInTransit = encryptionInTransit
            self.encryptionAtRest = encryptionAtRest
            self.audit = audit
        }
    }

    package var metadata: Metadata
    package var appliesTo: Scope
    package var requires: Requirements

    package var name: PolicyName { PolicyName(metadata.name) }

    package init(metadata: Metadata, appliesTo: Scope, requires: Requirements) {
        self.metadata = metadata
        self.appliesTo = appliesTo
        self.requires = requires
    }
}
