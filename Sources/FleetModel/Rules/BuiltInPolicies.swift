/// A policy that is in force without being declared, with where it comes from.
package struct BuiltInPolicy: Equatable, Sendable {
    package let policy: CompliancePolicy
    /// The law or standard, with the articles the requirements are taken from.
    package let source: String
    /// What it requires here and why, in plain words.
    package let summary: String
    /// What it does not judge, or judges more strictly than the law.
    package let limits: String

    package var name: PolicyName { policy.name }
}

/// Policies for well-known laws: what of them can be judged by place, attestation, encryption and audit. Not legal advice.
///
/// They concern workloads that are classified `pii`, `phi` or `pci`, never `public` or `internal` ones. A declared
/// ``CompliancePolicy`` of the same name takes the place of a built-in one.
package enum BuiltInPolicies {
    /// The day the laws were looked up, ISO 8601.
    package static let asOf = "2026-11-21"

    /// Sorted by name.
    package static let all: [BuiltInPolicy] = [
        uaeHealthData, ccpa, chinaPersonalInformation, gdpr, hipaa, indiaPaymentData, pciDSS, russiaPersonalData, ukGDPR,
    ].sorted { $0.name < $1.name }

    package static func named(_ name: PolicyName) -> BuiltInPolicy? { all.first { $0.name == name } }

    /// The built-in policies that no declared one replaces.
    package static func inForce(beside declared: [CompliancePolicy]) -> [CompliancePolicy] {
        let names = Set(declared.map(\.name))
        return all.map(\.policy).filter { !names.contains($0.name) }
    }

    private static func policy(
        _ name: String, _ classifications: [DataRules.Classification], _ users: [Jurisdiction],
        _ requires: CompliancePolicy.Requirements
    ) -> CompliancePolicy {
        CompliancePolicy(
            metadata: Metadata(name: name), appliesTo: .init(classifications: classifications, jurisdictions: users),
            requires: requires)
    }

    /// Health and card data of a person are personal data too.
    private static let personal: [DataRules.Classification] = [.pii, .phi, .pci]

    // MARK: Privacy

    /// Places the Commission found adequate under article 45: Andorra, Argentina, Canada, the Faroe Islands, Guernsey, Israel,
    /// the Isle of Man, Japan, Jersey, New Zealand, Switzerland and Uruguay; the United Kingdom (2021/1772, extended in 2025),
    /// South Korea (2022/254) and Brazil (2026/179).
    static let adequateForEEA: [Jurisdiction] = [
        "AD", "AR", "BR", "CA", "CH", "FO", "GG", "IL", "IM", "JE", "JP", "KR", "NZ", "UK", "UY",
    ]

    private static let gdpr = BuiltInPolicy(
        policy: policy(
            "gdpr", personal, ["EEA"],
            .init(
                jurisdictions: ["EEA"] + adequateForEEA, attestedJurisdictions: ["US": "EU-US-DPF"], encryptionInTransit: true,
                encryptionAtRest: true)),
        source: "Regulation (EU) 2016/679, chapter V (articles 44 to 50) and article 32; adequacy decisions under article 45 "
            + "as of \(asOf); for the United States Implementing Decision (EU) 2023/1795",
        summary:
            "Personal data of users in the EEA is processed in the EEA or where the Commission found protection "
            + "adequate; in the United States only by providers that show EU-US-DPF. Encrypted on the way and at "
            + "rest.",
        limits:
            "Contracts and binding corporate rules (articles 46 and 47) and derogations (article 49) also allow "
            + "transfers: whoever relies on them declares a policy named gdpr with the jurisdictions they cover. "
            + "Canada and Japan are adequate only for organisations under their private-sector laws. Lawfulness, "
            + "purpose, storage time and rights of users are not judged."
    )

    private static let ukGDPR = BuiltInPolicy(
        policy: policy(
            "uk-gdpr", personal, ["UK"],
            .init(
                jurisdictions: [
                    "UK", "EEA", "AD", "AR", "CA", "CH", "FO", "GG", "GI", "IL", "IM", "JE", "JP", "KR", "NZ", "UY",
                ],
                attestedJurisdictions: ["US": "UK-US-DPF"], encryptionInTransit: true, encryptionAtRest: true)),
        source:
            "UK GDPR, chapter V and article 32; Data Protection Act 2018, schedule 21, paragraphs 4 and 5; "
            + "adequacy regulations SI 2022/1213 (Republic of Korea) and SI 2023/1028 (United States)",
        summary:
            "Personal data of users in the United Kingdom is processed there, in the EEA, or where the United "
            + "Kingdom regards protection as adequate; in the United States only by providers that show UK-US-DPF, "
            + "the UK extension of the Data Privacy Framework. Encrypted on the way and at rest.",
        limits:
            "The international data transfer agreement and other safeguards of article 46 also allow transfers: "
            + "whoever relies on them declares a policy named uk-gdpr with the jurisdictions they cover.")

    private static let ccpa = BuiltInPolicy(
        policy: policy("ccpa", [.pii, .pci], ["US"], .init(encryptionInTransit: true, encryptionAtRest: true)),
        source: "California Consumer Privacy Act, Civil Code sections 1798.100(e) and 1798.150(a)(1), with 1798.81.5",
        summary:
            "Personal information of users in the United States is encrypted on the way and at rest: the law asks "
            + "for reasonable security and makes businesses liable for breaches of information that was not "
            + "encrypted. It names no place.",
        limits:
            "The law protects residents of California; users' states are not known here, so it holds for the "
            + "whole country. Health information under HIPAA is exempt (section 1798.145(c)). Notices, deletion and "
            + "opt-outs are not judged.")

    // MARK: Sectors

    private static let hipaa = BuiltInPolicy(
        policy: policy(
            "hipaa", [.phi], ["US"],
            .init(attestations: ["HIPAA-BAA"], encryptionInTransit: true, encryptionAtRest: true, audit: .metadata)),
        source:
            "45 CFR 164.308(b), 164.502(e) and 164.504(e) (business associates); 164.312(a)(2)(iv) and (e)(2)(ii) "
            + "(encryption); 164.312(b) (audit controls)",
        summary:
            "Health information of users in the United States is processed only by providers with a business "
            + "associate agreement, encrypted on the way and at rest, with a record of who accessed what.",
        limits:
            "HIPAA binds covered entities wherever their patients are: declare a policy named hipaa without a "
            + "jurisdiction where that is wanted. An organisation needs no agreement with itself: its own machines "
            + "count once their Provider declares HIPAA-BAA. The encryption specifications are addressable; here "
            + "they are required. It sets no place.")

    private static let pciDSS = BuiltInPolicy(
        policy: policy(
            "pci-dss", [.pci], [],
            .init(attestations: ["PCI-DSS"], encryptionInTransit: true, encryptionAtRest: true, audit: .metadata)),
        source: "PCI DSS v4.0.1, requirements 3.5 (stored account data), 4.2 (transmission), 10.2 (audit logs) and 12.8 (service "
            + "providers)",
        summary:
            "Card data is processed only by providers that show an attestation of compliance with PCI DSS, "
            + "encrypted on the way and at rest, with audit logs, wherever the user is.",
        limits:
            "Requirement 4.2 asks for encryption over open networks; here it is asked for everywhere. Scope, "
            + "segmentation and the other requirements are not judged.")

    // MARK: Data localisation

    private static let russiaPersonalData = BuiltInPolicy(
        policy: policy("ru-242-fz", personal, ["RU"], .init(jurisdictions: ["RU"])),
        source: "Federal Law 242-FZ of 2014; article 18(5) of Federal Law 152-FZ on personal data, as amended by 23-FZ of 2025",
        summary: "Personal data of users in Russia is processed in Russia: collecting it with databases abroad is prohibited.",
        limits:
            "The law is about citizens and about collecting and storing; what was collected in Russia may be "
            + "transferred under article 12. Here nothing leaves.")

    private static let chinaPersonalInformation = BuiltInPolicy(
        policy: policy("cn-pipl", personal, ["CN"], .init(jurisdictions: ["CN"])),
        source:
            "Personal Information Protection Law of 2021, articles 38 to 40; Provisions on Promoting and "
            + "Regulating Cross-Border Data Flows of 2024",
        summary: "Personal information of users in mainland China is processed there.",
        limits:
            "A security assessment, standard contract or certification, and exemptions for small volumes, also "
            + "allow transfers: whoever relies on them declares a policy named cn-pipl with the jurisdictions they "
            + "cover.")

    private static let indiaPaymentData = BuiltInPolicy(
        policy: policy("in-rbi-payments", [.pci], ["IN"], .init(jurisdictions: ["IN"])),
        source: "Reserve Bank of India, Storage of Payment System Data, RBI/2017-18/153 of 6 April 2018, Payment and Settlement "
            + "Systems Act 2007, sections 10(2) and 18",
        summary: "Payment data of users in India is processed in India: the whole of it is to be stored only there.",
        limits:
            "Processing abroad is possible when the data is deleted there and brought back within a day (FAQ of "
            + "26 June 2019). Here nothing leaves.")

    private static let uaeHealthData = BuiltInPolicy(
        policy: policy("ae-health-data", [.phi], ["AE"], .init(jurisdictions: ["AE"])),
        source:
            "Federal Law 2 of 2019 on the use of information and communication technology in health fields, "
            + "article 13; exceptions in Ministerial Resolution 51 of 2021",
        summary: "Health information of users in the United Arab Emirates is processed there.",
        limits:
            "Ten exceptions, such as treatment abroad or wearable devices, allow transfers: whoever relies on one "
            + "declares a policy named ae-health-data with the jurisdictions it covers.")
}
