import FleetModel
import Testing

@Suite("Attestation")
struct AttestationTests {
    @Test(
        "is shown in any spelling, or by one that includes it",
        arguments: [
            ("SOC2", "SOC2"), ("SOC2", "soc 2"), ("SOC2", "SOC-2"), ("SOC2", "SOC2-Type2"), ("SOC 2", "SOC 2 Type II"),
            ("SOC2-Type2", "SOC 2 Type II"), ("SOC2-Type1", "SOC2-Type2"), ("HIPAA-BAA", "hipaa_baa"), ("PCI-DSS", "PCI DSS"),
            ("PCI-DSS", "PCI-DSS-Level-1"), ("ISO27001", "ISO/IEC 27001:2022"), ("ISO 27001", "ISO27001"),
            ("FedRAMP", "FedRAMP-High"), ("FedRAMP-Moderate", "FedRAMP High"), ("EU-US-DPF", "eu-us dpf"),
        ])
    func shown(required: String, held: String) { #expect(Attestation.isShown(required, by: ["other", held])) }

    @Test(
        "is not shown by less, or by what only looks alike",
        arguments: [
            ("SOC2-Type2", "SOC2"), ("SOC2-Type2", "SOC2-Type1"), ("FedRAMP-High", "FedRAMP-Moderate"), ("SOC2", "SOC1"),
            ("SOC2", "SOC3"), ("SOC2", "SOC2-in-progress"), ("HIPAA-BAA", "HIPAA-HITRUST-data-boundary"), ("HIPAA-BAA", "HIPAA"),
            ("EU-US-DPF", "UK-US-DPF"), ("ISO27001", "ISO27018"), ("PCI-DSS", "GDPR-DPA"), ("SOC2", ""),
        ])
    func notShown(required: String, held: String) { #expect(!Attestation.isShown(required, by: [held])) }

    @Test("nothing held shows nothing")
    func none() { #expect(!Attestation.isShown("SOC2", by: [])) }
}
