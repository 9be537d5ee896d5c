extension ProblemCollector {
    mutating func checkClientPlace(_ place: ClientPlace, _ field: FieldPath) {
        let proxies = field.key("trustedProxies")
        for (position, network) in place.trustedProxies.enumerated() where !TextRules.isNetwork(network) {
            report(proxies.index(position), "\(quoted(network)) is not a network", accepted: TextRules.network)
        }
        requireDistinct(place.trustedProxies, proxies, what: "network")
        require(
            place.trustedProxies.count <= ClientPlaceLimits.trustedProxies, proxies,
            "\(place.trustedProxies.count) networks are listed", accepted: "at most \(ClientPlaceLimits.trustedProxies)")
        let headers = [("addressHeader", place.addressHeader), ("countryHeader", place.countryHeader)]
        for case (let name, let header?) in headers {
            require(
                TextRules.isToken(header, atMost: ClientPlaceLimits.headerName), field.key(name),
                "\(quoted(header)) is not a header name",
                accepted: "a name such as x-forwarded-for (letters, digits, '-' or '_', at most \(ClientPlaceLimits.headerName))")
            require(
                !place.trustedProxies.isEmpty, field.key(name), "anybody could say anything in it",
                accepted: "the field only beside trustedProxies, whose word counts")
        }
        require(
            place.addressField == nil || place.addressField != place.countryField, field.key("countryHeader"),
            "one field cannot hold addresses and a country", accepted: "another field than addressHeader")
        if let behind = place.behind {
            require(
                !place.trustedProxies.isEmpty, field.key("behind"), "anybody could claim to be \(behind.rawValue)",
                accepted: "the field only beside trustedProxies: the networks that \(behind.rawValue) asks from")
        }
        if place.proxyProtocol != nil {
            require(
                !place.trustedProxies.isEmpty, field.key("proxyProtocol"), "anybody could say anything in its header",
                accepted: "the field only beside trustedProxies, whose word counts")
        }
        if place.addressField == nil, place.countryField == nil, place.proxyProtocol == nil, !place.trustedProxies.isEmpty {
            report(
                proxies, "nothing they say is read", accepted: "behind, addressHeader, countryHeader or proxyProtocol beside it",
                basis: ["behind", "addressHeader", "countryHeader", "proxyProtocol"].map { field.key($0) })
        }
        if let database = place.database {
            require(
                database.utf8.first == 0x2F && database.utf8.count <= ClientPlaceLimits.path && !database.utf8.contains(0),
                field.key("database"), "\(quoted(database)) is not an absolute path",
                accepted: "a path such as /var/lib/GeoIP/GeoLite2-Country.mmdb")
        }
    }
}

/// Bounds of ``ClientPlace``.
package enum ClientPlaceLimits {
    /// The largest CDNs publish a few hundred networks.
    package static let trustedProxies = 1_024
    package static let headerName = 64
    /// The longest path Linux opens (PATH_MAX).
    package static let path = 4_096
}
