import FleetModel

/// How clients' places are found out, as the data path sees it. Immutable; the same object for as long as nothing of it changes, so
/// that connections may keep what they found out by it.
package final class ClientPlaceEntry: Sendable {
    private let declared: ClientPlace
    private let trusted: [NetworkBlock]
    /// Names in lower case; empty where none is declared.
    package let addressHeader: [UInt8]
    package let countryHeader: [UInt8]
    /// The addresses' header is written by RFC 7239.
    package let isForwarded: Bool
    package let findsCountries: Bool
    package let database: String?
    /// Connections of trusted peers begin with a header of the PROXY protocol.
    package let takesProxyProtocol: Bool

    private init(_ declared: ClientPlace) {
        self.declared = declared
        trusted = declared.trustedProxies.prefix(ClientPlaceLimits.trustedProxies).compactMap(NetworkBlock.init)
        addressHeader = Array((declared.addressField ?? "").utf8)
        countryHeader = Array((declared.countryField ?? "").utf8)
        isForwarded = declared.addressField == ClientPlace.forwardedHeader
        takesProxyProtocol = declared.proxyProtocol != nil
        findsCountries = declared.findsCountries
        database = declared.database
    }

    static func made(of declared: ClientPlace?, previous: ClientPlaceEntry?) -> ClientPlaceEntry? {
        guard let declared else { return nil }
        return previous?.declared == declared ? previous : ClientPlaceEntry(declared)
    }

    /// Whether what this peer says of others counts.
    package func trusts(_ address: IPAddress) -> Bool { trusted.contains { $0.contains(address) } }
}
