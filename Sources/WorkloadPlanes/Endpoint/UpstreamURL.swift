/// Where an endpoint's requests go: scheme, authority and path prefix, nothing else.
package struct UpstreamURL: Equatable, Sendable {
    package let isTLS: Bool
    /// Without brackets where it is an IPv6 address; lower case.
    package let host: String
    package let port: Int
    /// Before the request's own path; empty or `/…` without a slash at its end.
    package let prefix: String

    /// Nil for anything but `http[s]://HOST[:PORT][/PREFIX]`: no user, query, fragment or `..`.
    package init?(_ text: String) {
        guard text.utf8.count <= 2_048, text.utf8.allSatisfy({ (33...126).contains($0) }) else { return nil }
        let lower = text.lowercased()
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://") else { return nil }
        isTLS = lower.hasPrefix("https://")
        let rest = text.dropFirst(isTLS ? 8 : 7)
        let authority = rest.prefix { $0 != "/" }
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path = path.dropLast() }
        guard !path.contains(where: { "?#\\%@".contains($0) }), !path.split(separator: "/").contains(".."),
            let (host, port) = Self.split(authority.lowercased())
        else { return nil }
        self.host = host
        self.port = port ?? (isTLS ? 443 : 80)
        prefix = String(path)
    }

    private static func split(_ authority: String) -> (String, Int?)? {
        var host = Substring(authority)
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let tail = authority[authority.index(after: end)...]
            guard tail.isEmpty || tail.first == ":" else { return nil }
            if !tail.isEmpty { portText = tail.dropFirst() }
            guard !host.isEmpty, host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                portText = authority[authority.index(after: colon)...]
            }
            let isName = host.allSatisfy { ($0.isASCII && ($0.isLetter || $0.isNumber)) || $0 == "-" || $0 == "." || $0 == "_" }
            guard !host.isEmpty, host.count <= 253, isName else { return nil }
        }
        guard let portText else { return (String(host), nil) }
        guard portText.count <= 5, let port = Int(portText), (1...65_535).contains(port) else { return nil }
        return (String(host), port)
    }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }
    package var authority: String { port == (isTLS ? 443 : 80) ? bracketedHost : "\(bracketedHost):\(port)" }
    package var base: String { "\(isTLS ? "https" : "http")://\(authority)\(prefix)" }
}
