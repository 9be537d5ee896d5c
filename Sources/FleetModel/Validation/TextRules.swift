/// What the texts in a fleet may look like. Each rule says what it accepts, for messages.
package enum TextRules {
    package static let attestation =
        "a name such as SOC2, HIPAA-BAA or ISO 27001 (letters, digits, ' ', '-', '.', '_', '/' or ':', at most 64)"
    package static let blockName = "a name such as day or weekday-08 (letters, digits, '-', '.' or '_', at most 64)"
    package static let modelName = "a name such as chat or meta-llama/Llama-3.1-8B (no spaces, at most 128 bytes)"
    package static let path = "an absolute path such as /v1/ without spaces, '?' or '#'"
    package static let hostName = "a host name such as api.example.com, without port"
    package static let url = "an http or https URL such as https://api.example.com, without user, query or fragment"
    package static let network = "a CIDR block such as 10.0.0.0/8 or fd00::/8"
    package static let variable = "a variable name: letters, digits and '_', not starting with a digit"
    package static let keyFile = "the name of a file in the plane's secrets folder, without '/'"
    package static let labelKey = "at most 253 letters, digits, '-', '_', '.' or '/'"
    package static let labelValue = "at most 63 letters, digits, '-', '_' or '.'"

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    private static func consists(_ text: String, of extra: String, length: ClosedRange<Int>) -> Bool {
        length.contains(text.utf8.count) && text.utf8.allSatisfy { isAlphanumeric($0) || extra.utf8.contains($0) }
    }

    /// Letters, digits, '-' and '_': a part of what RFC 9110 section 5.6.2 allows in a token.
    static func isToken(_ text: String, atMost limit: Int) -> Bool { consists(text, of: "-_", length: 1...limit) }
    static func isWord(_ text: String) -> Bool { consists(text, of: "-._", length: 1...64) }
    static func isAttestation(_ text: String) -> Bool {
        consists(text, of: " -._/:", length: 1...64) && isAlphanumeric(text.utf8.first ?? 0)
            && isAlphanumeric(text.utf8.last ?? 0)
    }
    static func isLabelKey(_ text: String) -> Bool { consists(text, of: "-._/", length: 1...253) }
    static func isLabelValue(_ text: String) -> Bool { consists(text, of: "-._", length: 0...63) }
    static func isKeyFile(_ text: String) -> Bool { consists(text, of: "-._", length: 1...128) && text != "." && text != ".." }

    static func isVariable(_ text: String) -> Bool {
        consists(text, of: "_", length: 1...128) && !(48...57).contains(text.utf8.first ?? 48)
    }

    private static func isVisible(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value > 0x20 && !(0x7F...0xA0).contains($0.value) && !$0.properties.isWhitespace }
    }

    static func isModelName(_ text: String) -> Bool { (1...128).contains(text.utf8.count) && isVisible(text) }

    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.count <= 1_024
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x23 && $0 != 0x3F }
    }

    static func isHostName(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { ResourceNameRule.allows(String($0)) }
    }

    /// `http` or `https`, a host, perhaps a port and a path; nothing else.
    static func isUpstreamURL(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix), text.utf8.count <= 2_048 else { return false }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        guard !authority.contains("@"), path.isEmpty || isPath(String(path)) else { return false }
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            return isIPv6(String(host)) && isPortSuffix(authority[authority.index(after: end)...])
        }
        let host = authority.prefix { $0 != ":" }
        return isHostName(host.lowercased()) && isPortSuffix(authority.dropFirst(host.count))
    }

    private static func isPortSuffix(_ text: Substring) -> Bool {
        guard let first = text.first else { return true }
        let digits = text.dropFirst()
        guard first == ":", digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(digits) else { return false }
        return (1...65_535).contains(port)
    }

    /// `address/prefix-length`, IPv4 (RFC 4632) or IPv6 (RFC 4291).
    static func isNetwork(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
            let length = Int(parts[1])
        else { return false }
        let address = String(parts[0])
        return (isIPv4(address) && length <= 32) || (isIPv6(address) && length <= 128)
    }

    static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) }
                    && UInt8(part) != nil && (part.utf8.count == 1 || part.first != "0")
            }
    }

    static func isIPv6(_ text: String) -> Bool {
        let isGroup = { (group: Substring) in
            (1...4).contains(group.utf8.count) && group.allSatisfy(\.isHexDigit) && group.utf8.count == group.count
        }
        let groups = text.split(separator: ":", omittingEmptySubsequences: true)
        guard text.utf8.count <= 39, groups.allSatisfy(isGroup), !text.contains(":::") else { return false }
        let pairs = zip(text.utf8, text.utf8.dropFirst()).count { $0 == 58 && $1 == 58 }
        if pairs == 1 { return groups.count <= 7 }
        return pairs == 0 && groups.count == 8 && text.utf8.count { $0 == 58 } == 7
    }
}
