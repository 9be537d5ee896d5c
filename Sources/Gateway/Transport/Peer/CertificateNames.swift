package import FleetModel

/// The names in a client certificate that may lead to a tenant, read from its DER encoding (RFC 5280 section 4).
///
/// The certificate's chain has been verified before. Whatever is not as it should be gives fewer names, never others.
package enum CertificateNames {
    /// Names read of one certificate: more are of no use, and each is looked up for every request.
    package static let limit = 32

    private static let commonName: [UInt8] = [0x55, 0x04, 0x03]
    private static let alternativeNames: [UInt8] = [0x55, 0x1D, 0x11]

    /// URIs first, then DNS names, then the common name where there is exactly one: so the most telling name counts.
    package static func read(_ certificate: [UInt8]) -> [Tenant.CertificateName] {
        var outer = DERReader(certificate[...])
        guard var signed = outer.sequence(), var fields = signed.sequence() else { return [] }
        if fields.nextTag == DERReader.version { fields.skip() }
        // Serial number, signature algorithm, issuer, validity.
        for _ in 0..<4 { fields.skip() }
        guard let subject = fields.sequence() else { return [] }
        var (uris, dnsNames): ([Tenant.CertificateName], [Tenant.CertificateName]) = ([], [])
        for (tag, text) in alternatives(fields) {
            switch tag {
            case DERReader.uri: uris.append(.uri(text))
            case DERReader.dnsName: dnsNames.append(.dnsName(text.lowercased()))
            default: break
            }
        }
        let common = commonNames(subject)
        return Array((uris + dnsNames + (common.count == 1 ? common : [])).prefix(limit))
    }

    /// The subject alternative names, behind the subject: its key, unique identifiers, then extensions.
    private static func alternatives(_ fields: DERReader) -> [(tag: UInt8, text: String)] {
        var fields = fields
        while let tag = fields.nextTag, tag != DERReader.extensions { fields.skip() }
        guard var wrapped = fields.inside(DERReader.extensions), var extensions = wrapped.sequence() else { return [] }
        while var entry = extensions.sequence() {
            guard let identifier = entry.value(DERReader.objectIdentifier) else { return [] }
            if entry.nextTag == DERReader.boolean { entry.skip() }
            guard identifier.elementsEqual(alternativeNames) else { continue }
            guard let value = entry.value(DERReader.octets) else { return [] }
            var octets = DERReader(value)
            guard var names = octets.sequence() else { return [] }
            var found: [(UInt8, String)] = []
            while let (tag, content) = names.next() {
                if let text = DERReader.text(content) { found.append((tag, text)) }
            }
            return found
        }
        return []
    }

    private static func commonNames(_ subject: DERReader) -> [Tenant.CertificateName] {
        var subject = subject
        var found: [Tenant.CertificateName] = []
        while var set = subject.inside(DERReader.set) {
            while var attribute = set.sequence() {
                guard attribute.value(DERReader.objectIdentifier)?.elementsEqual(commonName) == true else { continue }
                guard let (tag, content) = attribute.next(), DERReader.texts.contains(tag), let text = DERReader.text(content)
                else { return [] }
                found.append(.commonName(text))
            }
        }
        return found
    }
}

/// Reads one value of DER (X.690) behind the other: definite lengths below 16 MiB and tags of one byte, as certificates have.
private struct DERReader {
    static let (boolean, octets, objectIdentifier, set): (UInt8, UInt8, UInt8, UInt8) = (0x01, 0x04, 0x06, 0x31)
    /// Fields of a certificate with tags of their own.
    static let (version, extensions): (UInt8, UInt8) = (0xA0, 0xA3)
    /// Kinds of general names.
    static let (dnsName, uri): (UInt8, UInt8) = (0x82, 0x86)
    /// UTF8String, PrintableString, IA5String.
    static let texts: [UInt8] = [0x0C, 0x13, 0x16]

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var nextTag: UInt8? { rest.first }

    /// Nil at the end, and where what follows is no value.
    mutating func next() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        guard let tag = rest.first, tag & 0x1F != 0x1F, let first = rest.dropFirst().first else { return nil }
        var behind = rest.dropFirst(2)
        var length = Int(first)
        if first >= 0x80 {
            let count = Int(first & 0x7F)
            guard (1...3).contains(count), behind.count >= count else { return nil }
            length = behind.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            behind = behind.dropFirst(count)
        }
        guard behind.count >= length else { return nil }
        rest = behind.dropFirst(length)
        return (tag, behind.prefix(length))
    }

    /// Passes one value over. What is no value ends the reading.
    mutating func skip() {
        if next() == nil { rest = [] }
    }

    mutating func value(_ tag: UInt8) -> ArraySlice<UInt8>? {
        guard nextTag == tag else { return nil }
        return next()?.content
    }

    mutating func inside(_ tag: UInt8) -> DERReader? { value(tag).map { DERReader($0) } }
    mutating func sequence() -> DERReader? { inside(0x30) }

    /// UTF-8 without control characters; nil for anything else, so that no name reads like another.
    static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
