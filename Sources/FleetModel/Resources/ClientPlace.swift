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

    package init(
        trustedProxies: [String] = [], addressHeader: String? = nil, countryHeader: String? = nil, database: String? = nil
    ) {
        self.trustedProxies = trustedProxies
        self.addressHeader = addressHeader
        self.countryHeader = countryHeader
        self.database = database
    }

    /// Whether it tells countries, and not only addresses.
    package var findsCountries: Bool { countryHeader != nil || database != nil }

    /// The forwarding field that has a format of its own (RFC 7239).
    package static let forwardedHeader = "forwarded"
}
