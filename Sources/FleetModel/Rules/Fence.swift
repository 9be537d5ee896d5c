/// Whether a plane may process a workload's data: the hard filter that placement, routing, failover, retry and fallback share.
///
/// A requirement nobody has proven counts as unmet. Where the user's place is known, the policies of every jurisdiction it
/// stands under apply; an unknown place (`userJurisdictions` nil) gets every policy there is for the classification, the
/// built-in ones without the places they name, since the laws of all countries together leave none.
package struct Fence: Equatable, Sendable {
    package var providers: [ProviderName: Provider]
    /// Declared and built-in ones, in a fixed order, so that the reason given for an exclusion is the same every time.
    package var policies: [CompliancePolicy]
    /// Which of ``policies`` nobody declared.
    package let builtIn: Set<PolicyName>

    /// - Parameter builtIn: Policies in force beside the declared ones; see ``BuiltInPolicies/inForce(beside:)``.
    package init(providers: [Provider], policies: [CompliancePolicy], builtIn: [CompliancePolicy] = []) {
        self.providers = Dictionary(providers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.policies = (policies + builtIn).sorted { $0.name < $1.name }
        self.builtIn = Set(builtIn.map(\.name))
    }

    package enum Verdict: Equatable, Sendable {
        case inside
        /// The first rule that keeps the plane out, in plain words.
        case outside(because: String)

        package var isInside: Bool { self == .inside }
    }

    /// Judges a plane for a workload and the users of one place.
    package func verdict(
        workload: Workload, plane: WorkloadPlane, userJurisdictions: [Jurisdiction]?
    ) -> Verdict {
        if let reason = residencyObjection(
            allowed: workload.data.residency, location: plane.location, ruleName: "residency of workload \(workload.name)")
        {
            return .outside(because: reason)
        }
        for policy in applicablePolicies(classification: workload.data.classification, userJurisdictions: userJurisdictions) {
            if let reason = objection(of: policy, to: plane) { return .outside(because: reason) }
        }
        return .inside
    }

    /// Judges a gateway that only passes bytes on: the residency rules, without the requirements on storage and processing.
    package func transitVerdict(
        workload: Workload, gateway: Location, userJurisdictions: [Jurisdiction]?
    ) -> Verdict {
        guard workload.data.transit == .deny else { return .inside }
        if let reason = residencyObjection(
            allowed: workload.data.residency, location: gateway, ruleName: "residency of workload \(workload.name)")
        {
            return .outside(because: reason)
        }
        for policy in applicablePolicies(classification: workload.data.classification, userJurisdictions: userJurisdictions) {
            if let reason = residencyObjection(
                allowed: policy.requires.jurisdictions, location: gateway, ruleName: ruleName(policy))
            {
                return .outside(because: reason)
            }
        }
        return .inside
    }

    /// The policies that govern a classification and a user's place.
    package func applicablePolicies(
        classification: DataRules.Classification, userJurisdictions: [Jurisdiction]?
    ) -> [CompliancePolicy] {
        policies.compactMap { policy in
            let scope = policy.appliesTo
            guard scope.classifications.isEmpty || scope.classifications.contains(classification) else { return nil }
            if scope.jurisdictions.isEmpty { return policy }
            if let userJurisdictions { return scope.jurisdictions.contains(where: userJurisdictions.contains) ? policy : nil }
            guard builtIn.contains(policy.name) else { return policy }
            var placeless = policy
            placeless.requires.jurisdictions = nil
            return placeless
        }
    }

    private func ruleName(_ policy: CompliancePolicy) -> String {
        "\(builtIn.contains(policy.name) ? "built-in policy" : "policy") \(policy.name)"
    }

    private func residencyObjection(allowed: [Jurisdiction]?, location: Location, ruleName: String) -> String? {
        guard let allowed, !location.jurisdictions.contains(where: allowed.contains) else { return nil }
        let names = allowed.map(\.code).joined(separator: ", ")
        return "\(ruleName) allows \(names); it stands in \(location.country)"
    }

    /// Judges a place by a policy that allows some places only to providers with an attestation.
    private func residencyObjection(of policy: CompliancePolicy, to plane: WorkloadPlane, held: [String]) -> String? {
        let reason = residencyObjection(
            allowed: policy.requires.jurisdictions, location: plane.location, ruleName: ruleName(policy))
        guard let reason else { return nil }
        let conditions = plane.location.jurisdictions.compactMap { policy.requires.attestedJurisdictions[$0] }
        guard let attestation = conditions.first else { return reason }
        if conditions.contains(where: { Attestation.isShown($0, by: held) }) { return nil }
        return "\(reason), where it requires attestation \(attestation), which provider \(plane.provider) does not show"
    }

    private func objection(of policy: CompliancePolicy, to plane: WorkloadPlane) -> String? {
        let rule = ruleName(policy)
        let held = providers[plane.provider]?.attestations ?? []
        if let reason = residencyObjection(of: policy, to: plane, held: held) { return reason }
        if let missing = policy.requires.attestations.first(where: { !Attestation.isShown($0, by: held) }) {
            return "\(rule) requires attestation \(missing), which provider \(plane.provider) does not show"
        }
        if policy.requires.encryptionInTransit, !plane.protection.encryptionInTransit {
            return "\(rule) requires encryption in transit, which the plane does not declare"
        }
        if policy.requires.encryptionAtRest, !plane.protection.encryptionAtRest {
            return "\(rule) requires encryption at rest, which the plane does not declare"
        }
        if plane.protection.audit < policy.requires.audit {
            return
                "\(rule) requires audit \(policy.requires.audit.rawValue); the plane declares \(plane.protection.audit.rawValue)"
        }
        return nil
    }
}
