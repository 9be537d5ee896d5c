extension TextRules {
    package static let filePath = "an absolute path on the gateway's machine such as /etc/tradewind/tls.crt"
    package static let serverName = "a host name such as api.example.com or *.example.com, in lower case"

    package static func isFilePath(_ text: String) -> Bool {
        text.hasPrefix("/") && (2...1_024).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    }

    /// A host name, or one with `*` as its whole first label (RFC 6125 section 6.4.3).
    package static func isServerName(_ text: String) -> Bool {
        isHostName(text.hasPrefix("*.") ? String(text.dropFirst(2)) : text)
    }
}

extension ListenAddress {
    /// Whether only this machine can reach it.
    package var isLoopback: Bool {
        if host == "::1" || host == "localhost" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension ProblemCollector {
    /// Certificates of one gateway, and names of one certificate: each is looked through for every connection.
    private static let mostCertificates = 64
    private static let mostServerNames = 64

    mutating func checkGateway(_ gateway: Gateway, hasTenants: Bool) {
        checkLocation(gateway.location, "spec.location")
        if let tls = gateway.tls { checkTLS(tls, "spec.tls") }
        if let place = gateway.clientPlace { checkClientPlace(place, "spec.clientPlace") }
        guard let listen = gateway.listen, !listen.isLoopback else { return }
        if gateway.tls == nil {
            report(
                "spec.listen", "beyond loopback, keys and prompts would cross the network in the clear at \(listen)",
                accepted: "spec.tls with a certificate beside it, or an address such as 127.0.0.1:8081", basis: ["spec.tls"])
        } else if !hasTenants, gateway.tls?.clientCertificates?.mode != .require {
            report(
                "spec.listen", "anybody who reaches \(listen) could spend the fleet's capacity",
                accepted: "a document of kind Tenant, or spec.tls.clientCertificates with mode: require",
                basis: ["spec.tls"])
        }
    }

    private mutating func checkTLS(_ tls: GatewayTLS, _ field: FieldPath) {
        let certificates = field.key("certificates")
        requireRange(
            tls.certificates.count, in: 1...Self.mostCertificates, certificates,
            accepted: "1 to \(Self.mostCertificates) certificates")
        var names: [String] = []
        for (position, certificate) in tls.certificates.prefix(Self.mostCertificates).enumerated() {
            let entry = certificates.index(position)
            checkFile(certificate.certificateFile, entry.key("certificateFile"))
            checkFile(certificate.keyFile, entry.key("keyFile"))
            require(
                certificate.serverNames.count <= Self.mostServerNames, entry.key("serverNames"),
                "\(certificate.serverNames.count) names are given", accepted: "at most \(Self.mostServerNames)")
            for (place, name) in certificate.serverNames.prefix(Self.mostServerNames).enumerated() {
                let leaf = entry.key("serverNames").index(place)
                require(
                    TextRules.isServerName(name), leaf, "\(quoted(name)) is not a server name", accepted: TextRules.serverName)
                require(
                    !names.contains(name), leaf, "\(quoted(name)) is already a name of this gateway", accepted: "each name once")
                names.append(name)
            }
        }
        let unnamed = tls.certificates.indices.filter { tls.certificates[$0].serverNames.isEmpty }
        if unnamed.count > 1 {
            report(
                certificates.index(unnamed[1]).key("serverNames"), "two certificates would serve whatever no other does",
                accepted: "one certificate without serverNames at most")
        }
        if let clients = tls.clientCertificates { checkFile(clients.caFile, field.key("clientCertificates").key("caFile")) }
    }

    /// A key written in place of its path is never repeated.
    private mutating func checkFile(_ path: String, _ field: FieldPath) {
        require(TextRules.isFilePath(path), field, "this is not the path of a file", accepted: TextRules.filePath)
    }
}
