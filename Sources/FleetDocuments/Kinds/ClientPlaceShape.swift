import FleetModel

extension ClientPlace {
    /// Names of fields are kept in lower case: they are compared so.
    static var rule: ValueRule<ClientPlace> {
        Shape<ClientPlace>(
            blank: ClientPlace(),
            [
                .optional(
                    "trustedProxies", \.trustedProxies, default: [],
                    .oneOrMore(.text("a CIDR block such as 10.0.0.0/8"))),
                .optional("behind", \.behind, .choice),
                .optional("proxyProtocol", \.proxyProtocol, .choice),
                .optional("addressHeader", \.addressHeader, .headerName("x-forwarded-for")),
                .optional("countryHeader", \.countryHeader, .headerName("cf-ipcountry")),
                .optional("database", \.database, .text("a path such as /var/lib/GeoIP/GeoLite2-Country.mmdb")),
            ]
        ).rule
    }
}

extension ValueRule where Value == String {
    fileprivate static func headerName(_ example: String) -> ValueRule {
        ValueRule<String>.text("a header name such as \(example)").mapped({ $0.lowercased() }, back: { $0 })
    }
}
