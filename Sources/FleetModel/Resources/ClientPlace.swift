/// How a gateway finds out where its clients are. Where none of it is declared they are taken to be where the gateway stands.
package struct ClientPlace: Equatable, Sendable, Codable {
    /// CIDR blocks of the proxies and CDNs whose headers count. Nobody else's do.
    package var trustedProxies: [String]
    /// The field in which trusted proxies say for whom they ask, in lower case: `forwarded` is read by RFC 7239, any other one as
    /// a list of addresses, the newest last.
    package var addressHeader: String?
    /// The field in which trusted proxies say from which country they were asked, in lower case.
    package var countryHeader: String?
    /// Path of a database in MaxMind's format that knows the countries of addresses.
    package var database: String?
    /// Who stands in front: its fields are read where none is declared.
    package var behind: FrontProxy?
    /// Nil: trusted proxies begin their connections as everybody else does.
    package var proxyProtocol: ProxyProtocol?

    /// Whether trusted proxies say whose connection they pass on before its first byte (HAProxy's PROXY protocol).
    package enum ProxyProtocol: String, CaseIterable, Sendable, Codable {
        /// Every connection of theirs begins with the header, of version 1 or 2; one that does not is closed.
        case required
    }

    package init(
        trustedProxies: [String] = [], addressHeader: String? = nil, countryHeader: String? = nil, database: String? = nil,
        behind: FrontProxy? = nil, proxyProtocol: ProxyProtocol? = nil
    ) {
        self.behind = behind
        self.proxyProtocol = proxyProtocol
        self.trustedProxies = trustedProxies
        self.addressHeader = addressHeader
        self.countryHeader = countryHeader
        self.database = database
    }

    /// Whether it tells countries, and not only addresses.
    package var findsCountries: Bool { countryField != nil || database != nil }

    /// The fields that are read: those declared, else those of ``behind``.
    package var addressField: String? { addressHeader ?? behind?.addressHeader }
    package var countryField: String? { countryHeader ?? behind?.countryHeader }

    /// The forwarding field that has a format of its own (RFC 7239).
    package static let forwardedHeader = "forwarded"
}
