/// The rule for addresses a token may be sent to.
package enum ServerURL {
    package static let accepted = "https://HOST[:PORT], or http://127.0.0.1:PORT on this machine"

    /// Why the address cannot be used; nil where it can. A bearer token crosses a network only inside TLS.
    package static func objection(to url: String) -> String? {
        let bytes = url.utf8
        guard bytes.allSatisfy({ $0 > 32 && $0 < 127 }) else { return "it holds spaces or characters outside ASCII" }
        let secure = "https://"
        let plain = "http://"
        guard url.hasPrefix(secure) || url.hasPrefix(plain) else { return "it does not begin with http:// or https://" }
        var authority = url.dropFirst(url.hasPrefix(secure) ? secure.count : plain.count)
        while authority.hasSuffix("/") { authority.removeLast() }
        guard !authority.isEmpty, !authority.contains(where: { "/@?#\\".contains($0) }) else {
            return "it must be a scheme, a host and a port, without a path, a query or a user name"
        }
        guard url.hasPrefix(secure) || isLoopback(host(of: authority)) else {
            return "the token would cross the network unencrypted"
        }
        return nil
    }

    private static func host(of authority: Substring) -> Substring {
        if authority.hasPrefix("[") { return authority.dropFirst().prefix { $0 != "]" } }
        return authority.prefix { $0 != ":" }
    }

    /// `localhost`, `::1` and 127.0.0.0/8 (RFC 1122, section 3.2.1.3) in dotted form.
    private static func isLoopback(_ host: Substring) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                part.utf8.allSatisfy { (48...57).contains($0) } && UInt8(part) != nil
            }
    }
}
