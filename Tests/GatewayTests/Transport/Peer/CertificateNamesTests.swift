import FleetModel
import Gateway
import NIOSSL
import SeededCases
import TestCertificates
import Testing

@Suite("Names of client certificates")
struct CertificateNamesTests {
    /// A certificate's DER encoding.
    private static func issue(
        _ name: String, alternatives: [String] = [], uris: [String] = [], subject: String? = nil
    ) throws -> [UInt8] {
        let authority = try TestAuthority()
        // Its folder goes with it.
        return try withExtendedLifetime(authority) {
            let files = try authority.issue(name, alternatives: alternatives, uris: uris, subject: subject)
            return try NIOSSLCertificate.fromPEMFile(files.certificate)[0].toDERBytes()
        }
    }

    @Test("URIs come first, then DNS names, then the common name")
    func order() throws {
        let whole = try Self.issue(
            "Batch.Acme.test", alternatives: ["b.test"], uris: ["spiffe://acme.test/batch", "https://acme.test/"],
            subject: "/C=CA/O=Acme, Inc./CN=batch runner")
        #expect(
            CertificateNames.read(whole) == [
                .uri("spiffe://acme.test/batch"), .uri("https://acme.test/"), .dnsName("batch.acme.test"), .dnsName("b.test"),
                .commonName("batch runner"),
            ])
    }

    @Test("of two common names neither counts")
    func ambiguous() throws {
        let whole = try Self.issue("a.test", subject: "/CN=one/O=Acme/CN=two")
        #expect(CertificateNames.read(whole) == [.dnsName("a.test")])
    }

    @Test("32 names are read at most")
    func many() throws {
        let whole = try Self.issue("a.test", uris: (0..<40).map { "spiffe://acme.test/\($0)" })
        let names = CertificateNames.read(whole)
        #expect(names.count == 32 && names.first == .uri("spiffe://acme.test/0"))
    }

    @Test("bytes of any kind give names or none, and a certificate that is cut off none")
    func anything() throws {
        let whole = try Self.issue("a.test", uris: ["spiffe://acme.test/batch"], subject: "/O=Acme/CN=batch")
        #expect(CertificateNames.read(whole).count == 3)
        for count in 0..<whole.count { #expect(CertificateNames.read(Array(whole.prefix(count))).isEmpty, "\(count)") }
        for seed in 0..<caseCount(perMille: 500) {
            var generator = SeededGenerator(seed: seed)
            var bytes = whole
            for _ in 0..<generator.next(in: 1...6) { bytes[generator.below(bytes.count)] = UInt8(generator.below(256)) }
            #expect(CertificateNames.read(bytes).count <= 32)
        }
    }
}
