/// What a class of data, or the law where a user is, demands of a place that processes it.
package struct CompliancePolicy: Equatable, Sendable {
    package struct Scope: Equatable, Sendable {
        /// Applies to workloads of these classifications; empty applies to every one.
        package var classifications: [DataRules.Classification]
        /// Applies to requests of users under any of these jurisdictions; empty applies to every user.
        package var jurisdictions: [Jurisdiction]

        package init(classifications: [DataRules.Classification] = [], jurisdictions: [Jurisdiction] = []) {
            self.classifications = classifications
            self.jurisdictions = jurisdictions
        }
    }

    package struct Requirements: Equatable, Sendable {
        /// Jurisdictions that may process the data; nil allows every one.
        package var jurisdictions: [Jurisdiction]?
        /// Jurisdictions that may process it too where the plane's provider shows the attestation. Only beside ``jurisdictions``.
        package var attestedJurisdictions: [Jurisdiction: String]
        /// Attestations the plane's provider must hold, all of them.
        package var attestations: [String]
        package var encryptionInTransit: Bool
        package var encryptionAtRest: Bool
        package var audit: DataProtection.Audit

        package init(
            jurisdictions: [Jurisdiction]? = nil, attestedJurisdictions: [Jurisdiction: String] = [:],
            attestations: [String] = [], encryptionInTransit: Bool = false, encryptionAtRest: Bool = false,
            audit: DataProtection.Audit = .none
        ) {
            self.jurisdictions = jurisdictions
            self.attestedJurisdictions = attestedJurisdictions
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
